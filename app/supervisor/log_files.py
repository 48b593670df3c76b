"""What the processes of `jbcalling run` print, kept in files that never grow beyond a bound.

Under systemd the journal does this, with bounds of its own.
"""

from __future__ import annotations

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

MAX_BYTES: Final = 10_000_000
"""Size of one file."""
OLDER_FILES: Final = 5
"""How many full files of each process are kept beside the one that is written."""


class _OwnersFile(RotatingFileHandler):
    """Has each new file readable by the owner alone."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="replace")


class LogFiles:
    """Keeps every process's lines in `folder`/PROCESS.log, which only the owner can read."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._files: dict[str, RotatingFileHandler] = {}

    def write(self, process: str, line: str) -> None:
        """Keep one line."""
        self._file(process).emit(logging.LogRecord("", logging.INFO, "", 0, line, None, None))

    def _file(self, process: str) -> RotatingFileHandler:
        if process not in self._files:
            path = self._folder / f"{process}.log"
            self._files[process] = _OwnersFile(path, maxBytes=MAX_BYTES, backupCount=OLDER_FILES, delay=True)
        return self._files[process]

"""What the processes of `jbcalling run` print, kept in files that never grow beyond a bound.

Under systemd the journal does this, with bounds of its own.
"""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

from honcho.printer import Printer

BYTES: Final = 10_000_000
"""Size of one file."""
FILES: Final = 5
"""Older files kept of each process."""


class KeepingPrinter(Printer):  # type: ignore[misc]  # honcho has no types
    """Prints as honcho does, and keeps every process's lines in `folder`/PROCESS.log, which only the owner can read."""

    def __init__(self, folder: Path, **options: Any) -> None:  # noqa: ANN401 - honcho's own
        super().__init__(**options)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._files: dict[str, RotatingFileHandler] = {}

    def write(self, message: Any) -> None:  # noqa: ANN401 - honcho.printer.Message
        """Print and keep the lines of one message."""
        super().write(message)
        data = message.data.decode("utf-8", "replace") if isinstance(message.data, bytes) else message.data
        for line in data.splitlines():
            self._file(message.name).emit(logging.LogRecord("", logging.INFO, "", 0, line, None, None))

    def _file(self, name: str) -> RotatingFileHandler:
        if name not in self._files:
            path = self._folder / f"{name}.log"
            path.touch(mode=0o600)
            self._files[name] = RotatingFileHandler(path, maxBytes=BYTES, backupCount=FILES, delay=True)
        return self._files[name]

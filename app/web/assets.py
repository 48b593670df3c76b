"""Addresses of static files that change when the file does, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
STATIC: Final = ROOT / "static"
FOLDERS: Final = ("css", "img", "vendor", "dist")
"""The folders under `static/` that browsers may fetch; the rest is source."""


class Assets:
    """Digests of static files, computed again when a file changes on disk."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self._digests: dict[str, tuple[int, str]] = {}

    def url(self, name: str) -> str:
        """The address of `name` ("css/app.css") with its digest; without one where the file is missing."""
        digest = self._digest(name)
        return f"/static/{name}?v={digest}" if digest else f"/static/{name}"

    def missing(self, name: str) -> bool:
        """Whether the file is not there."""
        return not (self._folder / name).is_file()

    def _digest(self, name: str) -> str:
        path = self._folder / name
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            return ""
        known = self._digests.get(name)
        if known is None or known[0] != changed:
            known = (changed, hashlib.sha256(path.read_bytes()).hexdigest()[:12])
            self._digests[name] = known
        return known[1]

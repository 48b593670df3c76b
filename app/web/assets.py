"""Static files in pages: by an address that changes when the file does, or in the page itself."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Final

from markupsafe import Markup

ROOT: Final = Path(__file__).resolve().parents[2]
STATIC: Final = ROOT / "static"
FOLDERS: Final = ("css", "img", "vendor", "dist")
"""The folders under `static/` that browsers may fetch; the rest is source."""
STYLESHEET: Final = "css/app.css"
"""Of every page but embeds and the projector."""


class Assets:
    """Digests of static files, computed again when a file changes on disk."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder
        self._digests: dict[str, tuple[int, bytes]] = {}

    def url(self, name: str) -> str:
        """The address of `name` ("css/app.css") with its digest; without one where the file is missing."""
        digest = self._digest(name)
        return f"/static/{name}?v={digest.hex()[:12]}" if digest else f"/static/{name}"

    def inlined(self, name: str) -> Markup:
        """The text of a stylesheet, to stand in a page as the whole of a `<style>`.

        Raises:
            FileNotFoundError: it is not there.
        """
        return Markup((self._folder / name).read_bytes().decode())  # noqa: S704 - a file of our own

    def read(self, name: str) -> bytes:
        """What is in a file.

        Raises:
            FileNotFoundError: it is not there.
        """
        return (self._folder / name).read_bytes()

    def style_source(self, name: str) -> str:
        """The hash source that admits this `<style>`, and no other, to a page (Content Security Policy Level 3)."""
        return f"'sha256-{b64encode(self._digest(name)).decode()}'"

    def missing(self, name: str) -> bool:
        """Whether the file is not there."""
        return not (self._folder / name).is_file()

    def _digest(self, name: str) -> bytes:
        """SHA-256 of a file; empty where it is missing."""
        path = self._folder / name
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            return b""
        known = self._digests.get(name)
        if known is None or known[0] != changed:
            known = (changed, hashlib.sha256(path.read_bytes()).digest())
            self._digests[name] = known
        return known[1]

"""Keys that can be exchanged while the processes that use them run: the newest signs, older ones verify for a while.

A key file has one key a line, the newest first; behind an older one stands the epoch second at which it ends. `web`,
the bridge and the SFU (`app/media/sfu/keys.js`) read it again when it has changed. Without a file, or
with an empty one, the installation's secret is the only key.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path


class KeySet:
    """The keys of one kind."""

    def __init__(self, secret: str, path: Path | None = None) -> None:
        """`secret` counts as long as there is no file at `path`."""
        self._secret = secret
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: list[tuple[str, float]] = []

    @property
    def newest(self) -> str:
        """The key to sign with."""
        return self.accepted[0]

    @property
    def accepted(self) -> list[str]:
        """Every key that may have signed what is still valid, the newest first."""
        now = time.time()
        return [key for key, until in self._read() if until > now]

    def rotate(self, lifetime: float) -> str:
        """Write a new key; the present ones are good for another `lifetime` seconds. The new one.

        Raises:
            OSError: the file cannot be written.
            ValueError: this set has no file.
        """
        if self._path is None:
            raise ValueError("JBC_KEYS is not set: there is no place for a new key")
        now, new = time.time(), secrets.token_urlsafe(36)
        older = [(key, min(until, now + lifetime)) for key, until in self._read() if until > now and lifetime > 0]
        lines = [new, *(f"{key} {until:.0f}" for key, until in older)]
        mode = self._path.stat().st_mode & 0o660 if self._path.exists() else 0o600
        write_private(self._path, "".join(f"{line}\n" for line in lines), mode)
        return new

    def _read(self) -> list[tuple[str, float]]:
        try:
            status = self._path.stat() if self._path else None
        except FileNotFoundError:
            status = None
        if status is None or status.st_size == 0 or self._path is None:
            return [(self._secret, float("inf"))]
        if (seen := (status.st_mtime_ns, status.st_ino)) != self._seen:
            words = [line.split() for line in self._path.read_text().splitlines() if line.strip()]
            self._keys = [(key, float(until[0]) if until else float("inf")) for key, *until in words]
            self._seen = seen
        return self._keys


def write_private(path: Path, content: str, mode: int = 0o600) -> None:
    """Replace a file in one step; the new one belongs to whom the old one belonged."""
    before = path.stat() if path.exists() else None
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
        if before is not None:
            os.fchown(file.fileno(), before.st_uid, before.st_gid)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)

"""What a backup says about itself: every file with its digest, and every table with its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from app.running.backup.errors import BackupError

NAME: Final = "manifest.json"
"""The last member of the archive: only then are all digests known, and an archive that was cut short has none."""
BLOCK: Final = 1 << 20


class FileEntry(msgspec.Struct, frozen=True):
    """One file of the archive."""

    size: int
    sha256: str


class TableEntry(msgspec.Struct, frozen=True):
    """One table as it was at the moment of the snapshot."""

    rows: int
    digest: str = ""
    """Of the contents, whatever the order of rows; empty for SQLite, whose file has a digest as a whole."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup's table of contents."""

    made_at: datetime
    database: str
    """`sqlite` or `postgresql`."""
    revision: str | None
    """The schema's; None for an empty database."""
    tables: dict[str, TableEntry]
    models: list[str]
    """Models that were installed: they are fetched again, not saved."""
    files: dict[str, FileEntry]
    also: list[str] = []
    """The absolute paths of BACKUP_ALSO that the members below `also/` come from."""
    version: int = 1


def digest(path: Path) -> FileEntry:
    """Size and SHA-256 of a file, read in pieces.

    Raises:
        OSError: it cannot be read.
    """
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
        return FileEntry(file.tell(), total.hexdigest())


def compare(saved: Mapping[str, TableEntry], restored: Mapping[str, TableEntry]) -> None:
    """See that what came back is what was saved.

    Raises:
        BackupError: tables differ; the message says which.
    """
    different = sorted(name for name in {*saved, *restored} if saved.get(name) != restored.get(name))
    if different:
        raise BackupError(f"the restored copy differs from what was saved, in: {', '.join(different)}")

"""What a backup asks of a database, and which kind an installation has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from app.running.backup.errors import BackupError
from app.running.backup.manifest import TableEntry
from app.running.backup.postgres import PostgresDatabase
from app.running.backup.sqlite import SqliteDatabase


class Database(Protocol):
    """A database that can be saved while it is in use, and put back."""

    kind: str
    member: str
    """What the snapshot is called in the archive."""

    def snapshot(self, path: Path) -> tuple[str | None, dict[str, TableEntry]]:
        """Write one moment of the database to `path`; its schema revision, and its tables at that very moment."""

    def rehearse(self, saved: Path, tables: Mapping[str, TableEntry], scratch: Path) -> None:
        """Restore into a scratch database, compare the tables, and bring its schema up to date.

        Raises:
            BackupError: it does not restore, or is not what was saved.
        """

    def empty(self) -> bool:
        """Whether there is nothing in it that a restore would replace."""

    def replace(self, saved: Path) -> None:
        """Put the saved database in the place of the present one and bring its schema up to date; all or nothing."""


def of(url: str) -> Database:
    """The database that an SQLAlchemy URL names.

    Raises:
        BackupError: it is of a kind that is not known here.
    """
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return SqliteDatabase(Path(parsed.database or ""))
        case "postgresql":
            return PostgresDatabase(parsed)
        case other:
            raise BackupError(f"DATABASE_URL names a {other} database: only SQLite and PostgreSQL are supported")

"""Snapshots of an SQLite file, taken by its own backup interface while others write."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from app import migrate
from app.running.backup.errors import BackupError
from app.running.backup.manifest import TableEntry, compare


class SqliteDatabase:
    """The SQLite file of an installation."""

    kind = "sqlite"
    member = "database.sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path

    def snapshot(self, path: Path) -> tuple[str | None, dict[str, TableEntry]]:
        """One moment of the file; see `Database`."""
        if not self._path.exists():
            raise BackupError(f"there is no database at {self._path}: is JBC_VAR that of the installation?")
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(path)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            return _revision(copy), _tables(copy)

    def rehearse(self, saved: Path, tables: Mapping[str, TableEntry], scratch: Path) -> None:
        """Open a copy, check its structure and its rows, migrate it; see `Database`."""
        copy = scratch / "rehearsal.sqlite"
        shutil.copyfile(saved, copy)
        with closing(sqlite3.connect(copy)) as database:
            try:
                found = database.execute("PRAGMA integrity_check").fetchone()[0]
                if found != "ok" or database.execute("PRAGMA foreign_key_check").fetchone():
                    raise BackupError(f"the saved database is damaged: {found}")
                compare(tables, _tables(database))
            except sqlite3.DatabaseError as error:
                raise BackupError(f"the saved database cannot be read: {error}") from error
        migrate.upgrade(_url(copy))

    def empty(self) -> bool:
        """Whether there is no file, or one without rows; see `Database`."""
        if not self._path.exists():
            return True
        with closing(sqlite3.connect(self._path)) as database:
            return not any(table.rows for name, table in _tables(database).items() if name != "alembic_version")

    def replace(self, saved: Path) -> None:
        """Make the new file ready beside the old one and exchange them; see `Database`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        ready = self._path.with_name(f".{self._path.name}.restored")
        ready.unlink(missing_ok=True)
        shutil.copyfile(saved, ready)
        migrate.upgrade(_url(ready))
        if self._path.exists():
            with closing(sqlite3.connect(self._path)) as old:
                old.execute("PRAGMA journal_mode=DELETE")  # a log of the old file must not be applied to the new one
        with closing(sqlite3.connect(ready)) as new:
            new.execute("PRAGMA journal_mode=DELETE")
        if self._path.exists():
            shutil.copymode(self._path, ready)
        ready.replace(self._path)


def _url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def _tables(database: sqlite3.Connection) -> dict[str, TableEntry]:
    names = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {
        name: TableEntry(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - from schema
        for (name,) in names.fetchall()
    }


def _revision(database: sqlite3.Connection) -> str | None:
    try:
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return str(row[0]) if row else None

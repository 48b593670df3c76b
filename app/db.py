"""The database engine and its sessions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Sessions = async_sessionmaker[AsyncSession]

SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "NORMAL",
    "busy_timeout": "5000",
    "foreign_keys": "ON",
    "secure_delete": "ON",
}
"""Readers do not wait for the writer, a second writer waits up to 5 s (ms), references are enforced, and what is
deleted is overwritten in the file."""


INTEGERS: Final = range(-(2**63), 2**63)
"""What fits into the largest column."""


class UnkeepableError(ValueError):
    """A value that no database of ours can hold, whether to store it or to look for it: a client sent it."""


def create_engine(url: str) -> AsyncEngine:
    """An engine for `url`, which connects when first used; the folder of a SQLite file is made where it is missing.

    Its statements raise `UnkeepableError` for what SQLite would take and PostgreSQL would not, or the other way round.

    Statement parameters never appear in error messages: they hold names and what people said.

    Args:
        url: SQLAlchemy async URL, `sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`.

    Raises:
        sqlalchemy.exc.ArgumentError: the URL cannot be parsed.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_async_engine(
            parsed, hide_parameters=True, pool_pre_ping=True, connect_args={"timeout": 5, "command_timeout": 10}
        )
    else:
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(parsed, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "before_cursor_execute", _refuse_unkeepable)
    return engine


def _refuse_unkeepable(
    _connection: Connection,
    _cursor: DBAPICursor,
    _statement: str,
    parameters: Any,  # noqa: ANN401 - a row, by name or by place, or a list of rows
    _context: object,
    _many: bool,
) -> None:
    for row in parameters if isinstance(parameters, list) else [parameters]:
        values: Iterable[object] = row.values() if isinstance(row, Mapping) else row or ()
        for value in values:
            if isinstance(value, str) and "\0" in value:
                raise UnkeepableError("A text has a NUL character: leave it out.")
            if isinstance(value, int) and value not in INTEGERS:
                raise UnkeepableError("A number is too large.")


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for name, value in SQLITE_PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def create_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after commit."""
    return async_sessionmaker(engine, expire_on_commit=False)

"""Snapshots of a PostgreSQL database by its own tools, counted and compared within the same snapshot."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import URL, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app import migrate
from app.running.backup.errors import BackupError
from app.running.backup.manifest import TableEntry, compare

T = TypeVar("T")
ASIDE: Final = "jbc_before_restore"
"""The schema in which the present tables wait until the restored ones have proven themselves."""


class PostgresDatabase:
    """The PostgreSQL database of an installation."""

    kind = "postgresql"
    member = "database.dump"

    def __init__(self, url: URL) -> None:
        self._url = url
        self._scratch = url.set(database=f"{url.database}_verify")

    def snapshot(self, path: Path) -> tuple[str | None, dict[str, TableEntry]]:
        """A dump of one moment; see `Database`."""

        async def take(connection: AsyncConnection) -> tuple[str | None, dict[str, TableEntry]]:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            moment = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            tables = await _tables(connection)
            revision = None
            if "alembic_version" in tables:
                revision = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
            # The archive compresses everything once.
            dump = ["pg_dump", "--format=custom", "--compress=0", f"--snapshot={moment}", f"--file={path}"]
            await asyncio.to_thread(_tool, self._url, *dump)
            return revision, tables

        return _transaction(self._url, take)

    def rehearse(self, saved: Path, tables: Mapping[str, TableEntry], scratch: Path) -> None:  # noqa: ARG002
        """Restore into the database `NAME_verify`, which is made and dropped where it is not there; see `Database`."""
        made = self._make_scratch()
        try:
            _transaction(self._scratch, _drop_tables)
            _restore(self._scratch, saved)
            compare(tables, _transaction(self._scratch, _tables))
            migrate.upgrade(_text(self._scratch))
            _transaction(self._scratch, _drop_tables)  # what was said lies in one place only
        finally:
            if made:
                _outside(self._url, f'DROP DATABASE "{self._scratch.database}"')

    def empty(self) -> bool:
        """Whether no table of it has a row; see `Database`."""
        tables = _transaction(self._url, _tables)
        return not any(table.rows for name, table in tables.items() if name != "alembic_version")

    def replace(self, saved: Path) -> None:
        """Set the present tables aside, restore, and drop them, or put them back; see `Database`."""
        _transaction(self._url, _put_back)  # left by a restore that was killed
        _transaction(self._url, _set_aside)
        try:
            _restore(self._url, saved)
            migrate.upgrade(_text(self._url))
        except BaseException:
            _transaction(self._url, _put_back)
            raise
        _transaction(self._url, _forget)

    def _make_scratch(self) -> bool:
        """Have a scratch database; whether it was made just now."""
        name = self._scratch.database
        with suppress(BackupError):
            _transaction(self._scratch, _tables)
            return False
        try:
            _outside(self._url, f'CREATE DATABASE "{name}"')
        except ProgrammingError as error:
            raise BackupError(
                f"every backup is verified by restoring it, for which the database {name} is needed. Make it as "
                f"PostgreSQL's administrator: createdb --owner={self._url.username} {name}"
            ) from error
        return True


async def _tables(connection: AsyncConnection) -> dict[str, TableEntry]:
    """Rows of each table, and a digest of them that does not depend on their order."""
    await connection.execute(text("SET LOCAL timezone TO 'UTC'"))
    found = {}
    for name in await _names(connection, "public"):
        query = f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM public."{name}" t'  # noqa: S608
        rows, digest = (await connection.execute(text(query))).one()
        found[name] = TableEntry(rows, str(digest))
    return found


async def _names(connection: AsyncConnection, where: str) -> list[str]:
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = :where ORDER BY 1")
    return [str(name) for name in (await connection.execute(query, {"where": where})).scalars()]


async def _drop_tables(connection: AsyncConnection) -> None:
    for name in await _names(connection, "public"):
        await connection.execute(text(f'DROP TABLE public."{name}" CASCADE'))


async def _set_aside(connection: AsyncConnection) -> None:
    await connection.execute(text(f"CREATE SCHEMA {ASIDE}"))
    for name in await _names(connection, "public"):
        await connection.execute(text(f'ALTER TABLE public."{name}" SET SCHEMA {ASIDE}'))


async def _put_back(connection: AsyncConnection) -> None:
    if not (await connection.execute(text("SELECT to_regnamespace(:name)"), {"name": ASIDE})).scalar():
        return
    await _drop_tables(connection)
    for name in await _names(connection, ASIDE):
        await connection.execute(text(f'ALTER TABLE {ASIDE}."{name}" SET SCHEMA public'))
    await connection.execute(text(f"DROP SCHEMA {ASIDE}"))


async def _forget(connection: AsyncConnection) -> None:
    await connection.execute(text(f"DROP SCHEMA {ASIDE} CASCADE"))


def _restore(url: URL, saved: Path) -> None:
    options = ["--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", f"--dbname={url.database}"]
    _tool(url, "pg_restore", *options, str(saved))


def _transaction(url: URL, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Run `work` in a transaction of its own.

    Raises:
        BackupError: the database is not reachable or refuses.
    """

    async def run() -> T:
        engine = create_async_engine(url, hide_parameters=True, poolclass=NullPool, connect_args={"timeout": 10})
        async with engine.begin() as connection:
            return await work(connection)

    try:
        return asyncio.run(run())
    except (SQLAlchemyError, OSError) as error:
        raise BackupError(f"the database {url.database} on {url.host}: {error}") from error


def _outside(url: URL, statement: str) -> None:
    """Run a statement that no transaction may hold."""

    async def run() -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.execute(text(statement))

    asyncio.run(run())


def _tool(url: URL, program: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs; the password goes by the environment, since arguments are visible.

    Raises:
        BackupError: it is missing or failed.
    """
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is missing: apt-get install postgresql-client")
    access = {
        "PGHOST": url.host,
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("ssl"),
    }
    env = os.environ | {name: str(value) for name, value in access.items() if value}
    result = subprocess.run([found, *words], env=env, capture_output=True, text=True)
    if result.returncode:
        raise BackupError(f"{program} ended with {result.returncode}: {result.stderr.strip()[-800:]}")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)

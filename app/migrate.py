"""The database schema: brought up to date at start, and compared with what the code wants by those who watch."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str | None = None, revision: str = "head") -> None:
    """Bring a database, else the one that the settings name, to the newest schema; SQLite files are made if missing.

    Args:
        url: SQLAlchemy async URL.
        revision: not to the newest, but to this one.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is not reachable or refuses a migration.
    """
    command.upgrade(_config(url), revision)


def downgrade(revision: str, url: str | None = None) -> None:
    """Take a database back to an older schema, with what was written for newer ones (`app.running.going_back`).

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is not reachable or refuses.
    """
    command.downgrade(_config(url), revision)


def between(newer: str, older: str) -> list[Script]:
    """The migrations that lead from the older revision to the newer one, the newest first.

    Raises:
        alembic.util.CommandError: there is no such way.
    """
    return list(ScriptDirectory.from_config(_config()).iterate_revisions(newer, older))


def newest() -> str | None:
    """The revision that the code wants. Reads the migrations folder."""
    return ScriptDirectory.from_config(_config()).get_current_head()


async def present(engine: AsyncEngine) -> str | None:
    """The revision that a database has; None where it has no schema of ours.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database is not reachable.
    """

    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with engine.connect() as connection:
        return await connection.run_sync(read)

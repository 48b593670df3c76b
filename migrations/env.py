"""Alembic's entry: migrates the database that the settings name, SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from app.column_types import TimelineJson, UtcDateTime
from app.db import create_engine
from app.settings.installation import InstallationSettings
from app.tables import Base
from tasks.wire.environment import ending_in_one_line


def render(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write our types as what they are in the database: a migration must not change when our code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, TimelineJson):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def migrate(connection: Connection) -> None:
    """Run what is asked for within one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a column in place
    )
    with context.begin_transaction():
        context.run_migrations()


async def run() -> None:
    """Connect and migrate. Migrating needs no secret, so none is required here."""
    url = context.config.attributes.get("url")
    if not url:
        with ending_in_one_line():
            url = InstallationSettings().sqlalchemy_url
    engine = create_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    finally:
        await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations run against the database itself: call `alembic upgrade head` without --sql.")
asyncio.run(run())

"""The schema on both databases."""

from __future__ import annotations

import asyncio

from alembic import command
from sqlalchemy import text

from app.db import create_engine
from tests.web.conftest import alembic_config


async def test_models_and_migrations_agree(database: str) -> None:
    assert database
    await asyncio.to_thread(command.check, alembic_config())  # raises where they differ


async def test_migrations_can_be_taken_back(database: str) -> None:
    await asyncio.to_thread(command.downgrade, alembic_config(), "base")
    await asyncio.to_thread(command.upgrade, alembic_config(), "head")
    engine = create_engine(database)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM captions"))).scalar() == 0
    await engine.dispose()


async def test_sqlite_lets_readers_and_a_writer_work_together(tmp_path: object) -> None:
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path}/made/on/demand/x.db")
    async with engine.connect() as connection:
        found = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys")
        }
    await engine.dispose()
    assert found == {"journal_mode": "wal", "busy_timeout": 5000, "foreign_keys": 1}

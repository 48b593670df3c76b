"""The schema on both databases."""

from __future__ import annotations

import asyncio

from alembic import command
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.captions.event_ids import event_id
from app.db import create_engine
from tests.web.conftest import alembic_config

OLD_ROWS = (
    "INSERT INTO rooms (id, code, name, kind, created_at) VALUES (1, 'c', 'n', 'call', '2026-01-01 00:00:00+00')",
    "INSERT INTO captions (id, segment, language, room_id, speaker, seq, source_language, text, event_id, engine,"
    " timeline, created_at) VALUES"
    " (1, 's', 'en', 1, 'p', 0, 'en', 'word', :event, 'e', '{}', '2026-01-01 00:00:00+00')",
    "INSERT INTO corrections (id, caption_id, text, author, created_at) VALUES"
    " (1, 1, 'better', 'a', '2026-01-01 00:00:00+00')",
)


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


async def test_captions_of_before_keep_their_place_and_their_corrections(database: str) -> None:
    engine = create_async_engine(database, poolclass=NullPool)  # no statement outlives the schema that it was made for
    await asyncio.to_thread(command.downgrade, alembic_config(), "0013")
    old = f"{1_700_000_000_000:015d}-{3:020d}"
    async with engine.begin() as connection:
        for statement in OLD_ROWS:
            await connection.execute(text(statement), {"event": old} if ":event" in statement else {})
    await asyncio.to_thread(command.upgrade, alembic_config(), "head")
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT event_id FROM captions"))).scalar() == event_id("1700000000000-3")
        assert (await connection.execute(text("SELECT text FROM corrections"))).scalar() == "better"
    await asyncio.to_thread(command.downgrade, alembic_config(), "0013")
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT event_id FROM captions"))).scalar() == old
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

"""The names that captions are shown under."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.captions.speakers import UNKNOWN, Speakers
from app.db import create_engine, create_sessions
from app.tables import Participant, Room

READERS = 200


@pytest.fixture
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """A database with one speaker."""
    made = create_engine(database)
    async with create_sessions(made).begin() as session:
        room = Room(code="abcd-efgh-jkmn", name="Test", kind="call")
        session.add(room)
        await session.flush()
        session.add(Participant(id="ana", room_id=room.id, name="Ana", kind="person", speak="en", read="en", hear="en"))
    yield made
    await made.dispose()


@pytest.mark.parametrize(("participant", "name"), [("ana", "Ana"), ("nobody", UNKNOWN)])
async def test_one_question_serves_all_readers_of_a_caption(engine: AsyncEngine, participant: str, name: str) -> None:
    asked: list[object] = []
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    speakers = Speakers(create_sessions(engine))
    for _ in range(2):
        names = await asyncio.gather(*(speakers.name(participant) for _ in range(READERS)))
        assert names == [name] * READERS
    assert len([query for query in asked if "participants" in str(query)]) == 1


async def test_a_name_that_came_later_is_shown(engine: AsyncEngine) -> None:
    speakers = Speakers(create_sessions(engine))
    assert await speakers.name("bob") == UNKNOWN
    speakers.remember("bob", "Bob")
    assert await speakers.name("bob") == "Bob"

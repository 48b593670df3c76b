"""From the stream into the database, and back as history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from app.cancellation import end
from app.captions.history import GROUP, History
from app.captions.store import CONSUMER, CaptionStore
from app.db import Sessions, create_engine, create_sessions
from app.tables import Participant, Room, StoredCaption
from ops.harness.captions import caption, say
from ops.harness.redis_server import RedisServer
from tasks import publish
from tasks.wire import keys
from tasks.wire.keys import CaptionKey

ROOM = "abcd-efgh-jkmn"


@pytest.fixture
async def sessions(database: str) -> AsyncIterator[Sessions]:
    """A database with one room and a speaker."""
    engine = create_engine(database)
    made = create_sessions(engine)
    async with made.begin() as session:
        room = Room(code=ROOM, name="Test", kind="call")
        session.add(room)
        await session.flush()
        session.add(Participant(id="ana", room_id=room.id, name="Ana", kind="person", speak="en", read="en", hear="en"))
    yield made
    await engine.dispose()


@pytest.fixture
async def stream(shared_redis: RedisServer, broker: redis.Redis) -> AsyncIterator[Redis]:
    """An asynchronous client of the empty Redis."""
    assert broker
    async with Redis.from_url(shared_redis.url, protocol=2) as client:
        yield client


@asynccontextmanager
async def storing(stream: Redis, sessions: Sessions) -> AsyncIterator[CaptionStore]:
    store = CaptionStore(stream, sessions)
    task = asyncio.create_task(store.run())
    try:
        yield store
    finally:
        await end([task])


async def until_acknowledged(stream: Redis, within: float = 15.0) -> None:
    """Wait until the group has acknowledged everything that is in the stream."""
    async with asyncio.timeout(within):
        while True:
            groups = await stream.xinfo_groups(keys.CAPTIONS)
            newest = (await stream.xinfo_stream(keys.CAPTIONS))["last-generated-id"]
            if groups and groups[0]["last-delivered-id"] == newest and not groups[0]["pending"]:
                return
            await asyncio.sleep(0.02)  # Redis has no event for an acknowledgement


async def stored(sessions: Sessions) -> list[tuple[str, str, str]]:
    async with sessions() as session:
        rows = await session.execute(
            select(StoredCaption.segment, StoredCaption.language, StoredCaption.text).order_by(StoredCaption.event_id)
        )
        return [(row.segment, row.language, row.text) for row in rows]


async def test_finals_are_stored_once_and_stay_as_they_were(
    broker: redis.Redis, stream: Redis, sessions: Sessions
) -> None:
    first = caption(ROOM, "s1", "hello\x00", speaker="ana")
    say(broker, first)
    say(broker, caption(ROOM, "s1", "olá", language="pt", speaker="ana"))
    async with storing(stream, sessions):
        await until_acknowledged(stream)
        broker.delete(keys.final_published(CaptionKey("s1", "en")))  # as after an hour, or a Redis that came back empty
        publish.final_caption(broker, caption(ROOM, "s1", "changed"), "another")
        await until_acknowledged(stream)
    assert await stored(sessions) == [("s1", "en", "hello"), ("s1", "pt", "olá")]
    async with sessions() as session:
        row = (await session.scalars(select(StoredCaption).where(StoredCaption.language == "en"))).one()
        assert (row.participant_id, row.speaker, row.timeline.closed) == ("ana", "ana", first.timeline.closed)


async def test_what_was_read_but_not_acknowledged_is_stored_by_the_next_run(
    broker: redis.Redis, stream: Redis, sessions: Sessions
) -> None:
    for number in range(250):
        say(broker, caption(ROOM, f"s{number}", f"text {number}", seq=number))
    await stream.xgroup_create(keys.CAPTIONS, GROUP, id="0")
    await stream.xreadgroup(GROUP, CONSUMER, {keys.CAPTIONS: ">"}, count=120)  # and the process died here
    async with storing(stream, sessions):
        await until_acknowledged(stream)
    assert [segment for segment, _, _ in await stored(sessions)] == [f"s{number}" for number in range(250)]


async def test_captions_that_cannot_be_stored_do_not_hold_up_the_others(
    broker: redis.Redis, stream: Redis, sessions: Sessions
) -> None:
    broker.xadd(keys.CAPTIONS, {"c": "{broken"})
    broker.xadd(keys.CAPTIONS, {"other": "x"})
    say(broker, caption("zzzz-zzzz-zzzz", "stray", "nobody's room"))
    say(broker, caption(ROOM, "huge", "seq too large", seq=2**70))
    say(broker, caption(ROOM, "good", "kept", speaker="stranger"))
    async with storing(stream, sessions):
        await until_acknowledged(stream)
    assert await stored(sessions) == [("good", "en", "kept")]
    entries: Any = broker.xrange(keys.CAPTIONS)
    streamed = b"".join(fields.get(b"c", b"") for _, fields in entries)
    assert b"kept" in streamed
    assert b"nobody's room" not in streamed, "words of a room that was deleted meanwhile"


async def test_a_database_that_goes_away_loses_nothing(broker: redis.Redis, stream: Redis, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("ALTER TABLE captions RENAME TO away"))
    async with storing(stream, sessions) as store:
        say(broker, caption(ROOM, "s1", "hello"))
        async with asyncio.timeout(10):
            while "the database" not in store.state.problem:  # noqa: ASYNC110 - the store raises no event for it
                await asyncio.sleep(0.02)
        assert not store.state.working
        async with sessions.begin() as session:
            await session.execute(text("ALTER TABLE away RENAME TO captions"))
        await until_acknowledged(stream)
        assert store.state.working
    assert await stored(sessions) == [("s1", "en", "hello")]


async def test_history_is_stored_and_unstored_captions_in_one_order(
    broker: redis.Redis, stream: Redis, sessions: Sessions
) -> None:
    history = History(stream, sessions)
    assert await history.after(ROOM, "pt", "") == []
    say(broker, caption(ROOM, "s1", "one"))
    say(broker, caption(ROOM, "s1", "um", language="pt"))
    async with storing(stream, sessions):
        await until_acknowledged(stream)
    say(broker, caption(ROOM, "s2", "two"))
    say(broker, caption(ROOM, "s1", "một", language="vi"))
    await stream.xreadgroup(GROUP, CONSUMER, {keys.CAPTIONS: ">"}, count=1)  # read, not yet stored
    say(broker, caption("another-room", "s3", "elsewhere"))
    say(broker, caption(ROOM, "s2", "dois", language="pt"))

    events = await history.after(ROOM, "pt", "")
    assert [event.caption.text for event in events] == ["one", "um", "two", "dois"]
    assert [event.event_id for event in events] == sorted(event.event_id for event in events)
    assert [e.caption.text for e in await history.after(ROOM, "pt", events[1].event_id)] == ["two", "dois"]
    assert [e.caption.text for e in await history.after(ROOM, "vi", "")] == ["one", "two", "một"]
    transcripts = [await history.transcript(ROOM, segment) for segment in ("s1", "s2", "s3")]
    assert [found and found.caption.text for found in transcripts] == ["one", "two", None]


async def test_storing_again_everything_changes_nothing(broker: redis.Redis, stream: Redis, sessions: Sessions) -> None:
    for number in range(5):
        say(broker, caption(ROOM, f"s{number}", "text"))
    async with storing(stream, sessions):
        await until_acknowledged(stream)
    before = await stored(sessions)
    await stream.xgroup_setid(keys.CAPTIONS, GROUP, "0")
    async with storing(stream, sessions):
        await until_acknowledged(stream)
    assert await stored(sessions) == before
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(StoredCaption)) == 5

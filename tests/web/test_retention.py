"""What is deleted is gone: from tables, from the bytes of the files, and from Redis. On both databases."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner
from sqlalchemy import func, select, text, update

from app.cancellation import end
from app.captions import event_ids
from app.captions.history import History
from app.captions.store import CaptionStore
from app.commands.cli import main
from app.db import Sessions, create_engine, create_sessions
from app.tables import Base, Correction, Participant, Room, RoomLink, StoredCaption
from app.transcripts.retention import REDIS_SECONDS, Retention
from ops.harness.captions import caption, say
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer
from tasks.wire import keys
from tasks.wire.keys import CaptionKey
from tasks.wire.redis_client import connect_async
from tests.support.feeds import WITHIN

WORDS = "wholly unmistakable words"


class Kept:
    """A retention over a database and Redis, with the store that fills them."""

    def __init__(self, url: str, redis_url: str) -> None:
        self.engine = create_engine(url)
        self.sessions: Sessions = create_sessions(self.engine)
        self.redis = connect_async(redis_url)
        self.history = History(self.redis, self.sessions)
        self.retention = Retention(self.redis, self.engine, self.history)
        self.storing: asyncio.Task[None]
        """Fills the database."""

    async def room(self, code: str, days: int) -> Room:
        """A room that keeps captions for so many days."""
        async with self.sessions.begin() as session:
            room = Room(code=code, name=code, kind="call", retention_days=days)
            session.add(room)
        return room

    async def texts(self) -> list[str]:
        """Everything in the database."""
        async with self.sessions() as session:
            return list(await session.scalars(select(StoredCaption.text).order_by(StoredCaption.id)))

    async def settled(self) -> None:
        """Wait until the store has taken everything that was said."""
        async with asyncio.timeout(WITHIN):
            while True:
                groups = await self.redis.xinfo_groups(keys.CAPTIONS)
                newest = await self.redis.xrevrange(keys.CAPTIONS, count=1)
                if groups and newest and not groups[0]["pending"] and groups[0]["last-delivered-id"] == newest[0][0]:
                    return
                await asyncio.sleep(0.02)


@pytest.fixture
async def kept(database: str, shared_redis: RedisServer, broker: redis.Redis) -> AsyncIterator[Kept]:
    assert broker
    kept = Kept(database, shared_redis.url)
    kept.storing = asyncio.create_task(CaptionStore(kept.redis, kept.sessions).run())
    yield kept
    await end([kept.storing])
    await kept.redis.aclose()
    await kept.engine.dispose()


async def test_captions_go_when_their_time_is_up_and_no_sooner(kept: Kept, broker: redis.Redis) -> None:
    for code, days in (("short", 1), ("long", 30)):
        await kept.room(code, days)
        say(broker, caption(code, f"{code}.old", f"{code} old"))
        say(broker, caption(code, f"{code}.new", f"{code} new"))
    await kept.settled()
    now = datetime.now(UTC)
    async with kept.sessions.begin() as session:
        old = update(StoredCaption).where(StoredCaption.text.like("% old"))
        await session.execute(old.values(created_at=now - timedelta(days=1, seconds=1)))
        ids = list(await session.scalars(select(StoredCaption.id).where(StoredCaption.text == "short old")))
        session.add(Correction(caption_id=ids[0], text="mended", author="Ana"))
    assert (await kept.retention.sweep(now)).captions == 1
    assert await kept.texts() == ["short new", "long old", "long new"]
    async with kept.sessions() as session:
        assert (await session.scalars(select(Correction))).first() is None


async def test_a_room_that_stores_nothing_leaves_nothing_but_readers_can_come_back(
    kept: Kept, broker: redis.Redis
) -> None:
    await kept.room("unstored", 0)
    say(broker, caption("unstored", "u.1", "one"))
    say(broker, caption("unstored", "u.2", "two"))
    await kept.settled()
    assert await kept.texts() == []
    first, second = await kept.history.after("unstored", "en", event_ids.START, stores=False)
    assert [first.caption.text, second.caption.text] == ["one", "two"]
    missed = await kept.history.after("unstored", "en", first.event_id, stores=False)
    assert [event.caption.text for event in missed] == ["two"]
    await kept.retention.sweep(datetime.now(UTC) + timedelta(seconds=REDIS_SECONDS + 1))
    assert await kept.redis.xlen(keys.CAPTIONS) == 0


async def test_redis_gives_up_only_what_the_database_has(kept: Kept, broker: redis.Redis) -> None:
    await kept.room("room", 30)
    say(broker, caption("room", "r.1", "one"))
    await kept.settled()
    await end([kept.storing])
    say(broker, caption("room", "r.2", "two"))
    later = datetime.now(UTC) + timedelta(seconds=REDIS_SECONDS + 1)
    assert (await kept.retention.sweep(later)).entries == 1
    events = await kept.history.after("room", "en", event_ids.START)
    assert [event.caption.text for event in events] == ["one", "two"]


async def test_nobody_finds_deleted_words_in_files_or_redis(kept: Kept, broker: redis.Redis, database: str) -> None:
    room = await kept.room("secret", 30)
    other = await kept.room("other", 30)
    for number in range(200):
        say(broker, caption("secret", f"s.{number}", f"{WORDS} {number}"))
    say(broker, caption("other", "o.1", "stays"))
    for key in (
        keys.cached("translation", "x"),
        keys.pcm("s.3", 2),
        keys.clip("s.5", "pt", 0, 0),
        keys.growth("s.900", "pt"),  # of a sentence that is being spoken
    ):
        broker.set(key, WORDS)
    broker.set(keys.pcm("o.1", 1), "of another room")
    await kept.settled()
    async with kept.sessions.begin() as session:
        first = await session.scalar(select(StoredCaption.id).where(StoredCaption.room_id == room.id).limit(1))
        session.add(Participant(room_id=room.id, name=WORDS, kind="person", speak="en", read="en", hear="en"))
        session.add(Correction(caption_id=first, text=f"{WORDS} mended", author="Ana"))
    broker.config_set("rdbcompression", "no")  # DUMP writes as the disk format does
    assert any(WORDS.encode() in (broker.dump(key) or b"") for key in broker.scan_iter()), "the search finds words"
    if not database.startswith("sqlite"):
        await in_plain(kept, "ANALYZE")  # as autovacuum does
    assert await kept.retention.delete_room(room) == 200
    assert await kept.texts() == ["stays"]
    assert [event.caption.text for event in await kept.history.after("other", "en", "")] == ["stays"]
    assert await kept.history.after("secret", "en", "") == []
    for key in broker.scan_iter():
        assert WORDS.encode() not in (broker.dump(key) or b""), key
    assert broker.exists(keys.pcm("o.1", 1)), "another room's sound stays"
    assert broker.exists(keys.final_published(CaptionKey("s.3", "en"))), (
        "a message that comes again must not bring the caption back"
    )
    async with kept.sessions() as session:
        assert [room.id for room in await session.scalars(select(Room))] == [other.id]
    if database.startswith("sqlite"):
        await kept.engine.dispose()
        path = Path(database.removeprefix("sqlite+aiosqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            assert WORDS.encode() not in file.read_bytes(), file.name
    else:  # what docs/privacy.md tells those to do who cannot wait until the free space is used again
        await in_plain(kept, "VACUUM FULL captions, corrections, participants", "CHECKPOINT")
        async with kept.engine.connect() as connection:
            places = select(func.current_setting("data_directory"), func.pg_relation_filepath("captions"))
            cluster, table = (await connection.execute(places)).one()
            sampled = text("SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats")
            assert WORDS not in str((await connection.execute(sampled)).all())
        files = list(Path(cluster, table).parent.iterdir())
        assert any(b"stays" in file.read_bytes() for file in files), "the search finds words"
        assert [file.name for file in files if WORDS.encode() in file.read_bytes()] == []


async def in_plain(kept: Kept, *statements: str) -> None:
    """Run statements that no transaction may hold."""
    async with kept.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in statements:
            await plain.execute(text(statement))


async def test_one_process_sweeps_at_a_time(kept: Kept, broker: redis.Redis) -> None:
    await kept.room("room", 1)
    say(broker, caption("room", "r.1", "old"))
    await kept.settled()
    async with kept.sessions.begin() as session:
        await session.execute(update(StoredCaption).values(created_at=datetime.now(UTC) - timedelta(days=2)))
    lock = kept.redis.lock("jbc:retention", timeout=60)
    assert await lock.acquire()
    await kept.retention.run_once()
    assert await kept.texts() == ["old"], "another process is at it"
    await lock.release()
    await kept.retention.run_once()
    assert await kept.texts() == []
    assert await kept.redis.exists("jbc:retention") == 0


def test_the_command_deletes_a_transcript_or_the_whole_room(
    migrated: str, shared_redis: RedisServer, broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", shared_redis.url)
    code = "kqzp-7wma-x3td"

    async def fill() -> None:
        kept = Kept(migrated, shared_redis.url)
        await kept.room(code, 30)
        kept.storing = asyncio.create_task(CaptionStore(kept.redis, kept.sessions).run())
        say(broker, caption(code, "c.1", WORDS))
        await kept.settled()
        await end([kept.storing])
        await kept.redis.aclose()
        await kept.engine.dispose()

    asyncio.run(fill())
    run = partial(CliRunner().invoke, main)
    assert "Aborted" in run(["transcripts", "delete", code], input="n\n").output
    assert "1 captions are deleted" in run(["transcripts", "delete", code, "--yes"]).output
    assert broker.xlen(keys.CAPTIONS) == 0
    assert "0 captions are deleted" in run(["transcripts", "delete", code, "--room-too", "--yes"]).output
    gone = run(["transcripts", "delete", code, "--yes"])
    assert (gone.exit_code, f"There is no room {code}" in gone.output) == (1, True)


async def test_rooms_past_their_time_go_with_their_people_once_their_words_have(
    kept: Kept, broker: redis.Redis
) -> None:
    now = datetime.now(UTC)
    ages: dict[str, dict[str, datetime]] = {
        "closed": {"closed_at": now - timedelta(days=2)},
        "over": {"closes_at": now - timedelta(days=2)},
        "spoken": {"closed_at": now - timedelta(days=2)},
        "today": {"closed_at": now - timedelta(hours=2)},
        "unused": {"used_at": now - timedelta(days=91)},
        "weekly": {"used_at": now - timedelta(days=7)},
        "planned": {"used_at": now - timedelta(days=91), "opens_at": now + timedelta(days=1)},
        "dated": {"used_at": now - timedelta(days=91), "starts_at": now - timedelta(days=1)},
        "long past": {"used_at": now - timedelta(days=92), "starts_at": now - timedelta(days=91)},
        "ending": {"used_at": now - timedelta(days=91), "closes_at": now + timedelta(days=1)},
    }
    rooms = {code: await kept.room(code, 30) for code in ages}
    async with kept.sessions.begin() as session:
        for code, values in ages.items():
            await session.execute(update(Room).where(Room.code == code).values(**values))
            session.add(person(rooms[code], code))
        for name in ("old", "speaker"):
            session.add(person(rooms["weekly"], name, seen_at=now - timedelta(days=61)))
        session.add(person(rooms["weekly"], "regular", created_at=now - timedelta(days=61)))
    say(broker, caption("spoken", "spoken.1", "said"))
    say(broker, caption("weekly", "weekly.1", "said", speaker="speaker"))
    await kept.settled()
    retention = Retention(kept.redis, kept.engine, kept.history, 90)
    purged = (await retention.sweep(now)).purged
    assert (purged.rooms, purged.people) == (4, 5)
    async with kept.sessions() as session:
        left = set(await session.scalars(select(Room.code)))
        people = set(await session.scalars(select(Participant.id)))
    assert left == {"spoken", "today", "weekly", "planned", "dated", "ending"}
    assert people == {*left, "speaker", "regular"}
    assert (await kept.retention.sweep(now)).purged.rooms == 0, "0 days: open rooms stay"


async def test_names_and_languages_go_with_the_last_words(kept: Kept, broker: redis.Redis) -> None:
    room, unstored = await kept.room("weekly", 30), await kept.room("unstored", 0)
    now = datetime.now(UTC)
    away = now - timedelta(hours=3)
    async with kept.sessions.begin() as session:
        for name in ("ana", "bob", "cy", "eve"):
            session.add(person(room, name, seen_at=away))
        session.add(person(room, "dan", seen_at=now))
        host = person(room, "host", seen_at=away)
        host.role = "host"
        link = RoomLink(room_id=room.id, kind="read", lookup="x", maker="ana", maker_id="ana")
        session.add_all([host, link, person(unstored, "fay", seen_at=away), person(unstored, "gil", seen_at=now)])
    for name in ("ana", "ana", "bob", "cy", "dan", "host"):
        number = await kept.redis.incr("said")
        say(broker, caption("weekly", f"{name}.{number}", f"{name} {number}", speaker=name, seq=number))
    await kept.settled()

    async def left() -> set[str]:
        await kept.retention.sweep(now)
        async with kept.sessions() as session:
            return set(await session.scalars(select(Participant.name)))

    async def grow_old(*texts: str) -> None:
        async with kept.sessions.begin() as session:
            which = StoredCaption.text.in_(texts)
            await session.execute(update(StoredCaption).where(which).values(created_at=now - timedelta(days=31)))

    everybody = {"ana", "bob", "cy", "dan", "eve", "host"}
    assert await left() == everybody | {"gil"}, "where nothing is stored, whoever has left is gone"
    await grow_old("ana 1", "dan 5", "host 6")
    assert await left() == everybody | {"gil"}, "one caption is left, or they are there, or host"
    await grow_old("ana 2")
    async with kept.sessions.begin() as session:
        cys = await session.scalar(select(StoredCaption.id).where(StoredCaption.text == "cy 4"))
        session.add(Correction(caption_id=cys, text="mended", author="bob", participant_id="bob"))
    bob = person(room, "bob")
    assert [one.text for one in await kept.retention.delete_words(room, bob)] == ["bob 3"]
    assert await left() == {"bob", "cy", "dan", "eve", "host", "gil"}, "bob has corrected what is there"
    async with kept.sessions() as session:
        assert (await session.scalars(select(RoomLink.maker))).all() == [""]
    assert await kept.retention.delete_transcript(room) == 1
    assert await left() == {"dan", "eve", "host", "gil"}, "eve never spoke"
    now += timedelta(hours=3)
    assert await left() == {"eve", "host"}


async def test_people_go_by_portions_whoever_asks_goes_and_links_forget_who_is_gone(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, now = await kept.room("weekly", 30), datetime.now(UTC)
    async with kept.sessions.begin() as session:
        session.add_all([person(room, f"old {number}", seen_at=now - timedelta(days=61)) for number in range(5)])
        session.add(person(room, "asked", seen_at=now - timedelta(hours=3)))
        stand_in = person(room, "stood in", seen_at=now - timedelta(days=59))
        stand_in.stands_in = stand_in.had_words = True
        link = RoomLink(room_id=room.id, kind="read", lookup="y", maker="gone before", maker_id="gone")
        session.add_all([stand_in, link])
    assert await kept.retention.delete_words(room, person(room, "asked")) == [], "nothing of theirs was stored yet"
    monkeypatch.setattr("app.transcripts.purge.AT_ONCE", 4)
    assert [(await kept.retention.sweep(now)).purged.people for _ in range(3)] == [4, 2, 0]
    assert (await kept.retention.sweep(now + timedelta(days=2))).purged.people == 1
    async with kept.sessions() as session:
        assert (await session.scalars(select(RoomLink.maker))).all() == [""]


def person(room: Room, name: str, **more: datetime | None) -> Participant:
    """Somebody who was there."""
    return Participant(id=name, room_id=room.id, name=name, kind="person", speak="en", read="en", hear="en", **more)


def test_the_command_tells_what_grows_and_what_ends_it(
    migrated: str, shared_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert migrated
    monkeypatch.setenv("REDIS_URL", shared_redis.url)
    told = CliRunner().invoke(main, ["storage"])
    assert told.exit_code == 0, told.output
    for table in Base.metadata.tables:
        assert re.search(rf"^  {table} .* goes: \w", told.output, re.MULTILINE), table
    assert "redis: " in told.output
    monkeypatch.setenv("DATABASE_URL", f"postgresql+asyncpg://user@127.0.0.1:{free_port()}/gone")
    lost = CliRunner().invoke(main, ["storage"])
    assert lost.exit_code == 1
    assert "Check DATABASE_URL" in lost.output

"""What was said is gone when its time is up: rows, the bytes that they left behind, and what Redis holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.captions import event_ids, stream
from app.captions.history import History
from app.db import create_sessions
from app.tables import KeptCall, Participant, Room, StoredCaption
from app.transcripts import kept_calls, metrics
from app.transcripts.purge import Purged, lose_words, purge
from app.transcripts.withdrawing import withdraw
from tasks.wire import keys
from tasks.wire.messages import segment_id

SWEEP_SECONDS: Final = 60.0
"""Between two looks for what is due."""
REDIS_SECONDS: Final = 600.0
"""How long Redis keeps a caption that is in the database, or belongs to a room that stores none: for readers whose
connection breaks, and the processes that restart."""
LOCK_KEY: Final = "jbc:retention"
LOCK_SECONDS: Final = 300.0
"""After so long another process may look, where one has died over it."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Deleted:
    """What one sweep took away."""

    captions: int
    entries: int
    """Of the stream in Redis."""
    purged: Purged
    """Rooms and people."""


class Retention:
    """Deletes what is due, in one process at a time, and what somebody asks for at once."""

    def __init__(self, redis: Redis, engine: AsyncEngine, history: History, unused_days: int = 0) -> None:
        """`unused_days`: after which an open room goes that nobody enters; 0: never."""
        self._unused_days = unused_days
        self._redis = redis
        self._engine = engine
        self._sessions = create_sessions(engine)
        self._history = history
        self._scrubbed = True

    async def run(self) -> None:
        """Sweep until cancelled; an outage of Redis or the database delays it.

        Not at once: who is in a call must have been noted first (`app.rooms.seen`).
        """
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.run_once()
            except (RedisError, SQLAlchemyError, OSError) as error:  # a lock that was lost is a RedisError
                log.warning("transcripts.retention_delayed", error=repr(error))

    async def run_once(self) -> None:
        """Sweep, unless another process is at it.

        Raises:
            redis.RedisError: Redis does not answer.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        lock = self._redis.lock(LOCK_KEY, timeout=LOCK_SECONDS, blocking=False)
        if not await lock.acquire():
            return
        try:
            await self.sweep(datetime.now(UTC))
        finally:
            await lock.release()

    async def sweep(self, now: datetime) -> Deleted:
        """Delete what is due at `now`.

        Raises:
            redis.RedisError: Redis does not answer.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        entries = await self._trim(now.timestamp() - REDIS_SECONDS)
        captions = calls = 0
        async with self._sessions.begin() as session:
            for days in await session.scalars(select(Room.retention_days).distinct()):
                rooms = select(Room.id).where(Room.retention_days == days)
                old = StoredCaption.created_at < now - timedelta(days=days)
                captions += await lose_words(session, StoredCaption.room_id.in_(rooms), old)
                calls += await kept_calls.forget_old(session, now, days)
        async with self._sessions.begin() as session:
            purged = await purge(session, now, self._unused_days)
        if captions or calls or purged.people or not self._scrubbed:
            await self._scrub()
        if captions or calls:
            log.info("transcripts.deleted", captions=captions, kept_calls=calls)
        if purged.rooms or purged.people:
            log.info("rooms.purged", rooms=purged.rooms, people=purged.people)
        metrics.DELETED.inc(captions)
        return Deleted(captions, entries, purged)

    async def delete_transcript(self, room: Room) -> int:
        """Delete all that was said in a room, now; how many captions that were.

        Raises:
            redis.RedisError: Redis does not answer, so that it may still hold some.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        async with self._sessions() as session:
            stored = set(
                await session.scalars(select(StoredCaption.segment).where(StoredCaption.room_id == room.id).distinct())
            )
        await self._forget(room.code, stored)
        async with self._sessions.begin() as session:
            captions = await lose_words(session, StoredCaption.room_id == room.id)
            await kept_calls.forget_room(session, room)
        await self._scrub()
        metrics.DELETED.inc(captions)
        return captions

    async def delete_words(self, room: Room, person: Participant) -> list[StoredCaption]:
        """Delete all that somebody said in a room, now; the transcripts that were stored of it.

        Their name goes at the next sweep, or some hours after they have left the call.

        Raises:
            redis.RedisError: Redis does not answer, so that it may still hold some.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        theirs = (StoredCaption.room_id == room.id, StoredCaption.speaker == person.id)
        async with self._sessions() as session:
            stored = list(await session.scalars(select(StoredCaption).where(*theirs)))
        await self._forget(room.code, {caption.segment for caption in stored}, person.id)
        async with self._sessions.begin() as session:
            captions = await lose_words(session, *theirs)
            asked = update(Participant).where(Participant.id == person.id)  # also if nothing was stored yet
            await session.execute(asked.values(had_words=True))
            await kept_calls.forget_person(session, room, person)
        await self._scrub()
        metrics.DELETED.inc(captions)
        return [caption for caption in stored if caption.is_source]

    async def delete_room(self, room: Room) -> int:
        """Delete a room with everybody's names and all that was said; how many captions that were.

        Raises:
            redis.RedisError: Redis does not answer, so that it may still hold some.
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        captions = await self.delete_transcript(room)
        async with self._sessions.begin() as session:
            await session.execute(delete(Participant).where(Participant.room_id == room.id))
            await session.execute(delete(Room).where(Room.id == room.id))
        await self._scrub()
        return captions

    async def delete_kept(self, room: Room, call: KeptCall) -> None:
        """Delete what was kept of one call, now. Where it is being kept, that ends within seconds.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database does not answer.
        """
        async with self._sessions.begin() as session:
            await session.execute(delete(KeptCall).where(KeptCall.id == call.id, KeptCall.room_id == room.id))
        await self._scrub()

    async def withdraw(self, room: Room, segment: str, languages: Sequence[str]) -> bool:
        """Take one line back; see `withdrawing.withdraw`."""
        return await withdraw(self._redis, self._sessions, room, segment, languages)

    async def _trim(self, before: float) -> int:
        """Take from the stream what is older than `before` (epoch seconds) and not needed by the store any more."""
        bound = await self._history.unstored_from()
        if bound is None or bound == "-":  # nothing has been stored yet
            return 0
        milliseconds, number = event_ids.parts(bound.removeprefix("("))
        needed = milliseconds, number + bound.startswith("(")
        oldest = min(needed, (max(0, int(before * 1000)), 0))
        return int(await self._redis.xtrim(keys.CAPTIONS, minid="{}-{}".format(*oldest), approximate=False))

    async def _forget(self, code: str, segments: set[str], speaker: str = "") -> None:
        """Take a room's captions, or one `speaker`'s of them, out of Redis with the sound and the clips of `segments`.

        What is kept of the call as sound goes as well.

        The caches go whole: they do not know whose words they hold.
        """
        await kept_calls.forget_on_the_way(self._redis, code, speaker)
        entries = []
        async for stream_id, caption in stream.spoken(self._redis):
            if caption.room == code and speaker in {"", caption.speaker}:
                entries.append(stream_id)
                segments.add(caption.segment)
        if entries:
            await self._redis.xdel(keys.CAPTIONS, *entries)
        async for key in self._redis.scan_iter(keys.CACHES, count=500):
            await self._redis.unlink(key)
        spoken = set(map(segment_id, segments))  # of one that goes on some sentences may be no captions yet
        async for key in self._redis.scan_iter(keys.OURS, count=500):
            if segment_id(keys.segment_of(key.decode()) or "") in spoken:
                await self._redis.unlink(key)

    async def _scrub(self) -> None:
        """Take the bytes of deleted rows out of the database's files, as far as it can (`docs/transcripts.md`)."""
        async with self._engine.connect() as connection:
            plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
            if self._engine.dialect.name == "sqlite":  # secure_delete has overwritten them; the log may hold copies
                busy = await plain.scalar(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                self._scrubbed = not busy  # somebody reads the log: the next sweep tries again
            else:
                names = "kept_calls, kept_consents, kept_tracks, kept_pieces"
                await plain.execute(text(f"VACUUM captions, corrections, participants, room_links, {names}"))

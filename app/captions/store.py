"""Final captions from the stream into the database: each once, none lost, whichever of the two was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.captions import event_ids, metrics
from app.captions.events import CaptionEvent, MalformedCaptionError, from_entry
from app.captions.history import GROUP
from app.db import Sessions
from app.tables import Participant, Room, StoredCaption
from tasks.wire import keys
from tasks.wire.keys import CaptionKey

CONSUMER: Final = "web"
"""One web process stores; a second one started by mistake would do the same work twice and change nothing."""
BATCH: Final = 100
"""Entries stored in one transaction."""
BLOCK_MS: Final = 2_000
"""How long one read waits for a new entry."""
RECLAIM_EVERY: Final = 30.0
"""Seconds after which entries that were read but never acknowledged are taken up again."""
BACKOFF: Final = (0.1, 0.3, 1.0, 2.0, 5.0)
"""Seconds between attempts while Redis or the database does not answer."""

Entries = list[tuple[bytes, dict[bytes, bytes]]]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StoreState:
    """How the store is doing."""

    working: bool
    problem: str
    """What failed last; empty while it works."""


class CaptionStore:
    """Reads the stream as the consumer group and acknowledges an entry once it is committed."""

    def __init__(self, redis: Redis, sessions: Sessions) -> None:
        self._redis = redis
        self._sessions = sessions
        self.state = StoreState(working=False, problem="it has not started yet")

    async def run(self) -> None:
        """Store captions until cancelled, through any number of outages.

        Cancelling loses nothing: what was read and not acknowledged is read again at the next start.
        """
        attempt = 0
        while True:
            try:
                await self._take_over()
                attempt = 0
                await self._follow()
            except (RedisError, SQLAlchemyError, OSError) as error:
                problem = f"{'Redis' if isinstance(error, RedisError) else 'the database'} does not answer"
                if self.state.problem != problem:
                    log.warning("captions.store_stopped", error=repr(error))
                self.state = StoreState(working=False, problem=problem)
                await asyncio.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)])
                attempt += 1

    async def _follow(self) -> None:
        claimed = time.monotonic()
        while True:
            self.state = StoreState(working=True, problem="")
            reply: Any = await self._redis.xreadgroup(
                GROUP, CONSUMER, {keys.CAPTIONS: ">"}, count=BATCH, block=BLOCK_MS
            )
            for _, entries in reply:
                await self._store(entries)
            if time.monotonic() - claimed > RECLAIM_EVERY:
                await self._claim(idle_ms=int(RECLAIM_EVERY * 1000))
                claimed = time.monotonic()

    async def _take_over(self) -> None:
        """Make the group where it is missing and finish what an earlier run has left."""
        try:
            await self._redis.xgroup_create(keys.CAPTIONS, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        await self._claim(idle_ms=0)

    async def _claim(self, idle_ms: int) -> None:
        cursor: bytes = b"0-0"
        while True:
            reply: Any = await self._redis.xautoclaim(
                keys.CAPTIONS, GROUP, CONSUMER, min_idle_time=idle_ms, start_id=cursor, count=BATCH
            )
            cursor = reply[0]
            entries = [entry for entry in reply[1] if entry[0] is not None]  # Redis 6.2 shows trimmed ones so
            if entries:
                await self._store(entries)
            if cursor == b"0-0":
                return

    async def _store(self, entries: Entries) -> None:
        events = []
        for stream_id, fields in entries:
            try:
                events.append(from_entry(stream_id, fields))
            except MalformedCaptionError as error:
                _reject("malformed", str(error))
        homeless = await self._insert(events) if events else []
        if homeless:  # nobody can read them, and a room that was deleted with a call in it must leave no words
            await self._redis.xdel(keys.CAPTIONS, *(event_ids.stream_id(event.event_id) for event in homeless))
        await self._redis.xack(keys.CAPTIONS, GROUP, *(stream_id for stream_id, _ in entries))

    async def _insert(self, events: list[CaptionEvent]) -> list[CaptionEvent]:
        """Store captions; those whose room is not known."""
        try:
            return await self._commit(events)
        except (DataError, IntegrityError) as error:  # one of them is at fault, not the database
            if len(events) == 1:
                _reject("refused by the database", f"segment {events[0].caption.segment}: {error!r}")
                return []
            return [one for event in events for one in await self._insert([event])]

    async def _commit(self, events: list[CaptionEvent]) -> list[CaptionEvent]:
        async with self._sessions.begin() as session:
            codes = {event.caption.room for event in events}
            rooms = {room.code: room for room in await session.scalars(select(Room).where(Room.code.in_(codes)))}
            await _move(session, [event for event in events if event.caption.corrected])
            known = [event for event in events if event.caption.room in rooms and not event.caption.corrected]
            rows = await _rows(session, rooms, known)
            if rows:
                dialect = session.get_bind().dialect.name
                insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
                await session.execute(
                    # A final caption does not change: what came first stays.
                    insert(StoredCaption).on_conflict_do_nothing(index_elements=CaptionKey._fields),
                    rows,
                )
        metrics.STORED.inc(len(rows))
        for row in rows:
            log.info("caption.stored", segment=row["segment"], language=row["language"])
        homeless = [event for event in events if event.caption.room not in rooms]
        for event in homeless:
            _reject("unknown room", f"segment {event.caption.segment}")
        return homeless


async def _move(session: AsyncSession, corrected: list[CaptionEvent]) -> None:
    """Put corrected captions where readers who come back look for what is new. Their texts are stored already."""
    for event in corrected:
        caption = event.caption
        await session.execute(
            update(StoredCaption)
            .filter_by(**caption.key._asdict())
            .where(StoredCaption.event_id < event.event_id)
            .values(event_id=event.event_id)
        )


async def _rows(session: AsyncSession, rooms: Mapping[str, Room], events: list[CaptionEvent]) -> list[dict[str, Any]]:
    speakers = {event.caption.speaker for event in events}
    known = set(await session.scalars(select(Participant.id).where(Participant.id.in_(speakers))))
    rows = []
    for event in events:
        caption = event.caption
        if not rooms[caption.room].stores:
            continue
        if not 0 <= caption.seq < 2**63:
            _reject("malformed", f"segment {caption.segment}: seq {caption.seq} is out of range")
            continue
        rows.append(
            {
                "segment": caption.segment,
                "language": caption.language,
                "room_id": rooms[caption.room].id,
                "speaker": caption.speaker,
                "participant_id": caption.speaker if caption.speaker in known else None,
                "seq": caption.seq,
                "source_language": caption.source_language,
                "text": caption.text.replace("\x00", ""),  # PostgreSQL refuses it
                "event_id": event.event_id,
                "engine": caption.engine,
                "timeline": msgspec.to_builtins(caption.timeline),
                "draft": caption.draft,
            }
        )
    return rows


def _reject(reason: str, detail: str) -> None:
    metrics.REJECTED.labels(reason).inc()
    log.error("captions.rejected", reason=reason, detail=detail)

"""Final captions from the stream into the database: each once, none lost, whichever of the two was away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app import faults
from app.captions import event_ids, metrics
from app.captions.history import GROUP
from app.captions.lives import Lives
from app.captions.published import MalformedCaptionError, PublishedCaption, from_entry
from app.captions.rows import to_row
from app.db import Sessions, UnkeepableError
from app.tables import Participant, Room, StoredCaption
from tasks.wire import keys
from tasks.wire.captions import make_group
from tasks.wire.keys import CaptionKey

CONSUMER: Final = "web"
"""Of several web processes each takes what is new to all; what two take up again they store once."""
BATCH_ENTRIES: Final = 100
"""Entries stored in one transaction."""
BLOCK_MS: Final = 2_000
"""How long one read waits for a new entry."""
RECLAIM_SECONDS: Final = 30.0
"""Seconds after which entries that were read but never acknowledged are taken up again."""
BACKOFF_SECONDS: Final = (0.1, 0.3, 1.0, 2.0, 5.0)
"""Pauses between attempts while Redis or the database does not answer."""

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
        self._lives = Lives(sessions)
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
                redis = isinstance(error, RedisError)
                fault = faults.of_redis(error) if redis else faults.of_database(error)
                problem = f"{'Redis' if redis else 'the database'}: {fault.detail}"
                if self.state.problem != problem:
                    log.warning("captions.store_stopped", error=repr(error))
                self.state = StoreState(working=False, problem=problem)
                await asyncio.sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
                attempt += 1

    async def _follow(self) -> None:
        claimed = time.monotonic()
        while True:
            self.state = StoreState(working=True, problem="")
            reply: Any = await self._redis.xreadgroup(
                GROUP, CONSUMER, {keys.CAPTIONS: ">"}, count=BATCH_ENTRIES, block=BLOCK_MS
            )
            for _, entries in reply:
                await self._store(entries)
            if time.monotonic() - claimed > RECLAIM_SECONDS:
                await self._claim(idle_ms=int(RECLAIM_SECONDS * 1000))
                claimed = time.monotonic()

    async def _take_over(self) -> None:
        """Make the group where it is missing and finish what an earlier run has left."""
        try:
            await make_group(self._redis, GROUP)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        await self._claim(idle_ms=0)

    async def _claim(self, idle_ms: int) -> None:
        cursor: bytes = b"0-0"
        while True:
            reply: Any = await self._redis.xautoclaim(
                keys.CAPTIONS, GROUP, CONSUMER, min_idle_time=idle_ms, start_id=cursor, count=BATCH_ENTRIES
            )
            cursor = reply[0]
            entries = [entry for entry in reply[1] if entry[0] is not None]  # Redis 6.2 shows trimmed ones so
            if entries:
                await self._store(entries)
            if cursor == b"0-0":
                return

    async def _store(self, entries: Entries) -> None:
        captions = []
        for stream_id, fields in entries:
            try:
                captions.append(await from_entry(stream_id, fields, self._lives))
            except MalformedCaptionError as error:
                _reject("malformed", str(error))
        roomless = await self._insert(captions) if captions else []
        if roomless:  # nobody can read them, and a room that was deleted with a call in it must leave no words
            await self._redis.xdel(keys.CAPTIONS, *(event_ids.stream_id(published.event_id) for published in roomless))
        await self._redis.xack(keys.CAPTIONS, GROUP, *(stream_id for stream_id, _ in entries))

    async def _insert(self, captions: list[PublishedCaption]) -> list[PublishedCaption]:
        """Store captions; those whose room is not known."""
        try:
            return await self._commit(captions)
        except (DataError, IntegrityError, UnkeepableError) as error:  # one of them is at fault, not the database
            if len(captions) == 1:
                _reject("refused by the database", f"segment {captions[0].caption.segment}: {error!r}")
                return []
            return [alone for published in captions for alone in await self._insert([published])]

    async def _commit(self, captions: list[PublishedCaption]) -> list[PublishedCaption]:
        async with self._sessions.begin() as session:
            codes = {published.caption.room for published in captions}
            rooms = {room.code: room for room in await session.scalars(select(Room).where(Room.code.in_(codes)))}
            await _move(session, [published for published in captions if published.caption.corrected])
            rows = await _rows(session, rooms, [published for published in captions if not published.caption.corrected])
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
        roomless = [published for published in captions if published.caption.room not in rooms]
        for published in roomless:
            _reject("unknown room", f"segment {published.caption.segment}")
        return roomless


async def _move(session: AsyncSession, corrected: list[PublishedCaption]) -> None:
    """Put corrected captions where readers who come back look for what is new. Their texts are stored already."""
    for published in corrected:
        caption = published.caption
        await session.execute(
            update(StoredCaption)
            .filter_by(**caption.key._asdict())
            .where(StoredCaption.event_id < published.event_id)
            .values(event_id=published.event_id)
        )


async def _rows(
    session: AsyncSession, rooms: Mapping[str, Room], captions: list[PublishedCaption]
) -> list[dict[str, Any]]:
    speakers = {published.caption.speaker for published in captions}
    known = set(await session.scalars(select(Participant.id).where(Participant.id.in_(speakers))))
    rows = []
    for published in captions:
        caption = published.caption
        if caption.room not in rooms or not rooms[caption.room].stores:
            continue
        if not 0 <= caption.seq < 2**63:
            _reject("malformed", f"segment {caption.segment}: seq {caption.seq} is out of range")
            continue
        participant_id = caption.speaker if caption.speaker in known else None
        rows.append(to_row(published, rooms[caption.room].id, participant_id))
    return rows


def _reject(reason: str, detail: str) -> None:
    metrics.REJECTED.labels(reason).inc()
    log.error("captions.rejected", reason=reason, detail=detail)

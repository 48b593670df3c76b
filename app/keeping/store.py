"""What the bridges pass on of kept calls into the database: each packet once, in order, and only what was agreed to."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Sessions
from app.keeping import metrics, ogg
from app.keeping.sealing import Notes, Seal, Seals, UnreadableError, pack_notes, place
from app.tables import KeptCall, KeptConsent, KeptPiece, KeptTrack, Room
from tasks.wire import keys
from tasks.wire.kept import STEPS, STEPS_A_PEAK, KeptChunk, KeptPacket, unpack

BATCH: Final = 20
"""Entries read at once."""
BLOCK_MS: Final = 2_000
BACKOFF_SECONDS: Final = 1.0
"""Until the next attempt while Redis or the database does not answer."""
TRIES: Final = 3
"""Of a chunk that another process stores at the same moment."""

AS_IT_IS: Final = {"synchronize_session": False}
"""For statements in sessions that hold no objects yet."""

log = structlog.get_logger(__name__)


class KeptStore:
    """Takes entries out of the stream when they are committed. Run `run` as a task."""

    def __init__(self, redis: Redis, sessions: Sessions, seals: Seals) -> None:
        self._redis = redis
        self._sessions = sessions
        self._seals = seals

    async def run(self) -> None:
        """Store for ever, through any number of outages."""
        while True:
            try:
                await self.step()
            except (RedisError, SQLAlchemyError, OSError) as error:
                log.warning("kept.store_stopped", error=type(error).__name__)
                await asyncio.sleep(BACKOFF_SECONDS)

    async def step(self, block_ms: int | None = BLOCK_MS) -> int:
        """Store what is there, or wait for something; how many entries that were."""
        reply: Any = await self._redis.xread({keys.KEPT: "0"}, count=BATCH, block=block_ms)
        count = 0
        for _, entries in reply:
            for entry, fields in entries:
                await self._take(fields.get(b"c", b""))
                await self._redis.xdel(keys.KEPT, entry)
                count += 1
        return count

    async def _take(self, data: bytes) -> None:
        try:
            chunk = unpack(data)
        except msgspec.DecodeError as error:
            log.error("kept.rejected", error=str(error))
            return
        for _ in range(TRIES):
            try:
                await self._store(chunk)
            except IntegrityError:  # another process was faster; it is looked at anew
                continue
            except (DataError, UnreadableError) as error:
                log.error("kept.rejected", error=repr(error))
            return

    async def _store(self, chunk: KeptChunk) -> None:
        async with self._sessions.begin() as session:
            ours = select(Room.id).where(Room.code == chunk.room).scalar_subquery()
            which = KeptCall.id == chunk.call, KeptCall.room_id == ours
            # Nothing of it is deleted, and no answer changes, between what is read here and what is written.
            await session.execute(update(KeptCall).where(*which).values(host=KeptCall.host), execution_options=AS_IT_IS)
            call = (await session.scalars(select(KeptCall).where(*which))).one_or_none()
            if call is None:  # it has been deleted
                return
            said = KeptConsent.call_id == call.id, KeptConsent.participant_id == chunk.speaker
            consents = list(await session.scalars(select(KeptConsent).where(*said).order_by(KeptConsent.id)))
            packets = agreed(call, consents, chunk.packets)
            track = await _track(session, call, consents, chunk) if packets else None
            if track is None:
                return
            await self._add(session, self._seals.of(call.id, call.key), track, chunk, packets)

    @staticmethod
    async def _add(
        session: AsyncSession, seal: Seal, track: KeptTrack, chunk: KeptChunk, packets: list[KeptPacket]
    ) -> None:
        position = ogg.Position(track.steps, track.pages, track.size)
        start, first = track.size, b""
        if not track.pages:
            first, position = ogg.begin(track.serial)
        data = first + await asyncio.to_thread(ogg.pages, track.serial, position, packets)
        if position.steps == track.steps:  # all of it was there already
            return
        track.lost += chunk.lost
        track.steps, track.pages, track.size = position.steps, position.pages, position.size
        covered = {packet.at // STEPS_A_PEAK for packet in packets}
        peaks = bytes(
            peak if number in covered else 0 for number, peak in enumerate(chunk.peaks, start=chunk.peaks_from)
        )
        notes = pack_notes(Notes(chunk.peaks_from, peaks, chunk.cues))
        piece = KeptPiece(
            track_id=track.id,
            start=start,
            size=len(data),
            sealed=seal.close(data, place(track.id, start, "sound")),
            notes=seal.close(notes, place(track.id, start, "notes")),
        )
        session.add(piece)
        metrics.STORED.inc(len(data))


def agreed(call: KeptCall, consents: Sequence[KeptConsent], packets: Sequence[KeptPacket]) -> list[KeptPacket]:
    """Those that sounded while the call was to be kept and their speaker had agreed, also when the words were said."""
    end = call.ended_at.timestamp() if call.ended_at else float("inf")
    found = []
    for packet in packets:
        at = call.since + packet.at / STEPS
        words = at if packet.said is None else call.since + packet.said / STEPS
        if at < end and all(any(consent.holds(moment) for consent in consents) for moment in (at, words)):
            found.append(packet)
    return found


async def _track(session: AsyncSession, call: KeptCall, consents: Sequence[KeptConsent], chunk: KeptChunk) -> KeptTrack:
    """The track that a chunk belongs to, made where it is the first one."""
    which = {"call_id": call.id, "speaker": chunk.speaker, "dubbed": bool(chunk.language)}
    if chunk.language:  # one's own voice is one track, whatever language it speaks
        which["language"] = chunk.language
    found = (await session.scalars(select(KeptTrack).filter_by(**which).with_for_update())).first()
    if found is None:
        speaks = consents[-1]
        found = KeptTrack(
            **{"language": speaks.language} | which,
            name=speaks.name,
            serial=secrets.randbelow(2**31),
            steps=0,
            pages=0,
            size=0,
            lost=0.0,
        )
        session.add(found)
        await session.flush()
    return found

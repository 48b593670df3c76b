"""What was kept, as it is heard and seen again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from app.db import Sessions
from app.keeping.sealing import Notes, Seal, Seals, place, unpack_notes
from app.tables import KeptCall, KeptConsent, KeptPiece, KeptTrack, Room
from tasks.wire.kept import PEAKS, STEPS

POINTS: Final = 1_200
"""Of the picture of one track at most."""


@dataclass(frozen=True)
class Shown:
    """One kept call in a list."""

    call: KeptCall
    size: int
    """Bytes."""
    people: list[str]
    """Names of those whose voices were kept."""


@dataclass(frozen=True)
class Picture:
    """What is known of a track beside its sound."""

    peaks: list[int]
    """The loudest of each equal part of the call, 0 to 255."""
    cues: dict[str, float]
    """Id of a sentence → where its dub begins, seconds."""


class KeptReading:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions, seals: Seals) -> None:
        self._sessions = sessions
        self._seals = seals

    async def calls(self, room: Room | None = None) -> list[tuple[Shown, Room]]:
        """Those of a room, or of all, the newest first."""
        query = select(KeptCall, Room).join(Room).order_by(KeptCall.started_at.desc())
        if room is not None:
            query = query.where(KeptCall.room_id == room.id)
        async with self._sessions() as session:
            found = [(call, of) for call, of in await session.execute(query.limit(500))]
            of_them = KeptTrack.call_id.in_([call.id for call, _ in found])
            tracks = list(await session.scalars(select(KeptTrack).where(of_them).order_by(KeptTrack.id)))
        return [(_shown(call, [track for track in tracks if track.call_id == call.id]), of) for call, of in found]

    async def call(self, room: Room, call: str) -> KeptCall | None:
        """One of a room."""
        async with self._sessions() as session:
            return (await session.scalars(select(KeptCall).filter_by(id=call, room_id=room.id))).one_or_none()

    async def tracks(self, call: KeptCall) -> list[KeptTrack]:
        """Its tracks: voices in the order in which they were first heard, then dubs by language."""
        query = select(KeptTrack).where(KeptTrack.call_id == call.id)
        async with self._sessions() as session:
            return list(await session.scalars(query.order_by(KeptTrack.dubbed, KeptTrack.language, KeptTrack.id)))

    async def consents(self, call: KeptCall) -> list[KeptConsent]:
        """Who agreed, from when to when."""
        query = select(KeptConsent).where(KeptConsent.call_id == call.id).order_by(KeptConsent.id)
        async with self._sessions() as session:
            return list(await session.scalars(query))

    async def sound(self, call: KeptCall, track: KeptTrack, first: int, end: int) -> AsyncIterator[bytes]:
        """The bytes of a track's file from `first` to before `end`.

        Raises:
            UnreadableError: they cannot be opened.
        """
        seal = self._seal(call)
        asked = (
            select(KeptPiece.id)
            .where(KeptPiece.track_id == track.id, KeptPiece.start < end, KeptPiece.start + KeptPiece.size > first)
            .order_by(KeptPiece.start)
        )
        async with self._sessions() as session:
            ids = list(await session.scalars(asked))
        for one in ids:
            async with self._sessions() as session:
                piece = await session.get(KeptPiece, one)
            if piece is None:  # deleted meanwhile
                return
            data = seal.open(piece.sealed, place(track.id, piece.start, "sound"))
            yield data[max(0, first - piece.start) : end - piece.start]

    async def picture(self, call: KeptCall, track: KeptTrack, seconds: float) -> Picture:
        """What a track looks like in a call of so many seconds.

        Raises:
            UnreadableError: it cannot be opened.
        """
        seal = self._seal(call)
        query = select(KeptPiece.start, KeptPiece.notes).where(KeptPiece.track_id == track.id)
        async with self._sessions() as session:
            rows = [(row.start, row.notes) for row in await session.execute(query.order_by(KeptPiece.start))]
        notes = [unpack_notes(seal.open(sealed, place(track.id, start, "notes"))) for start, sealed in rows]
        cues = {cue.segment: cue.at / STEPS for note in notes for cue in note.cues}
        return Picture(_points(notes, seconds), cues)

    async def size(self, call: KeptCall) -> int:
        """Bytes of all its tracks."""
        query = select(func.coalesce(func.sum(KeptTrack.size), 0)).where(KeptTrack.call_id == call.id)
        async with self._sessions() as session:
            return int(await session.scalar(query) or 0)

    def _seal(self, call: KeptCall) -> Seal:
        return self._seals.of(call.id, call.key)


def _shown(call: KeptCall, tracks: Sequence[KeptTrack]) -> Shown:
    names = list(dict.fromkeys(track.name for track in tracks if not track.dubbed))
    return Shown(call, sum(track.size for track in tracks), names)


def _points(notes: Sequence[Notes], seconds: float) -> list[int]:
    count = max(1, min(POINTS, int(seconds * PEAKS)))
    points = [0] * count
    for note in notes:
        for number, peak in enumerate(note.peaks, start=note.peaks_from):
            at = min(count - 1, int(number / PEAKS / max(seconds, 0.1) * count))
            points[at] = max(points[at], peak)
    return points

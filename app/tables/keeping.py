"""Calls that are kept as sound (`app.keeping`)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, Float, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.column_types import BigId, UtcDateTime
from app.tables.base import Base, now, random_id

Ending = Literal["host", "left", "full", "long", "off", "closed"]
"""Why a call is kept no longer: a host ended it, everybody left, there was no room for more, it took too long, an
administrator turned it off, the room was closed."""


class KeptCall(Base):
    """A call that is, or was, kept as sound (`app.keeping`), from one press of a host to the next."""

    __tablename__ = "kept_calls"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"), index=True)
    host: Mapped[str] = mapped_column(String(60))
    """Name of who began it."""
    key: Mapped[str] = mapped_column(String(120))
    """What its sound is sealed with, itself sealed with KEEP_SECRET, base64."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    """Where its clock begins."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[Ending | None] = mapped_column(String(8))

    @property
    def since(self) -> float:
        """Where its clock begins, epoch seconds."""
        return self.started_at.timestamp()

    def seconds(self, now: datetime) -> float:
        """How long it is, at `now` where it goes on."""
        return max(0.0, ((self.ended_at or now) - self.started_at).total_seconds())


class KeptConsent(Base):
    """What somebody answered who was asked whether their voice may be kept, and from when to when it was."""

    __tablename__ = "kept_consents"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("kept_calls.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    """As it was then."""
    language: Mapped[str] = mapped_column(String(3))
    """What they spoke then."""
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Null: it holds. As early as `since`: they said no."""

    def holds(self, at: float) -> bool:
        """Whether their voice was to be kept at `at`, epoch seconds."""
        return self.since.timestamp() <= at and (self.until is None or at < self.until.timestamp())


class KeptTrack(Base):
    """One person's voice in a kept call, or its dub in one language: an Ogg file that lies in pieces."""

    __tablename__ = "kept_tracks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("kept_calls.id", ondelete="CASCADE"))
    speaker: Mapped[str] = mapped_column(String(32))
    """Id of the participant."""
    name: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(3))
    """What is spoken in it."""
    dubbed: Mapped[bool]
    serial: Mapped[int] = mapped_column(BigInteger)
    """Of the Ogg stream."""
    steps: Mapped[int] = mapped_column(BigInteger, default=0)
    """How long it is so far, in 2.5 ms (`tasks.wire.kept`)."""
    pages: Mapped[int] = mapped_column(BigInteger, default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of the file so far."""
    lost: Mapped[float] = mapped_column(Float, default=0.0)
    """Seconds of it that could not be kept."""

    __table_args__ = (UniqueConstraint("call_id", "speaker", "language", "dubbed"),)


class KeptPiece(Base):
    """Some bytes of a kept track, and how loud and where in the call they are: both sealed."""

    __tablename__ = "kept_pieces"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("kept_tracks.id", ondelete="CASCADE"))
    start: Mapped[int] = mapped_column(BigInteger)
    """Place of its first byte in the file."""
    size: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    notes: Mapped[bytes] = mapped_column(LargeBinary)
    """`app.keeping.sealing.Notes`, sealed."""

    __table_args__ = (UniqueConstraint("track_id", "start"),)

"""The final captions, how participants corrected them, and the lives of the stream that they came by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.column_types import BigId, TimelineJson, UtcDateTime
from app.tables.base import Base, now
from tasks.wire.keys import CaptionKey
from tasks.wire.messages import Timeline


class StoredCaption(Base):
    """One final caption: a transcript, or its translation into one language."""

    __tablename__ = "captions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    segment: Mapped[str] = mapped_column(String(96))
    language: Mapped[str] = mapped_column(String(3))
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id", ondelete="CASCADE"))
    speaker: Mapped[str] = mapped_column(String(96))
    """The speaker's id as it came over the wire."""
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"), index=True)
    """The speaker's row; null when the speaker is not one of ours."""
    seq: Mapped[int] = mapped_column(BigInteger)
    source_language: Mapped[str] = mapped_column(String(3))
    text: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(String(54).with_variant(String(36), "sqlite"))
    """Position in the stream of captions, in the form that sorts as text (`app.captions.event_ids`).

    SQLite minds no length: its column kept the one that it was made with.
    """
    engine: Mapped[str] = mapped_column(Text)
    timeline: Mapped[Timeline] = mapped_column(TimelineJson)
    draft: Mapped[bool] = mapped_column(default=False, server_default=false())
    typed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was typed and not spoken, or translates what was."""
    only: Mapped[str] = mapped_column(String(500), default="", server_default="")
    elsewhere: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """Who is shown it (`Segment`): languages, each between spaces."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    corrections: Mapped[list[Correction]] = relationship(
        lazy="selectin", order_by="Correction.id", passive_deletes=True
    )
    """The oldest first; the newest counts."""

    __table_args__ = (UniqueConstraint(*CaptionKey._fields), Index(None, "room_id", "event_id"))

    @property
    def is_source(self) -> bool:
        """Whether this is the transcript rather than a translation of it."""
        return self.language == self.source_language

    @property
    def interprets(self) -> bool:
        """Whether an interpreter said it in place of somebody else, or it translates what one said."""
        return bool(self.only)

    @property
    def correction(self) -> Correction | None:
        """The correction that counts."""
        return self.corrections[-1] if self.corrections else None

    @property
    def counting(self) -> int:
        """Id of the correction that counts; 0 where nobody has corrected it."""
        return self.correction.id if self.correction else 0

    @property
    def shown_text(self) -> str:
        """The text as it is shown: corrected where somebody did."""
        return self.correction.text if self.correction else self.text


class Correction(Base):
    """What a participant made of a caption; the caption itself stays as it was."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    caption_id: Mapped[int] = mapped_column(ForeignKey("captions.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    participant_id: Mapped[str | None] = mapped_column(ForeignKey("participants.id", ondelete="SET NULL"), index=True)
    author: Mapped[str] = mapped_column(String(60))
    """The participant's name at that time."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class StreamLife(Base):
    """One life of the stream of captions in Redis, until its history was lost (`app.captions.lives`)."""

    __tablename__ = "stream_lives"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(8), unique=True)
    """What the stream calls it (`tasks.wire.captions`)."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When it was first met."""

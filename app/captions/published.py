"""A caption together with its place in the order that all readers see, and with how late it was."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from app.captions import event_ids, lag
from app.captions.event_ids import Shown
from app.captions.lives import Lives
from tasks.wire.captions import FIELD, LIFE_FIELD
from tasks.wire.messages import Caption, Timeline, decode

_FIELD = FIELD.encode()


class MalformedCaptionError(ValueError):
    """Something on the captions channel or stream is not a caption; its sender is at fault."""


class PublishedCaption(Struct, frozen=True, cache_hash=True):
    """One caption as published: the same for all readers, so that they can share what is rendered."""

    event_id: str
    """Its position (`event_ids`); "" for interims, which have no place in the stream."""
    caption: Caption
    lag: float
    """Seconds from the end of its sentence, or of its last word while it grows, until this process had it; until it was
    ready where it is shown again later."""

    @property
    def shown_id(self) -> str | None:
        """The id that readers are told; None for interims."""
        return event_ids.shown(self.event_id) or None

    @property
    def timeline(self) -> Timeline:
        """When the speaker spoke, and when each stage happened."""
        return self.caption.timeline

    @property
    def typed(self) -> bool:
        """Whether it was typed and not spoken, or translates what was."""
        return self.caption.typed

    @property
    def interprets(self) -> bool:
        """Whether an interpreter said it in place of somebody else, or it translates what one said."""
        return bool(self.caption.only)

    def said_since(self, moment: float) -> bool:
        """Whether it ended after a moment (epoch seconds), so that somebody who joined then is shown it."""
        return self.caption.timeline.speech_end >= moment

    @property
    def lag_ms(self) -> int:
        """The lag in whole milliseconds."""
        return round(self.lag * 1000)

    @property
    def stages(self) -> str:
        """What took the time, in words."""
        return lag.describe(self.caption)


def is_shown_in(caption: Caption, language: str) -> bool:
    """Whether a reader of `language` is shown this caption: every transcript, and translations into it.

    What an interpreter says is for those who read what they interpret into, and what they interpret is not.
    """
    if language in caption.elsewhere or (caption.only and language not in caption.only):
        return False
    return caption.is_source or caption.language == language


def taken_back(caption: Caption) -> PublishedCaption:
    """What tells readers that a line is gone: the caption without its words."""
    return PublishedCaption("", msgspec.structs.replace(caption, text="", spoken=None, final=True, corrected=True), 0.0)


async def from_channel(data: bytes, now: float, lives: Lives) -> PublishedCaption:
    """The caption in a pub/sub message, which came at `now` (epoch seconds): shown id or "-", a space, JSON.

    Raises:
        MalformedCaptionError: it is not that.
        sqlalchemy.exc.SQLAlchemyError: a life of the stream is new, and the database does not answer.
    """
    shown, _, payload = data.partition(b" ")
    position, caption = _decoded(b"" if shown == b"-" else shown, payload)
    return PublishedCaption(await _event_id(position, lives), caption, lag.when_sent(caption, now))


async def from_entry(stream_id: bytes, fields: dict[bytes, bytes], lives: Lives) -> PublishedCaption:
    """The caption in a stream entry, to be stored or shown again.

    Raises:
        MalformedCaptionError: it holds no caption.
        sqlalchemy.exc.SQLAlchemyError: a life of the stream is new, and the database does not answer.
    """
    position, caption = in_entry(stream_id, fields)
    return PublishedCaption(await _event_id(position, lives), caption, lag.until_ready(caption))


def in_entry(stream_id: bytes, fields: dict[bytes, bytes]) -> tuple[Shown | None, Caption]:
    """The position and the caption of a stream entry, for those who compare it with nothing.

    Raises:
        MalformedCaptionError: it holds no caption.
    """
    life = fields.get(LIFE_FIELD.encode(), b"")
    return _decoded(stream_id + b"-" + life if life else stream_id, fields.get(_FIELD, b""))


async def _event_id(position: Shown | None, lives: Lives) -> str:
    return event_ids.event_id(position.stream_id, await lives.of(position.life)) if position else event_ids.START


def _decoded(shown: bytes, payload: bytes) -> tuple[Shown | None, Caption]:
    try:
        return event_ids.parsed(shown.decode()), decode(payload, Caption)
    except (msgspec.DecodeError, ValueError) as error:  # ValidationError is a DecodeError
        raise MalformedCaptionError(f"entry {shown[:40]!r}: {error}") from error

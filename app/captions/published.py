"""A caption together with its place in the order that all readers see, and with how late it was."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from app.captions import event_ids, lag
from tasks.wire.captions import FIELD
from tasks.wire.messages import Caption, Timeline, decode

_FIELD = FIELD.encode()


class MalformedCaptionError(ValueError):
    """Something on the captions channel or stream is not a caption; its sender is at fault."""


class PublishedCaption(Struct, frozen=True, cache_hash=True):
    """One caption as published: the same for all readers, so that they can share what is rendered."""

    event_id: str
    """Padded stream id; "" for interims, which have no place in the stream."""
    caption: Caption
    lag: float
    """Seconds from the end of speech until this process had it, or until it was ready where it is shown again later."""

    @property
    def stream_id(self) -> str | None:
        """The id that readers are told; None for interims."""
        return event_ids.stream_id(self.event_id) if self.event_id else None

    @property
    def timeline(self) -> Timeline:
        """When the speaker spoke, and when each stage happened."""
        return self.caption.timeline

    @property
    def lag_ms(self) -> int:
        """The lag in whole milliseconds."""
        return round(self.lag * 1000)

    @property
    def stages(self) -> str:
        """What took the time, in words."""
        return lag.describe(self.caption)


def is_shown_in(caption: Caption, language: str) -> bool:
    """Whether a reader of `language` is shown this caption: every transcript, and translations into it."""
    return caption.is_source or caption.language == language


def from_channel(data: bytes, now: float) -> PublishedCaption:
    """The caption in a pub/sub message, which came at `now` (epoch seconds): stream id or "-", a space, JSON.

    Raises:
        MalformedCaptionError: it is not that.
    """
    stream_id, _, payload = data.partition(b" ")
    event_id, caption = _decoded(b"" if stream_id == b"-" else stream_id, payload)
    return PublishedCaption(event_id, caption, lag.when_sent(caption, now))


def from_entry(stream_id: bytes, fields: dict[bytes, bytes]) -> PublishedCaption:
    """The caption in a stream entry, to be stored or shown again.

    Raises:
        MalformedCaptionError: it holds no caption.
    """
    event_id, caption = _decoded(stream_id, fields.get(_FIELD, b""))
    return PublishedCaption(event_id, caption, lag.until_ready(caption))


def _decoded(stream_id: bytes, payload: bytes) -> tuple[str, Caption]:
    try:
        return event_ids.padded(stream_id.decode()), decode(payload, Caption)
    except (msgspec.DecodeError, ValueError) as error:  # ValidationError is a DecodeError
        raise MalformedCaptionError(f"entry {stream_id[:40]!r}: {error}") from error

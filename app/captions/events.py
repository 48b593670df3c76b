"""A caption together with its place in the order that all readers see."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import msgspec

from app.captions import event_ids
from tasks.wire.captions import FIELD
from tasks.wire.messages import Caption, decode


class MalformedCaptionError(ValueError):
    """Something on the captions channel or stream is not a caption; its sender is at fault."""


@dataclass(frozen=True, slots=True)
class CaptionEvent:
    """One caption as published."""

    event_id: str
    """Padded stream id; "" for interims, which have no place in the stream."""
    caption: Caption
    received: float = field(default_factory=time.time, compare=False)
    """When this process had it, epoch seconds: the same for all readers, so that they can share what is rendered."""

    @property
    def stream_id(self) -> str | None:
        """The id that readers are told; None for interims."""
        return event_ids.stream_id(self.event_id) if self.event_id else None


def concerns(caption: Caption, language: str) -> bool:
    """Whether a reader of `language` is shown this caption: every transcript, and translations into it."""
    return caption.is_source or caption.language == language


def from_channel(data: bytes) -> CaptionEvent:
    """The event in a pub/sub message: stream id or "-", a space, JSON.

    Raises:
        MalformedCaptionError: it is not that.
    """
    stream_id, _, payload = data.partition(b" ")
    event_id = b"" if stream_id == b"-" else stream_id
    return _event(event_id, payload)


def from_entry(stream_id: bytes, fields: dict[bytes, bytes]) -> CaptionEvent:
    """The event in a stream entry.

    Raises:
        MalformedCaptionError: it holds no caption.
    """
    return _event(stream_id, fields.get(FIELD.encode(), b""))


def _event(stream_id: bytes, payload: bytes) -> CaptionEvent:
    try:
        return CaptionEvent(event_ids.padded(stream_id.decode()), decode(payload, Caption))
    except (msgspec.DecodeError, ValueError) as error:  # ValidationError is a DecodeError
        raise MalformedCaptionError(f"entry {stream_id[:40]!r}: {error}") from error

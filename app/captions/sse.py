"""Server-sent events as bytes, made once for all readers that are sent the same."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from litestar.response.sse import ServerSentEventMessage

MAX_CACHED: Final = 512
"""Rendered and encoded captions kept for other readers: what is in flight, in all rooms together."""
RETRY_MS: Final = 1_000
"""What browsers are told to wait before they come back."""
MEDIA_TYPE: Final = "text/event-stream"
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Neither kept nor held back on the way; the second one is nginx's name for that."""

OPENING: Final = ServerSentEventMessage(data=None, comment="captions", retry=RETRY_MS).encode()
"""What every feed begins with."""
HERE: Final = ServerSentEventMessage(data="", event="here").encode()
"""Sent in silence: for proxies, and for readers, to whom a connection that has died looks like one on which nobody
speaks. An event, as browsers show no comment to a page."""


@lru_cache(MAX_CACHED)
def caption(data: str, stream_id: str | None) -> bytes:
    """A `caption` event, with an id where it has one."""
    return ServerSentEventMessage(data=data, event="caption", id=stream_id).encode()


def moved(url: str) -> bytes:
    """The event that says where the room's call is held."""
    return ServerSentEventMessage(data=url, event="sfu").encode()


def end(reason: str) -> bytes:
    """The event after which there is nothing more to come."""
    return ServerSentEventMessage(data=reason, event="end").encode()

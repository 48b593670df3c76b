"""One reader's feed: what was missed, once each, then captions as they come."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Literal

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.captions import lag, metrics, sse
from app.captions.events import CaptionEvent
from app.captions.feed_limits import Client
from app.captions.fragments import Fragments, as_json
from app.captions.history import History
from app.captions.hub import EndReason, Feed, FeedEndedError, Hub
from app.captions.lines import Line, Lines
from app.captions.speakers import Speakers

KEEP_ALIVE: Final = 15.0
"""Seconds of silence after which a comment keeps proxies from closing the connection."""
AGAIN: Final = 1.0
"""Seconds between attempts to read the past while Redis or the database is away."""

Format = Literal["html", "json"]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CaptionServices:
    """What feeds are made of."""

    hub: Hub
    history: History
    speakers: Speakers
    fragments: Fragments


@dataclass(frozen=True, kw_only=True)
class ReaderRequest:
    """What a reader asked for."""

    room: str
    began: float
    """When the room was made, epoch seconds."""
    stores: bool
    """Whether the room's captions are in the database."""
    client: Client
    language: str
    after: str
    """Padded id of the newest caption that the reader has."""
    format: Format
    until: float = math.inf
    """When the feed ends by itself, epoch seconds."""
    then: EndReason = "closed"
    """What the reader is told at that time."""


class Reader:
    """Writes the server-sent events of one reader."""

    def __init__(self, services: CaptionServices, request: ReaderRequest) -> None:
        self._services = services
        self._request = request
        self._lines = Lines(request.language, request.began)

    async def events(self) -> AsyncIterator[bytes]:
        """Comments and `caption` events until the reader leaves, is too slow, or this process stops.

        Where there is nothing more to come, an `end` event says why: "expired" or "closed".
        """
        request, hub = self._request, self._services.hub
        with hub.feed(request.room, request.language, request.client) as feed:
            yield sse.OPENING
            try:
                while (missed := await self._missed(feed)) is None:
                    yield sse.WAITING
                cursor = request.after
                for event in missed:
                    cursor = event.event_id
                    if (message := await self._message(event, lag.until_ready(event.caption))) is not None:
                        yield message
                while True:
                    left = request.until - time.time()
                    if left <= 0:
                        feed.end(request.then)
                    live = await feed.next(min(KEEP_ALIVE, left))
                    if live is None:
                        yield sse.HERE
                    elif not live.event_id or live.event_id > cursor:
                        cursor = live.event_id or cursor
                        late = lag.shown(live.caption, live.received)
                        if (message := await self._message(live, late)) is not None:
                            yield message
            except FeedEndedError as ended:
                if ended.reason != "again":
                    yield sse.end(ended.reason)

    async def _missed(self, feed: Feed) -> list[CaptionEvent] | None:
        """Captions published before the feed was live; None while they cannot be had."""
        request, services = self._request, self._services
        if not await services.hub.wait_live(AGAIN):
            feed.check()
            return None
        try:
            return await services.history.after(request.room, request.language, request.after, stores=request.stores)
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("captions.no_history", error=repr(error))
            await asyncio.sleep(AGAIN)
            feed.check()
            return None

    async def _message(self, event: CaptionEvent, lag_s: float) -> bytes | None:
        caption = event.caption
        speaker = await self._services.speakers.name(caption.speaker)
        line = self._lines.take(caption, lag_s, speaker)
        if line is None:
            return None
        if self._request.format == "json":
            data = as_json(event, lag_s, speaker)
        else:
            data = await self._fragment(event, line)
        metrics.SENT.labels("final" if caption.final else "interim").inc()
        return sse.caption(data, event.stream_id)

    async def _fragment(self, event: CaptionEvent, line: Line) -> str:
        fragments, lines = self._services.fragments, self._lines
        if event.caption.is_source:
            if not event.caption.text.strip():
                return fragments.removed(line)
            return fragments.utterance(lines, line)
        if line.source is not None:
            return fragments.translation(lines, line)
        transcript = await self._transcript(event)
        if transcript is None:
            return fragments.translation(lines, line)
        lines.take(transcript.caption, lag.until_ready(transcript.caption), line.speaker)
        return fragments.utterance(lines, line)

    async def _transcript(self, event: CaptionEvent) -> CaptionEvent | None:
        """What a translation translates, when this feed began after it; None where it cannot be had."""
        try:
            return await self._services.history.transcript(
                self._request.room, event.caption.segment, stores=self._request.stores
            )
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("captions.no_transcript", error=repr(error))
            return None

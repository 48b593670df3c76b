"""One reader's feed: what was missed, once each, what is being said now, then captions as they come."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.captions import metrics, sse
from app.captions.feed_json import as_json
from app.captions.feed_limits import Client
from app.captions.feeds import EndReason, Feed, FeedEndedError, Feeds, Moved, Wish
from app.captions.fragments import Fragments
from app.captions.growing import says_something
from app.captions.history import History
from app.captions.hub import Hub
from app.captions.lines import Line, Lines
from app.captions.published import PublishedCaption
from app.captions.speakers import Speakers

HERE_SECONDS: Final = 10.0
"""Seconds of silence after which a reader is told that the connection is alive; pages wait two and a half times as long
(`SILENT_MS` of caption_source.js)."""
RETRY_SECONDS: Final = 1.0
"""Seconds between attempts to read the past while Redis or the database is away."""

Format = Literal["html", "json"]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CaptionServices:
    """What feeds are made of."""

    feeds: Feeds
    hub: Hub
    history: History
    speakers: Speakers
    fragments: Fragments


@dataclass(frozen=True, kw_only=True)
class ReaderRequest:
    """What a reader asked for."""

    wish: Wish
    began: float
    """When the room was made, epoch seconds."""
    stores: bool
    """Whether the room's captions are in the database."""
    client: Client
    after: str
    """Event id of the newest caption that the reader has."""
    format: Format
    until: float = math.inf
    """When the feed ends by itself, epoch seconds."""
    then: EndReason = "closed"
    """What the reader is told at that time."""
    since: float = 0.0
    """Nothing is shown that was said before, epoch seconds."""
    allowed: Callable[[], Awaitable[bool]] | None = None
    """Whether they may read still: asked once the feed is among those that end when they may not any more."""


class Reader:
    """Writes the server-sent events of one reader."""

    def __init__(self, services: CaptionServices, request: ReaderRequest) -> None:
        self._services = services
        self._request = request
        self._lines = Lines(request.wish.language, request.began)

    async def events(self) -> AsyncIterator[bytes]:
        """`caption` events, and `here` in silence, until the reader leaves, is too slow, or this process stops.

        Where there is nothing more to come, an `end` event says why: "expired" or "closed".
        """
        request = self._request
        with self._services.feeds.open(request.wish, request.client) as feed:
            yield sse.OPENING
            try:
                while (missed := await self._missed(feed)) is None:
                    yield sse.HERE
                cursor = request.after
                for published in missed:
                    cursor = published.event_id
                    if (message := await self._message(published)) is not None:
                        yield message
                for growing in self._services.hub.growing(request.wish):
                    if (message := await self._message(growing)) is not None:
                        yield message
                while True:
                    left = request.until - time.time()
                    if left <= 0:
                        feed.end(request.then)
                    live = await feed.next(min(HERE_SECONDS, left))
                    if live is None:
                        yield sse.HERE
                    elif isinstance(live, Moved):
                        yield sse.moved(live.url)
                    elif not live.event_id or live.event_id > cursor:
                        cursor = live.event_id or cursor
                        if (message := await self._message(live)) is not None:
                            yield message
            except FeedEndedError as ended:
                if ended.reason != "again":
                    yield sse.end(ended.reason)

    async def _missed(self, feed: Feed) -> list[PublishedCaption] | None:
        """Captions published before the feed was live; None while they cannot be had."""
        request, services = self._request, self._services
        if not await services.hub.wait_live(RETRY_SECONDS):
            feed.check()
            return None
        try:
            if request.allowed and not await request.allowed():
                feed.end("closed")
                feed.check()
            wish = request.wish
            return await services.history.after(wish.room, wish.language, request.after, stores=request.stores)
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("captions.no_history", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
            feed.check()
            return None

    async def _message(self, published: PublishedCaption) -> bytes | None:
        if not published.said_since(self._request.since):
            return None  # also where it is corrected now
        speaker = await self._services.speakers.name(published.caption.speaker)
        line = self._lines.add(published, speaker)
        if line is None:
            return None
        if self._request.format == "json":
            data = as_json(published, speaker)
        else:
            data = await self._fragment(published, line)
        metrics.SENT.labels("final" if published.caption.final else "interim").inc()
        return sse.caption(data, published.shown_id)

    async def _fragment(self, published: PublishedCaption, line: Line[PublishedCaption]) -> str:
        fragments, lines = self._services.fragments, self._lines
        if published.caption.is_source:
            if not says_something(published.caption):
                return fragments.removed(line)
            return fragments.utterance(lines, line)
        if line.source is not None or not published.caption.final:
            return fragments.translation(lines, line)
        transcript = await self._transcript(published.caption.segment)
        if transcript is None:
            return fragments.translation(lines, line)
        return fragments.utterance(lines, lines.add(transcript, line.speaker) or line)

    async def _transcript(self, segment: str) -> PublishedCaption | None:
        """What a translation translates, when this feed began after it; None where it cannot be had."""
        room, stores = self._request.wish.room, self._request.stores
        try:
            return await self._services.history.transcript(room, segment, stores=stores)
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("captions.no_transcript", error=repr(error))
            return None

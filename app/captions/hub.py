"""Live captions for every reader of this process, over one Redis connection."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.captions import event_ids, metrics, stream
from app.captions.events import CaptionEvent, MalformedCaptionError, concerns, from_channel, from_entry
from app.captions.feed_limits import FEEDS_EACH, Client, Places
from app.captions.interims import Interims
from app.captions.lag import since_speech
from tasks.wire import keys
from tasks.wire.keys import CaptionKey

QUEUE_LENGTH: Final = 256
"""Captions that wait for one reader before the reader counts as too slow."""
FINALS_KEPT: Final = 1_000
"""Finals remembered, so that an interim that comes late does not undo one."""
BACKOFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts to reach Redis."""

EndReason = Literal["again", "closed", "expired"]
"""Why a feed ended: "again" asks the reader to come back, after the others there is nothing more to come."""

log = structlog.get_logger(__name__)


class FeedEndedError(Exception):
    """The feed is over: the reader was too slow, opened too many feeds, the room closed, or this process stops."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Feed:
    """What one reader is sent: the captions of one room that concern one language, from when it was opened."""

    def __init__(self, room: str, language: str, client: Client) -> None:
        self.room = room
        self.language = language
        self.client = client
        self._queue: asyncio.Queue[CaptionEvent | None] = asyncio.Queue(QUEUE_LENGTH)
        self._ended: EndReason | None = None

    async def next(self, timeout: float) -> CaptionEvent | None:
        """The next caption, or None after `timeout` seconds without one.

        Raises:
            FeedEndedError: there will be no more; where the reason is "again", the reader should come back with the
                last id it has.
        """
        self.check()
        try:
            async with asyncio.timeout(timeout):  # wait_for makes a task of every call before Python 3.12
                event = await self._queue.get()
        except TimeoutError:
            return None
        self.check()
        return event

    def check(self) -> None:
        """Nothing while the feed is open.

        Raises:
            FeedEndedError: it is over.
        """
        if self._ended:
            raise FeedEndedError(self._ended)

    def put(self, event: CaptionEvent) -> None:
        """Queue a caption; a reader that has let the queue fill is ended."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            if not self._ended:
                metrics.DROPPED.inc()
            self.end()

    def end(self, reason: EndReason = "again") -> None:
        """Make `next` raise from now on, with the first reason that was given."""
        self._ended = self._ended or reason
        if self._queue.empty():
            self._queue.put_nowait(None)  # wakes a reader that waits


class Hub:
    """Fans captions out to feeds.

    After an outage of Redis it reads the stream from where it was, so that no final caption is missed; interims of
    that time are gone, as they would have been superseded anyway.
    """

    def __init__(self, redis: Redis, places: Places) -> None:
        self._redis = redis
        self._feeds: dict[str, set[Feed]] = defaultdict(set)
        self._own: dict[str, list[Feed]] = defaultdict(list)
        self.places = places
        """Who may open a feed now."""
        self._last: str | None = None
        self._final: OrderedDict[CaptionKey, None] = OrderedDict()
        self._interims = Interims()
        self._live = asyncio.Event()
        self._closed = False
        self.idle = asyncio.Event()
        """Set while no feed is open."""
        self.idle.set()

    @property
    def live(self) -> bool:
        """Whether captions arrive now."""
        return self._live.is_set()

    async def wait_live(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for captions to arrive again; whether they do."""
        try:
            await asyncio.wait_for(self._live.wait(), timeout)
        except TimeoutError:
            return False
        return True

    @contextmanager
    def feed(self, room: str, language: str, client: Client) -> Iterator[Feed]:
        """Open a feed for the length of the block; one for which there is no place has ended already."""
        feed = Feed(room, language, client)
        if self._closed or self.places.refusal(client) is not None:
            feed.end()
        self._add(feed)
        try:
            yield feed
        finally:
            self._remove(feed)

    def _add(self, feed: Feed) -> None:
        if feed.client.participant:
            own = self._own[feed.client.participant]
            for oldest in own[: max(0, len(own) - FEEDS_EACH + 1)]:
                oldest.end()
            own.append(feed)
        self.places.take(feed.client)
        self._feeds[feed.room].add(feed)
        self.idle.clear()
        metrics.READERS.inc()

    def _remove(self, feed: Feed) -> None:
        metrics.READERS.dec()
        self.places.leave(feed.client)
        readers = self._feeds[feed.room]
        readers.discard(feed)
        if not readers:
            del self._feeds[feed.room]
        if feed.client.participant:
            own = self._own[feed.client.participant]
            own.remove(feed)
            if not own:
                del self._own[feed.client.participant]
        if not self._feeds:
            self.idle.set()

    def close_room(self, room: str) -> None:
        """End every feed of a room, for good: it has been closed or deleted."""
        for feed in self._feeds.get(room, ()):
            feed.end("closed")

    def close(self) -> None:
        """End every feed, and every one opened from now on."""
        self._closed = True
        for readers in self._feeds.values():
            for feed in readers:
                feed.end()

    async def run(self) -> None:
        """Take captions from Redis until cancelled, through any number of outages."""
        attempt = 0
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                if attempt == 0 or self.live:
                    attempt = 0
                    log.warning("captions.redis_lost", error=repr(error))
                self._live.clear()
                await asyncio.sleep(BACKOFF[min(attempt, len(BACKOFF) - 1)])
                attempt += 1

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.psubscribe(keys.captions_channel("*"))
            if await pubsub.get_message(timeout=5) is None:  # once confirmed, nothing published is missed
                raise RedisTimeoutError("Redis did not confirm the subscription within 5 s")
            await self._catch_up()
            log.info("captions.live")
            self._live.set()
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
                if message is not None:
                    self._take(message)
                for event in self._interims.take_back(time.monotonic()):
                    self._send(event)

    async def _catch_up(self) -> None:
        if self._last is None:  # no feed has been live yet: readers get the past from history
            self._last = event_ids.padded(await stream.newest_id(self._redis))
            return
        async for stream_id, fields in stream.entries(self._redis, f"({event_ids.stream_id(self._last)}"):
            try:
                self._publish(from_entry(stream_id, fields))
            except MalformedCaptionError as error:
                self._reject(error)

    def _take(self, message: dict[str, Any]) -> None:
        try:
            self._publish(from_channel(message["data"]))
        except MalformedCaptionError as error:
            self._reject(error)

    def _reject(self, error: MalformedCaptionError) -> None:
        metrics.REJECTED.labels("malformed").inc()
        log.error("captions.malformed", error=str(error))

    def _publish(self, event: CaptionEvent) -> None:
        if event.event_id:
            if event.event_id <= (self._last or ""):
                return  # already seen while catching up
            self._last = event.event_id
            if not event.caption.corrected:
                metrics.observe(event.caption)
            self._remember(event)
            self._tell(event)
        elif event.caption.key in self._final:
            return  # an interim that was overtaken by its final
        self._interims.note(event, time.monotonic())
        self._send(event)

    def _send(self, event: CaptionEvent) -> None:
        for feed in list(self._feeds.get(event.caption.room, ())):
            if concerns(event.caption, feed.language):
                feed.put(event)

    def _tell(self, event: CaptionEvent) -> None:
        caption = event.caption
        readers = sum(concerns(caption, feed.language) for feed in self._feeds.get(caption.room, ()))
        log.info(
            "caption.published",
            segment=caption.segment,
            room=caption.room,
            language=caption.language,
            readers=readers,
            lag_ms=round(1000 * since_speech(caption, time.time())),
        )

    def _remember(self, event: CaptionEvent) -> None:
        self._final[event.caption.key] = None
        if len(self._final) > FINALS_KEPT:
            self._final.popitem(last=False)

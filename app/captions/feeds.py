"""The feeds that are open in this process, each with the captions that wait for its reader."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

from app.captions import metrics
from app.captions.feed_limits import MAX_FEEDS_PER_PARTICIPANT, Client, FeedCounter, Refusal
from app.captions.published import PublishedCaption, is_shown_in

QUEUE_LENGTH: Final = 256
"""Captions that wait for one reader before the reader counts as too slow."""

EndReason = Literal["again", "closed", "expired"]
"""Why a feed ended: "again" asks the reader to come back, after the others there is nothing more to come."""


class FeedEndedError(Exception):
    """The feed is over: the reader was too slow, opened too many feeds, the room closed, or this process stops."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Feed:
    """What one reader is sent: the captions of one room that are shown in one language, from when it was opened."""

    def __init__(self, room: str, language: str, client: Client) -> None:
        self.room = room
        self.language = language
        self.client = client
        self._queue: asyncio.Queue[PublishedCaption | None] = asyncio.Queue(QUEUE_LENGTH)
        self._ended: EndReason | None = None

    async def next(self, timeout: float) -> PublishedCaption | None:
        """The next caption, or None after `timeout` seconds without one.

        Raises:
            FeedEndedError: there will be no more; where the reason is "again", the reader should come back with the
                last id it has.
        """
        self.check()
        try:
            async with asyncio.timeout(timeout):  # wait_for makes a task of every call before Python 3.12
                published = await self._queue.get()
        except TimeoutError:
            return None
        self.check()
        return published

    def check(self) -> None:
        """Nothing while the feed is open.

        Raises:
            FeedEndedError: it is over.
        """
        if self._ended:
            raise FeedEndedError(self._ended)

    def put(self, published: PublishedCaption) -> None:
        """Queue a caption; a reader that has let the queue fill is ended."""
        try:
            self._queue.put_nowait(published)
        except asyncio.QueueFull:
            if not self._ended:
                metrics.DROPPED.inc()
            self.end()

    def end(self, reason: EndReason = "again") -> None:
        """Make `next` raise from now on, with the first reason that was given."""
        self._ended = self._ended or reason
        if self._queue.empty():
            self._queue.put_nowait(None)  # wakes a reader that waits


class Feeds:
    """Opens feeds within their limits, and sends each caption to those that it is for."""

    def __init__(self, counter: FeedCounter) -> None:
        self._counter = counter
        self._by_room: dict[str, set[Feed]] = defaultdict(set)
        self._by_participant: dict[str, list[Feed]] = defaultdict(list)
        self._closed = False
        self.idle = asyncio.Event()
        """Set while no feed is open."""
        self.idle.set()

    def refusal(self, client: Client) -> Refusal | None:
        """Why one more feed of this client cannot be opened now; None where it can."""
        return self._counter.refusal(client)

    @contextmanager
    def open(self, room: str, language: str, client: Client) -> Iterator[Feed]:
        """Open a feed for the length of the block; one that would be refused has ended already."""
        feed = Feed(room, language, client)
        if self._closed or self.refusal(client) is not None:
            feed.end()
        self._add(feed)
        try:
            yield feed
        finally:
            self._remove(feed)

    def _add(self, feed: Feed) -> None:
        if feed.client.participant:
            own = self._by_participant[feed.client.participant]
            for oldest in own[: max(0, len(own) - MAX_FEEDS_PER_PARTICIPANT + 1)]:
                oldest.end()
            own.append(feed)
        self._counter.add(feed.client)
        self._by_room[feed.room].add(feed)
        self.idle.clear()
        metrics.READERS.inc()

    def _remove(self, feed: Feed) -> None:
        metrics.READERS.dec()
        self._counter.remove(feed.client)
        readers = self._by_room[feed.room]
        readers.discard(feed)
        if not readers:
            del self._by_room[feed.room]
        if feed.client.participant:
            own = self._by_participant[feed.client.participant]
            own.remove(feed)
            if not own:
                del self._by_participant[feed.client.participant]
        if not self._by_room:
            self.idle.set()

    def send(self, published: PublishedCaption) -> None:
        """Queue a caption for everybody who is shown it."""
        for feed in self._readers(published):
            feed.put(published)

    def count(self, published: PublishedCaption) -> int:
        """How many are shown a caption."""
        return len(self._readers(published))

    def _readers(self, published: PublishedCaption) -> list[Feed]:
        caption = published.caption
        return [feed for feed in self._by_room.get(caption.room, ()) if is_shown_in(caption, feed.language)]

    def close_room(self, room: str) -> None:
        """End every feed of a room, for good: it has been closed or deleted."""
        for feed in self._by_room.get(room, ()):
            feed.end("closed")

    def close(self) -> None:
        """End every feed, and every one opened from now on."""
        self._closed = True
        for readers in self._by_room.values():
            for feed in readers:
                feed.end()

"""The feeds that are open in this process, each with the captions that wait for its reader."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal

from app.captions import metrics
from app.captions.feed_limits import MAX_FEEDS_PER_PARTICIPANT, Client, FeedCounter, Refusal
from app.captions.published import PublishedCaption, is_shown_in
from tasks.wire.keys import CaptionKey
from tasks.wire.messages import Caption

QUEUE_LENGTH: Final = 256
"""Captions that wait for one reader before the reader counts as too slow."""

EndReason = Literal["again", "closed", "expired"]
"""Why a feed ended: "again" asks the reader to come back, after the others there is nothing more to come."""


class FeedEndedError(Exception):
    """The feed is over: the reader was too slow, opened too many feeds, the room closed, or this process stops."""

    def __init__(self, reason: EndReason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Wish:
    """Which captions a reader wants."""

    room: str
    language: str
    """Of the translations."""
    whole_sentences: bool = False
    """Whether translations are left out until their sentence is over."""

    def covers(self, caption: Caption) -> bool:
        """Whether a caption of the room is one of them."""
        grows = not caption.final and not caption.is_source
        return is_shown_in(caption, self.language) and not (grows and self.whole_sentences)


@dataclass(frozen=True)
class Moved:
    """The call of the room is held elsewhere now."""

    url: str
    """Address of its SFU."""


class Feed:
    """What one reader is sent, from when it was opened."""

    def __init__(self, wish: Wish, client: Client) -> None:
        self.wish = wish
        self.client = client
        self._waiting: OrderedDict[CaptionKey | str, PublishedCaption] = OrderedDict()
        self._news = asyncio.Event()
        self._moved: Moved | None = None
        self._ended: EndReason | None = None

    async def next(self, timeout: float) -> PublishedCaption | Moved | None:
        """The next caption, or that the call has moved; None after `timeout` seconds without either.

        Raises:
            FeedEndedError: there will be no more; where the reason is "again", the reader should come back with the
                last id it has.
        """
        self.check()
        if not self._waiting and not self._moved:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout):  # wait_for makes a task of every call before Python 3.12
                    await self._news.wait()
            except TimeoutError:
                return None
            self.check()
        if moved := self._moved:
            self._moved = None
            return moved
        return self._waiting.popitem(last=False)[1]

    def check(self) -> None:
        """Nothing while the feed is open.

        Raises:
            FeedEndedError: it is over.
        """
        if self._ended:
            raise FeedEndedError(self._ended)

    def put(self, published: PublishedCaption) -> None:
        """Queue a caption: in place of the interim one of its sentence and language where that still waits.

        A reader that has let the queue fill is ended.
        """
        key = published.caption.key
        if published.event_id:
            self._waiting.pop(key, None)
        waits_as: CaptionKey | str = published.event_id or key
        if waits_as not in self._waiting and len(self._waiting) >= QUEUE_LENGTH:
            if not self._ended:
                metrics.DROPPED.inc()
            self.end()
            return
        self._waiting[waits_as] = published
        self._news.set()

    def move(self, url: str) -> None:
        """Say before all else where the call is held."""
        self._moved = Moved(url)
        self._news.set()

    def end(self, reason: EndReason = "again") -> None:
        """Make `next` raise from now on, with the first reason that was given."""
        self._ended = self._ended or reason
        self._news.set()


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
    def open(self, wish: Wish, client: Client) -> Iterator[Feed]:
        """Open a feed for the length of the block; one that would be refused has ended already."""
        feed = Feed(wish, client)
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
        self._by_room[feed.wish.room].add(feed)
        self.idle.clear()
        metrics.READERS.inc()

    def _remove(self, feed: Feed) -> None:
        metrics.READERS.dec()
        self._counter.remove(feed.client)
        readers = self._by_room[feed.wish.room]
        readers.discard(feed)
        if not readers:
            del self._by_room[feed.wish.room]
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
        return [feed for feed in self._by_room.get(caption.room, ()) if feed.wish.covers(caption)]

    def rooms(self) -> frozenset[str]:
        """Rooms with a feed."""
        return frozenset(self._by_room)

    def tokens(self) -> frozenset[str]:
        """Read-only links with a feed."""
        return frozenset(feed.client.token for feeds in self._by_room.values() for feed in feeds) - {""}

    def move(self, room: str, url: str) -> None:
        """Tell the pages of a room's participants where its call is held; who only reads has no part in it."""
        for feed in self._by_room.get(room, ()):
            if feed.client.participant:
                feed.move(url)

    def close_room(self, room: str) -> None:
        """End every feed of a room, for good: it has been closed or deleted."""
        for feed in self._by_room.get(room, ()):
            feed.end("closed")

    def end_participant(self, participant: str) -> None:
        """End every feed of a participant, for good: they were removed."""
        for feed in self._by_participant.get(participant, ()):
            feed.end("closed")

    def end_token(self, token: str) -> None:
        """End every feed of a read-only link, for good: it was revoked."""
        for readers in self._by_room.values():
            for feed in readers:
                if feed.client.token == token:
                    feed.end("expired")

    def close(self) -> None:
        """End every feed, and every one opened from now on."""
        self._closed = True
        for readers in self._by_room.values():
            for feed in readers:
                feed.end()

"""Live captions for every reader of this process, over one Redis connection."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import Any, Final

import structlog
from msgspec.structs import replace
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import SQLAlchemyError

from app.captions import event_ids, lag, metrics, stream
from app.captions.feeds import Feeds, Wish
from app.captions.interims import Interims
from app.captions.lives import Lives
from app.captions.published import MalformedCaptionError, PublishedCaption, from_channel, from_entry
from app.db import Sessions
from tasks.wire import keys
from tasks.wire.captions import begin_life
from tasks.wire.keys import CaptionKey
from tasks.wire.redis_client import subscription

MAX_FINALS: Final = 5_000
"""Finals remembered, so that an interim that comes late does not undo one."""
BACKOFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Pauses between attempts to reach Redis."""

log = structlog.get_logger(__name__)


class Hub:
    """Fans captions out to feeds.

    After an outage of Redis it reads the stream from where it was, so that no final caption is missed; interims of
    that time are gone, as they would have been superseded anyway.
    """

    def __init__(self, redis: Redis, feeds: Feeds, sessions: Sessions) -> None:
        self._redis = redis
        self._feeds = feeds
        self._lives = Lives(sessions)
        self._newest: str | None = None
        self._finals: OrderedDict[CaptionKey, None] = OrderedDict()
        self._interims = Interims()
        self._live = asyncio.Event()

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

    async def run(self) -> None:
        """Take captions from Redis until cancelled, through any number of outages."""
        attempt = 0
        while True:
            try:
                await self._listen()
            except (RedisError, SQLAlchemyError, OSError) as error:
                if attempt == 0 or self.live:
                    attempt = 0
                    log.warning("captions.not_live", error=repr(error))
                self._live.clear()
                await asyncio.sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
                attempt += 1

    async def _listen(self) -> None:
        async with await subscription(self._redis, keys.CAPTIONS) as pubsub:
            await pubsub.psubscribe(keys.captions_channel("*"))
            if await pubsub.get_message(timeout=5) is None:  # once confirmed, nothing published is missed
                raise RedisTimeoutError("Redis did not confirm the subscription within 5 s")
            await self._catch_up()
            log.info("captions.live")
            self._live.set()
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
                if message is not None:
                    await self._receive(message)
                self._interims.forget_stale(time.monotonic())

    async def _catch_up(self) -> None:
        if self._newest is None:  # no feed has been live yet: readers get the past from history
            self._newest = await self._present()
            return
        async for stream_id, fields in stream.entries(self._redis, await self._unseen()):
            try:
                published = await from_entry(stream_id, fields, self._lives)
            except MalformedCaptionError as error:
                self._reject(error)
            else:  # shown only now
                self._publish(replace(published, lag=lag.when_sent(published.caption, time.time())))

    async def _present(self) -> str:
        """Event id of the stream's end."""
        life = await self._lives.of(await stream.life(self._redis))
        present, stored = event_ids.event_id(await stream.last_id(self._redis), life), await self._lives.stored(life)
        if present < stored:
            await self._went_back(stored)
        return present

    async def _unseen(self) -> str:
        """Where the entries begin that were published during an outage, as XRANGE understands it."""
        newest = self._newest or event_ids.START
        if event_ids.life_name(newest) != await stream.life(self._redis):
            return "-"  # another stream took its place, with ids of its own
        seen = event_ids.stream_id(newest)
        if event_ids.parts(await stream.last_id(self._redis)) < event_ids.parts(seen):
            await self._went_back(newest)
        return f"({seen}"

    async def _went_back(self, known: str) -> None:
        """Redis came back with an older copy of the stream: it will give ids again that captions have already."""
        log.warning("captions.went_back", known=event_ids.shown(known))
        await begin_life(self._redis)

    async def _receive(self, message: dict[str, Any]) -> None:
        try:
            self._publish(await from_channel(message["data"], time.time(), self._lives))
        except MalformedCaptionError as error:
            self._reject(error)

    def _reject(self, error: MalformedCaptionError) -> None:
        metrics.REJECTED.labels("malformed").inc()
        log.error("captions.malformed", error=str(error))

    def _publish(self, published: PublishedCaption) -> None:
        caption = published.caption
        if published.event_id:
            if published.event_id <= (self._newest or ""):
                return  # already seen while catching up
            self._newest = published.event_id
            if not caption.corrected:
                metrics.observe(caption)
            self._remember(caption.key)
            self._log(published)
        elif caption.key in self._finals:
            return  # an interim that was overtaken by its final
        if not self._interims.note(published, time.monotonic()):
            return
        if not caption.final:
            metrics.observe_growth(caption)
        self._feeds.send(published)

    def growing(self, wish: Wish) -> list[PublishedCaption]:
        """What is shown now of sentences that are being spoken, to somebody with this wish."""
        return [published for published in self._interims.of(wish.room) if wish.covers(published.caption)]

    def _log(self, published: PublishedCaption) -> None:
        caption = published.caption
        log.info(
            "caption.published",
            segment=caption.segment,
            room=caption.room,
            language=caption.language,
            readers=self._feeds.count(published),
            lag_ms=round(1000 * lag.since_speech(caption, time.time())),
        )

    def _remember(self, final: CaptionKey) -> None:
        self._finals[final] = None
        if len(self._finals) > MAX_FINALS:
            self._finals.popitem(last=False)

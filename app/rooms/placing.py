"""Which SFU a room is on, where there are several machines: those that answer share the rooms, and a room stays put.

Each `web` asks every SFU for its health and notes in Redis which ones answer, so that several of them see the same
ring. A room is placed by its code (`app.web.origin.place`) on one of those in the ring, which is written down: it stays
there while that SFU answers and somebody is in the room, whoever comes or goes of the others. When its SFU has left the
ring, it is placed anew, and the feeds of its pages say where.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis

from app.captions.feeds import Feeds
from app.redis_away import Patience, unless_away
from app.settings.web import WebSettings
from app.web.origin import place
from tasks.wire import keys
from tasks.wire.redis_client import values

LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the SFUs, once they have answered or not."""
ANSWER_WITHIN: Final = 0.8
"""Seconds that one answer may take."""
GONE_AFTER: Final = 3.0
"""Seconds without an answer after which an SFU leaves the ring: one that is restarted is back before."""
KEPT_SECONDS: Final = 150.0
"""Seconds that it is known where a room was, once nobody is there: longer than a token lives that leads there."""
REPEAT_EVERY: Final = 30.0
"""Seconds between two notes of where the rooms are that somebody is in; their pages are told, should they not know."""

_PLACE: Final = """
local held = redis.call('GET', KEYS[1])
local url = ARGV[1]
for at = 3, #ARGV do
  if ARGV[at] == held then url = held end
end
redis.call('SET', KEYS[1], url, 'PX', ARGV[2])
return url
"""
"""Where room KEYS[1] is: where it was, if that is among ARGV[3…], those in the ring; else ARGV[1]."""

log = structlog.get_logger(__name__)


class Places:
    """Run `run` as a task. With one SFU there is nothing to place, and nothing is asked."""

    def __init__(self, settings: WebSettings, redis: Redis, feeds: Feeds) -> None:
        urls, operators = settings.sfu_urls, settings.sfu_operators
        self._urls = urls if len(urls) > 1 else ()
        self._operators = dict(zip(urls, operators, strict=True)) if self._urls and operators else {}
        self._default = operators
        self._redis = redis
        self._feeds = feeds
        self._answered = dict.fromkeys(self._operators, time.monotonic())
        self._ring = self._urls
        self._patience = Patience()
        self._last: dict[str, str] = {}  # room → where it was; a hint for when Redis has forgotten

    @property
    def ring(self) -> tuple[str, ...]:
        """The SFUs that rooms are placed on now; all of them where none answers, since nothing is better then."""
        return self._ring

    @property
    def gone(self) -> tuple[str, ...]:
        """Those that are not in it."""
        return tuple(url for url in self._urls if url not in self._ring)

    def operators(self) -> tuple[str, ...]:
        """Where `web` reaches the SFUs that answer; those that do not would only be waited for."""
        return tuple(self._operators[url] for url in self._ring) if self._operators else self._default

    async def of(self, room: str) -> str:
        """Where a room is, for as long as somebody asks now and then; "" where there is only one place."""
        if not self._urls:
            return ""
        ring, last = self._ring, self._last.get(room, "")
        choice = last if last in ring else place(room, ring)
        choice = await self._note(room, choice, ring) or choice
        if self._operators:
            self._last[room] = choice
        return choice

    async def _note(self, room: str, choice: str, ring: tuple[str, ...]) -> str:
        """Where a room is, `choice` where that is not known yet; "" where Redis does not answer."""
        arguments: list[str | int] = [choice, round(KEPT_SECONDS * 1000), *ring]
        held: Any = await self._patience.ask(lambda: self._redis.eval(_PLACE, 1, keys.placed(room), *arguments))
        return held.decode() if isinstance(held, bytes) else ""

    async def operator(self, room: str) -> str:
        """Where `web` reaches the SFU that every `web` has a room on; "" where they do not know of one that answers."""
        held = await unless_away(self._redis.get(keys.placed(room)))
        url = held.decode() if isinstance(held, bytes) else ""
        return self._operators.get(url, "") if url in self._ring else ""

    async def run(self) -> None:
        """Ask, note and tell, for ever."""
        if not self._operators:
            await asyncio.Event().wait()
        repeat = time.monotonic() + REPEAT_EVERY
        while True:
            await asyncio.gather(*(self._ask(url, operator) for url, operator in self._operators.items()))
            changed, due = await self.look(), time.monotonic() >= repeat
            if changed or due:
                await self._tell()
                repeat = time.monotonic() + REPEAT_EVERY
            await asyncio.sleep(LOOK_EVERY)

    async def _ask(self, url: str, operator: str) -> None:
        if not await _answers(operator):
            return
        self._answered[url] = time.monotonic()
        await unless_away(self._redis.set(keys.sfu(url), "1", px=round(GONE_AFTER * 1000)))

    async def look(self) -> bool:
        """See which SFUs answer, this process or another `web`; whether the ring has changed."""
        now = time.monotonic()
        answering = {url for url, at in self._answered.items() if now - at < GONE_AFTER} | await self._noted()
        ring = tuple(url for url in self._urls if url in answering) or self._urls
        before, self._ring = self._ring, ring
        for url in before:
            if url not in ring:
                log.warning("sfu.left", url=url, rooms_are_on=len(ring))
        for url in ring:
            if url not in before:
                log.warning("sfu.back", url=url)
        return ring != before

    async def _noted(self) -> set[str]:
        found = await unless_away(values(self._redis, [keys.sfu(url) for url in self._urls]))
        return {url for url, noted in zip(self._urls, found, strict=True) if noted} if found else set()

    async def _tell(self) -> None:
        rooms = self._feeds.rooms()
        self._last = {room: url for room, url in self._last.items() if room in rooms}
        for room in rooms:
            self._feeds.move(room, await self.of(room))


async def _answers(operator: str) -> bool:
    """Whether an SFU says that all is well.

    By hand: a client of HTTP that is cancelled as it connects may go on (anyio), and this process would not end.
    """
    host = urlsplit(f"//{operator}")
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            reader, writer = await asyncio.open_connection(host.hostname, host.port)
            try:
                writer.write(f"GET /health HTTP/1.0\r\nHost: {operator}\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False

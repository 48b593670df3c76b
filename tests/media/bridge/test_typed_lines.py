"""Typed lines in a bridge with a real Redis and an SFU without media; the test plays the worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio as aioredis

from app.cancellation import end
from app.media.bridge.bridge import Bridge
from app.media.bridge.settings import BridgeSettings
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer, redis_server
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import Caption, Heartbeat, Speech, Translation, decode, encode
from tasks.wire.queues import Work
from tests.media.bridge.small_sfu import SmallSfu

PEOPLE = [
    {"id": "ana", "meta": {"name": "Ana", "speak": "en", "read": "en", "hear": "en"}},
    {"id": "bob", "meta": {"name": "Bob", "speak": "pt", "read": "pt", "hear": "pt"}},
    {"id": "cy", "meta": {"name": "Cy", "speak": "en", "read": "en", "hear": "original"}},
]
"""Ana types: there is no voice of hers."""


class Typed:
    """A bridge that serves the room, and what it sends to workers."""

    def __init__(self, sfu: SmallSfu, server: RedisServer) -> None:
        self.sfu = sfu
        self.server = server
        self.redis = aioredis.Redis.from_url(server.url)
        self.sent: asyncio.Queue[tuple[str, Translation | Speech]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def send(work: Work[Any], message: Any) -> None:  # noqa: ANN401
            loop.call_soon_threadsafe(self.sent.put_nowait, (work.actor, message))

        settings = BridgeSettings(
            sfu_port=sfu.port,
            sfu_token_secret="s" * 40,
            bridge_port=free_port(),
            tasks=TaskConfig(redis_url=server.url),
        )
        self.bridge = Bridge(settings, send)

    async def beat(self) -> None:
        """A worker that recognises nothing: what is typed needs no recogniser."""
        able: dict[str, Any] = {"queues": ["translate", "speak"], "translate": ["en>pt"], "speak": ["en", "pt"]}
        while True:
            beat = Heartbeat(worker="w", at=time.time(), stt=[], **able)
            await self.redis.set(keys.heartbeat("w"), encode(beat), ex=keys.HEARTBEAT_TTL)
            await asyncio.sleep(keys.HEARTBEAT_EVERY)

    async def type(self, line: str, text: str, *, spoken: bool = False, by: str = "ana") -> None:
        """What the SFU says of a line that was typed."""
        data = {"room": "r", "participant": by, "line": line, "text": text, "spoken": spoken}
        await self.sfu.tell("typed", data)

    async def take(self, count: int) -> list[tuple[str, Translation | Speech]]:
        """What workers are asked for next."""
        async with asyncio.timeout(15):
            return [await self.sent.get() for _ in range(count)]

    async def shown(self) -> list[Caption]:
        """The captions that have been published."""
        entries: Any = await self.redis.xrange(keys.CAPTIONS)
        return [decode(fields[b"c"], Caption) for _, fields in entries]

    async def told(self, key: str, reason: str | None) -> None:
        """Wait until the room is told so."""
        await self.until(lambda: (self.sfu.notices.get(("r", key)) or {"reason": "nothing"})["reason"] == reason)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until what the bridge has asked the SFU for makes it so."""
        async with asyncio.timeout(20):
            while not true():
                self.sfu.changed.clear()
                await self.sfu.changed.wait()


@asynccontextmanager
async def typed(*, worker: bool = True) -> AsyncIterator[Typed]:
    with redis_server() as server:
        async with SmallSfu([{"room": "r", "participants": PEOPLE, "producers": []}]) as sfu:
            one = Typed(sfu, server)
            tasks = [asyncio.create_task(one.bridge.run())]
            if worker:
                tasks.append(asyncio.create_task(one.beat()))
            try:
                await one.until(lambda: "r" in sfu.claims)
                yield one
            finally:
                await end(tasks)
                await one.redis.aclose()


async def test_lines_are_shown_in_order_once_each_and_translated_for_whoever_reads_another_language() -> None:
    async with typed() as one:
        await one.type("first-line", "See https://example.org/a.  ")
        await one.type("second-line", "Ti\u0301m it?")
        await one.type("first-line", "See https://example.org/a.  ")
        await one.type("third-line", "\u3164")
        await one.type("fourth-line", "Who is this?", by="nobody")
        asked = await one.take(2)
        assert [(actor, message.text) for actor, message in asked] == [
            ("translate", "See https://example.org/a."),
            ("translate", "T\u00edm it?"),
        ]
        first, second = [message.segment for _, message in asked]
        assert [(one.seq, one.read, one.hear, one.typed) for one in (first, second)] == [
            (0, ["pt"], [], True),
            (1, ["pt"], [], True),
        ]
        captions = await one.shown()
        assert [(caption.segment, caption.text) for caption in captions] == [
            (first.id, "See https://example.org/a."),
            (second.id, "T\u00edm it?"),
        ]
        assert all(caption.typed and caption.final and caption.is_source for caption in captions)
        assert captions[0].timeline.speech_end < captions[1].timeline.speech_start
        assert one.sent.empty()


async def test_the_sfu_hears_of_every_line_that_it_need_not_keep_also_where_it_gives_it_once_more() -> None:
    async with typed(worker=False) as one:
        for line, text in (("first-line", "One."), ("second-line", "\u3164"), ("third-line", "Three.")):
            await one.type(line, text)
        await one.until(lambda: sorted(one.sfu.published) == ["first-line", "second-line", "third-line"])
        await one.type("first-line", "One.")
        await one.until(lambda: one.sfu.published[3:] == ["first-line"])
        assert [caption.text for caption in await one.shown()] == ["One.", "Three."]


async def test_what_is_to_be_spoken_is_spoken_also_to_those_who_would_hear_the_original_voice() -> None:
    async with typed() as one:
        await one.type("so-that-there-is", "a track for it", spoken=True)
        await one.told("dub:ana:pt", None)  # nobody recognises English here
        await one.told("dub:ana:en:typed", None)
        await one.type("to-be-heard", "Can you hear me?", spoken=True)
        asked: dict[str, Translation | Speech] = {}
        while len(asked) < 2:
            ((actor, message),) = await one.take(1)
            asked |= {actor: message} if message.segment.seq == 1 else {}
        translation, speech = asked["translate"], asked["speak"]
        assert isinstance(translation, Translation)
        assert isinstance(speech, Speech)
        assert (translation.target, translation.segment.hear) == ("pt", ["en", "pt"])
        assert (speech.language, speech.text, speech.segment.seq) == ("en", "Can you hear me?", 1)
        assert speech.segment.max_lag > 40, "it waits for its turn"


async def test_who_interprets_types_in_the_language_that_they_chose_for_everybody() -> None:
    async with typed() as one:
        await one.sfu.tell("interpreting", {"room": "r", "pair": "en>pt", "participant": "ana"})
        await one.type("any-line", "Good morning.")
        ((_, message),) = await one.take(1)
        segment = message.segment
        assert (segment.language, segment.read, segment.only, segment.elsewhere) == ("en", ["pt"], [], [])


async def test_without_a_worker_the_line_is_shown_all_the_same_and_readers_are_told_what_is_missing() -> None:
    async with typed(worker=False) as one:
        await one.type("any-line", "Good morning.")
        await one.told("captions:ana:pt", "workers_silent")
        ((actor, message),) = await one.take(1)
        assert (actor, message.text) == ("translate", "Good morning."), "for the worker that comes"
        assert [caption.text for caption in await one.shown()] == ["Good morning."]


async def test_lines_wait_while_redis_is_away_and_come_in_their_order() -> None:
    async with typed(worker=False) as one:
        one.server.stop()
        for number in range(3):
            await one.type(f"line-{number}-of-3", str(number))
        await one.told("captions:ana:pt", "broker_gone")
        one.server.start()
        await one.take(3)
        assert [(caption.text, caption.seq) for caption in await one.shown()] == [("0", 0), ("1", 1), ("2", 2)]

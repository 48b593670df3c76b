"""What workers are asked for while a person interprets, when that person is silent, and when they leave."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import redis.asyncio as aioredis

from app.cancellation import end
from app.media.audio.opus import FRAME, Pcm, resample
from app.media.audio.rtp import RTP_RATE, pack
from app.media.bridge.bridge import Bridge
from app.media.bridge.config import MediaConfig
from app.media.bridge.settings import BridgeSettings
from app.media.policy.config import InterpretingConfig
from ops.harness.ports import free_port
from ops.harness.redis_server import redis_server
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import STT_RATE, Heartbeat, Segment, encode
from tests.media.audio.streams import packets, pcm_of
from tests.media.bridge.small_sfu import SmallSfu

ENGLISH, PORTUGUESE, LONG = "en_cv_651325", "pt_fleurs_002", "en_LJ001-0001"
PEOPLE = [
    {"id": "ana", "meta": {"name": "Ana", "speak": "en", "read": "en", "hear": "original"}},
    {"id": "lea", "meta": {"name": "Lea", "speak": "en", "read": "en", "hear": "original"}},
    {"id": "bob", "meta": {"name": "Bob", "speak": "pt", "read": "pt", "hear": "pt"}},
    {"id": "kim", "meta": {"name": "Kim", "speak": "vi", "read": "vi", "hear": "vi"}},
]
FASTER = 5
"""How many times faster than they were said recordings come."""
SILENT_AFTER = 1.2
"""More than twice what a short recording takes then, and less than the long one does at the least."""
TOLD = ("r", "interpreter:en>pt")


class Call:
    """A bridge, people who speak, and what is sent to the workers."""

    def __init__(self, sfu: SmallSfu, url: str) -> None:
        self.sfu = sfu
        self.redis = aioredis.Redis.from_url(url)
        self.sent: list[Segment] = []
        settings = BridgeSettings(
            sfu_port=sfu.port, sfu_token_secret="s" * 40, bridge_port=free_port(), tasks=TaskConfig(redis_url=url)
        )
        config = MediaConfig(interpreting=InterpretingConfig(silent_after=SILENT_AFTER))
        self.bridge = Bridge(settings, lambda _work, segment: self.sent.append(segment), config)
        self._at: dict[str, tuple[int, int]] = {}

    async def beat(self) -> None:
        """A worker that translates English into Portuguese, and that into Vietnamese."""
        while True:
            beat = Heartbeat(
                worker="w",
                at=time.time(),
                queues=["stt", "translate", "speak"],
                stt=["en", "pt"],
                translate=["en>pt", "pt>vi"],
                speak=["pt", "vi"],
            )
            await self.redis.set(keys.heartbeat("w"), encode(beat), ex=keys.HEARTBEAT_TTL)
            await asyncio.sleep(keys.HEARTBEAT_EVERY)

    async def say(self, who: str, name: str, seconds: float = 30.0) -> Segment:
        """Somebody's microphone gives a recording, or the beginning of one; the last segment of it."""
        sound: Pcm = np.concatenate([pcm_of(name)[: round(seconds * STT_RATE)], np.zeros(STT_RATE, np.int16)])
        seq, timestamp = self._at.get(who, (0, 0))
        stream = packets(resample(sound, STT_RATE, RTP_RATE), seq, timestamp)
        self._at[who] = seq + len(stream), timestamp + len(stream) * FRAME
        before = len(self.sent)
        port = next(tap.port for tap in self.sfu.taps.values() if tap.producer == f"r-{who}")
        began = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for number, packet in enumerate(stream):
                udp.sendto(pack(packet), ("127.0.0.1", port))
                await asyncio.sleep(max(0.0, began + number * 0.02 / FASTER - time.monotonic()))
        await so(lambda: any(one.final and one.speaker == who for one in self.sent[before:]))
        return next(one for one in reversed(self.sent) if one.final and one.speaker == who)

    async def interpret(self, who: str | None) -> None:
        await self.sfu.tell("interpreting", {"room": "r", "pair": "en>pt", "participant": who})

    def dubs(self) -> set[tuple[str, str]]:
        """Speakers and languages of the dubs that may sound."""
        tracks = self.bridge._reconciler.director.tracks.members
        return {(key.speaker, key.version.label) for key, track in tracks.items() if track.live}


async def so(true: Callable[[], bool], within: float = 20.0) -> None:
    """Wait until something is true that another thread says, or another process."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@asynccontextmanager
async def call() -> AsyncIterator[Call]:
    voices = [
        {"producerId": f"r-{who}", "participant": who, "kind": "audio", "track": "original"} for who in ("ana", "lea")
    ]
    with redis_server() as server:
        async with SmallSfu([{"room": "r", "participants": PEOPLE, "producers": voices}]) as sfu:
            one = Call(sfu, server.url)
            tasks = [asyncio.create_task(one.bridge.run()), asyncio.create_task(one.beat())]
            try:
                await so(lambda: len(sfu.taps) == 2 and ("ana", "pt") in one.dubs())
                yield one
            finally:
                await end(tasks)
                await one.redis.aclose()


async def test_a_person_takes_the_machines_place_and_the_machine_theirs() -> None:
    async with call() as one:
        by_machine = await one.say("ana", ENGLISH)
        assert (by_machine.hear, by_machine.only, by_machine.elsewhere) == (["pt"], [], [])
        assert "pt" in by_machine.read

        await one.interpret("lea")
        await so(lambda: one.dubs() == {("lea", "vi")}, within=5.0)  # not when what nobody listens to is closed
        interpreted = await one.say("ana", ENGLISH)
        assert (interpreted.read, interpreted.hear) == ([], [])
        assert (interpreted.only, interpreted.elsewhere) == ([], ["pt", "vi"])
        said = await one.say("lea", PORTUGUESE, 3.0)
        assert (said.language, said.only, said.elsewhere) == ("pt", ["pt", "vi"], [])
        assert (said.read, said.hear) == (["vi"], ["vi"]), "the machine goes on from there"
        assert one.sfu.notices.get(TOLD) is None

        await one.say("ana", LONG)  # without a word of hers
        await so(lambda: (one.sfu.notices.get(TOLD) or {}).get("speaker") == "lea")
        await so(lambda: ("ana", "pt") in one.dubs())
        again = await one.say("ana", ENGLISH)
        assert (again.hear, again.elsewhere) == (["pt"], [])

        await one.say("lea", PORTUGUESE, 3.0)
        await so(lambda: one.sfu.notices.get(TOLD) is None and ("ana", "pt") not in one.dubs())

        await one.sfu.tell("participantLeft", {"room": "r", "id": "lea"})
        await so(lambda: ("ana", "pt") in one.dubs())
        left = await one.say("ana", ENGLISH)
        assert (left.hear, left.elsewhere) == (["pt"], [])

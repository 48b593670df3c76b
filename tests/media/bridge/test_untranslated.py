"""What somebody says who does not want it translated reaches no worker, though the SFU goes on sending it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import redis.asyncio as aioredis

from app.cancellation import end
from app.media.audio.opus import FRAME, Pcm, resample
from app.media.audio.rtp import RTP_RATE, pack
from app.media.bridge.bridge import Bridge
from app.media.bridge.settings import BridgeSettings
from app.media.bridge.speakers import SETTLE_SECONDS
from ops.harness.ports import free_port
from ops.harness.redis_server import redis_server
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import STT_RATE, Heartbeat, Segment, encode
from tests.media.audio.streams import packets, pcm_of
from tests.media.bridge.small_sfu import SmallSfu

VOICE = "r-ana"
PEOPLE = [
    {"id": "ana", "meta": {"name": "Ana", "speak": "en", "read": "en", "hear": "en"}},
    {"id": "bob", "meta": {"name": "Bob", "speak": "pt", "read": "pt", "hear": "pt"}},
]
OPEN, PRIVATE, LATER = "en_LJ001-0005", "pt_fleurs_001", "en_cv_651325"
"""What is said for everybody, what is not, and what is again: recordings of three people."""
ALIKE = 0.5
"""Correlation from which half a second is a piece of a recording; of other speech it has less than half of that."""


class Call:
    """A bridge, Ana who speaks, and what is sent to the workers."""

    def __init__(self, sfu: SmallSfu, url: str, *, streams: bool) -> None:
        self.sfu = sfu
        self.redis = aioredis.Redis.from_url(url)
        self.sent: list[Segment] = []
        self._streams = ["en"] if streams else []
        settings = BridgeSettings(
            sfu_port=sfu.port, sfu_token_secret="s" * 40, bridge_port=free_port(), tasks=TaskConfig(redis_url=url)
        )
        self.bridge = Bridge(settings, lambda _work, segment: self.sent.append(segment))
        self._seq = self._timestamp = 0

    async def beat(self) -> None:
        """A worker."""
        while True:
            beat = Heartbeat(
                worker="w",
                at=time.time(),
                queues=["stt", "translate", "speak"],
                stt=["en"],
                streams=self._streams,
                translate=["en>pt"],
                speak=["pt"],
            )
            await self.redis.set(keys.heartbeat("w"), encode(beat), ex=keys.HEARTBEAT_TTL)
            await asyncio.sleep(keys.HEARTBEAT_EVERY)

    async def say(self, *sounds: Pcm, every: float = 0.01) -> None:
        """Ana's microphone gives this, a packet of 20 ms every so many seconds: twice as fast as it was said."""
        stream = packets(resample(np.concatenate(sounds), STT_RATE, RTP_RATE), self._seq, self._timestamp)
        self._seq, self._timestamp = self._seq + len(stream), self._timestamp + len(stream) * FRAME
        port = next(iter(self.sfu.taps.values())).port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for packet in stream:
                udp.sendto(pack(packet), ("127.0.0.1", port))
                await asyncio.sleep(every)

    async def keep(self, *, untranslated: bool) -> None:
        """Ana says whether what she says now is to be translated."""
        data = {"room": "r", "producerId": VOICE, "untranslated": untranslated}
        await self.sfu.tell("producerUntranslated", data)

    async def finals(self, count: int) -> None:
        """Wait until so many segments are over."""
        async with asyncio.timeout(20):
            while sum(segment.final for segment in self.sent) < count:  # noqa: ASYNC110 - said by another thread
                await asyncio.sleep(0.02)

    async def heard(self) -> list[Pcm]:
        """All sound that workers were given, one a segment."""
        names = {keys.sound(one.id) for one in self.sent} | {keys.pcm(one.id, one.revision) for one in self.sent}
        sounds = [await self.redis.get(name) for name in sorted(names)]
        return [np.frombuffer(sound, "<i2") for sound in sounds if isinstance(sound, bytes)]


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * STT_RATE), np.int16)


def alike(sounds: list[Pcm], recording: Pcm) -> list[float]:
    """How like anything in the sounds each half a second of a recording is that is not quiet: a correlation."""
    half = STT_RATE // 2
    pieces = [recording[at : at + half].astype(np.float64) for at in range(0, len(recording) - half, half)]
    loud = np.sqrt(np.mean(np.square(recording.astype(np.float64)))) / 2
    return [
        max((likeness(piece, sound) for sound in sounds), default=0.0)
        for piece in pieces
        if np.sqrt(np.mean(np.square(piece))) > loud
    ]


def likeness(piece: np.ndarray[Any, np.dtype[np.float64]], sound: Pcm) -> float:
    """The best normalised correlation of a piece with any stretch of a sound, which may begin or end within it."""
    padded = np.concatenate([np.zeros(len(piece)), sound.astype(np.float64), np.zeros(len(piece))])
    size = 1 << (len(padded) + len(piece)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(padded, size) * np.conj(np.fft.rfft(piece, size)), size)[
        : len(padded) - len(piece)
    ]
    energy = np.concatenate([[0.0], np.cumsum(np.square(padded))])
    under = np.sqrt(np.maximum(energy[len(piece) :] - energy[: -len(piece)], 1.0))[: len(cross)]
    # Where little of it is under the piece, anything is like it.
    at = np.where(under > np.linalg.norm(piece) / 4, np.abs(cross) / (under * np.linalg.norm(piece)), 0.0)
    return float(at.max())


@asynccontextmanager
async def call(*, streams: bool) -> AsyncIterator[Call]:
    voice = {"producerId": VOICE, "participant": "ana", "kind": "audio", "track": "original"}
    with redis_server() as server:
        async with SmallSfu([{"room": "r", "participants": PEOPLE, "producers": [voice]}]) as sfu:
            one = Call(sfu, server.url, streams=streams)
            tasks = [asyncio.create_task(one.bridge.run()), asyncio.create_task(one.beat())]
            try:
                async with asyncio.timeout(20):
                    while not sfu.taps or not one.bridge.snapshot()[1]["workers"]:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                yield one
            finally:
                await end(tasks)
                await one.redis.aclose()


@pytest.mark.parametrize("streams", [False, True], ids=["whole", "as a stream"])
async def test_nothing_that_is_not_to_be_translated_reaches_a_worker(*, streams: bool) -> None:
    first, secret, second = (pcm_of(name) for name in (OPEN, PRIVATE, LATER))
    first = first[: 2 * STT_RATE]  # in the middle of speech
    secret = secret[STT_RATE : 5 * STT_RATE]
    async with call(streams=streams) as one:
        await one.say(first)
        await one.keep(untranslated=True)
        await one.finals(1)  # what was begun has ended, with no pause in the sound
        before = len(one.sent)
        await one.say(secret)
        assert len(one.sent) == before, "no segment is begun meanwhile"
        assert not one.bridge._reconciler.director.floor.speaking("r", "ana"), "nor is she waited for, or interpreted"
        await one.keep(untranslated=False)
        late = secret[STT_RATE : STT_RATE + int(1.6 * SETTLE_SECONDS * STT_RATE)]  # on its way when that was said
        await one.say(late, every=0.001)  # well within it, also on a busy machine
        await one.say(silence(2 * SETTLE_SECONDS), second, silence(1.5))
        await one.finals(2)

        sounds = await one.heard()
        assert max(alike(sounds, secret)) < ALIKE
        assert min(alike(sounds, first)) > ALIKE
        assert min(alike(sounds, second)) > ALIKE
        seqs = [segment.seq for segment in one.sent if segment.final]
        assert [b - a for a, b in pairwise(seqs)] == [1] * (len(seqs) - 1), "no gap for playout to wait for"

        known = len(seqs)
        await one.say(secret, silence(1.5))  # as it would be without
        await one.finals(known + 1)
        assert max(alike(await one.heard(), secret)) > ALIKE

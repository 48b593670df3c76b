"""Real speech over a lossy, jittery, reordering loopback with discontinuous transmission: captions hardly suffer."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from app.media.opus import FRAME, Pcm, resample
from app.media.rtp import RTP_RATE, RtpPacket, pack
from app.media.tap import Chunk, TapStream
from tasks import registry
from tasks.engines.base import SpeechToText
from tasks.engines.whisper import Whisper
from tasks.messages import STT_RATE
from tests.media.streams import PAYLOAD_TYPE, SSRC, packets, pcm_of
from tests.support.lossy import LossyRelay, Network
from tests.support.recordings import by_language, recordings
from tests.support.road import asks_of
from tests.support.wer import corpus_wer

QUIET = 30.0
"""RMS of a frame below which a sender with DTX leaves it out (its samples are 16 bit)."""
HANGOVER = 10
"""Frames that such a sender still sends after the last loud one."""
AFTER = 1.5
"""Seconds of silence after the speech, enough to close the segment."""


@pytest.fixture(scope="module")
def whisper() -> SpeechToText:
    name = next(name for name in registry.default_models() if name.startswith("whisper"))
    registry.install(name)
    return Whisper(registry.folder(name), name=name, languages=frozenset({"en"}), threads=2)


def spoken() -> list[str]:
    return [one.id for one in by_language("en") if one.kind == "read_speech" and 4.0 < one.duration_s < 9.0]


def with_dtx(samples: Pcm) -> list[tuple[float, RtpPacket]]:
    """When each packet is sent, without those that discontinuous transmission leaves out."""
    kept: list[tuple[float, RtpPacket]] = []
    quiet_for = 0
    for index, packet in enumerate(packets(samples)):
        frame = samples[index * FRAME : (index + 1) * FRAME].astype(np.float64)
        quiet_for = quiet_for + 1 if np.sqrt(np.mean(frame**2)) < QUIET else 0
        if quiet_for <= HANGOVER:
            spurt = bool(kept) and packet.timestamp != kept[-1][1].timestamp + FRAME
            kept.append((index * FRAME / RTP_RATE, packet._replace(seq=len(kept), marker=spurt)))
    return kept


class Ear(asyncio.DatagramProtocol):
    """The bridge's end of a tap."""

    def __init__(self) -> None:
        self.stream = TapStream(SSRC, PAYLOAD_TYPE)
        self.chunks: list[Chunk] = []

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.chunks += self.stream.feed(data, time.time())

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            self.chunks += self.stream.tick(time.time())


def sent(name: str) -> list[tuple[float, RtpPacket]]:
    silence = np.zeros(int(AFTER * STT_RATE), np.int16)
    return with_dtx(resample(np.concatenate([silence[: STT_RATE // 2], pcm_of(name), silence]), STT_RATE, RTP_RATE))


async def over(network: Network, stream: list[tuple[float, RtpPacket]], relays: list[LossyRelay]) -> list[Chunk]:
    """A recording's packets in real time over a network of its own."""
    loop = asyncio.get_running_loop()
    end, ear = await loop.create_datagram_endpoint(Ear, local_addr=("127.0.0.1", 0))
    relay, address = await LossyRelay.open(end.get_extra_info("sockname"), network)
    relays.append(relay)
    out, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=address)
    ticking, began = asyncio.create_task(ear.tick()), loop.time()
    try:
        for at, packet in stream:
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            out.sendto(pack(packet))
        await asyncio.sleep(AFTER)
        return ear.chunks
    finally:
        ticking.cancel()
        for transport in (out, end):
            transport.close()
        relay.close()


def heard(chunks: list[Chunk], engine: SpeechToText) -> str:
    finals = [ask for ask in asks_of(chunks) if ask.final]
    return " ".join(engine.transcribe(ask.samples.astype("<i2").tobytes(), "en").text for ask in finals)


async def test_captions_stay_within_two_points_on_a_bad_network(whisper: SpeechToText) -> None:
    names, relays = spoken(), list[LossyRelay]()
    streams = [sent(name) for name in names]
    good, bad = Network(loss=0.0, jitter=0.0, swapped=0.0), Network()
    clean = await asyncio.gather(*(over(good, stream, []) for stream in streams))
    worse = await asyncio.gather(*(over(replace(bad, seed=n), stream, relays) for n, stream in enumerate(streams)))
    fates = sum((relay.fates for relay in relays), start=Counter[str]())
    assert fates["lost"] / (fates["lost"] + fates["sent"]) == pytest.approx(0.05, abs=0.015)

    def rate(chunks: list[list[Chunk]]) -> float:
        texts = [(recordings()[name].text, heard(each, whisper)) for name, each in zip(names, chunks, strict=True)]
        return corpus_wer(texts, "en")

    before, after = await asyncio.to_thread(rate, list(clean)), await asyncio.to_thread(rate, list(worse))
    print(f"\n{len(names)} recordings, {dict(fates)}: WER {before:.3f} clean, {after:.3f} over the bad network")
    assert after - before <= 0.02

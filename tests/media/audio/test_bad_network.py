"""Captions of real speech over a network that loses, delays and reorders, from a sender with redundancy and DTX.

Time is counted, and every packet's fate is drawn from a fixed seed: each run hears the same.
"""

from __future__ import annotations

import random

import numpy as np
import pytest

from app.media.audio.opus import Pcm, resample
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack
from app.media.audio.segmenter import AskKind
from app.media.audio.tap import Chunk, TapStream
from ops.harness.pipeline import EFFORTS, asks_of
from ops.harness.recordings import by_language, recordings
from ops.harness.wer import corpus_wer
from tasks import installation, registry
from tasks.engines.base import SpeechToText
from tasks.engines.stt.whisper.engine import Whisper
from tasks.wire.messages import STT_RATE
from tests.media.audio.streams import PAYLOAD_TYPE, SSRC, as_browsers_send, pcm_of

LOSS = 0.05
JITTER = 0.05
"""Seconds by which a packet is late, each for itself and evenly spread: one may come after two that were sent later."""
WITHIN = 0.02
"""By how much the word error rate may be worse."""
MOST_OVERTAKEN = 2
SEEDS = 2
TICK = 0.02
EPOCH = 1_000_000.0
BEFORE, AFTER = 0.5, 1.5
"""Seconds of silence around a recording: the second is long enough to close the segment and for packets to cease."""

Arrival = tuple[float, RtpPacket]


@pytest.fixture(scope="module")
def whisper() -> SpeechToText:
    """The engine that captions English by default."""
    name = next(name for name in registry.default_models() if name.startswith("whisper"))
    installation.install(name)
    return Whisper(registry.folder(name), name=name, languages=frozenset({"en"}), threads=2)


def spoken() -> list[str]:
    """The recordings, 220 words in all."""
    return [one.id for one in by_language("en") if one.kind == "read_speech" and 4.0 < one.duration_s < 9.0]


def sent(name: str) -> list[RtpPacket]:
    """A recording as it leaves the browser."""
    silence = np.zeros(STT_RATE, np.int16)
    parts = [silence[: int(BEFORE * STT_RATE)], pcm_of(name), np.resize(silence, int(AFTER * STT_RATE))]
    return as_browsers_send(resample(np.concatenate(parts), STT_RATE, RTP_RATE))


def arrivals(stream: list[RtpPacket], loss: float, jitter: float, seed: int) -> list[Arrival]:
    """When each packet that is not lost arrives, in that order."""
    fate = random.Random(seed)
    drawn = [(packet, fate.random(), fate.random()) for packet in stream]
    return sorted((packet.timestamp / RTP_RATE + late * jitter, packet) for packet, lost, late in drawn if lost >= loss)


def tapped(coming: list[Arrival]) -> tuple[list[Chunk], TapStream]:
    """What the bridge makes of them, with its looks at the clock in between."""
    tap, chunks, clock = TapStream(SSRC, PAYLOAD_TYPE), list[Chunk](), 0.0
    for at, packet in coming:
        while clock < at:
            chunks += tap.tick(EPOCH + clock)
            clock += TICK
        chunks += tap.feed(pack(packet), EPOCH + at)
    for _ in range(int(AFTER / TICK)):
        chunks += tap.tick(EPOCH + clock)
        clock += TICK
    return chunks, tap


def heard(chunks: list[Chunk], engine: SpeechToText) -> str:
    """The final captions."""
    finals: list[Pcm] = [ask.samples for ask in asks_of(chunks) if ask.final]
    return " ".join(
        engine.transcribe(one.astype("<i2").tobytes(), "en", effort=EFFORTS[AskKind.FINAL]).text for one in finals
    )


def test_captions_stay_within_two_points_of_those_over_a_perfect_network(whisper: SpeechToText) -> None:
    clean, worse = list[tuple[str, str]](), list[tuple[str, str]]()
    lost = packets = reordered = gaps = 0
    for number, name in enumerate(spoken()):
        stream, text = sent(name), recordings()[name].text
        gaps += sum(packet.marker for packet in stream[1:])
        clean.append((text, heard(tapped(arrivals(stream, 0, 0, 0))[0], whisper)))
        for seed in range(SEEDS):
            coming = arrivals(stream, LOSS, JITTER, seed * 1_000 + number)
            chunks, tap = tapped(coming)
            worse.append((text, heard(chunks, whisper)))
            lost, packets = lost + len(stream) - len(coming), packets + len(stream)
            reordered += tap.order.reordered
            # None that arrived was too late, but for those overtaken by the first, before there is speech.
            assert tap.order.late <= MOST_OVERTAKEN
    assert lost / packets == pytest.approx(LOSS, abs=0.01)
    assert reordered > packets / 10
    assert gaps
    before, after = corpus_wer(clean, "en"), corpus_wer(worse, "en")
    print(f"\n{packets} packets, {lost} lost, {reordered} reordered: WER {before:.4f} clean, {after:.4f} over it")
    assert after - before <= WITHIN

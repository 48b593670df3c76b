"""Captions of somebody whose browser reaches the SFU over a bad network: real Opus, real losses, real redundancy."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from ops.harness.people import Person, heard_out
from ops.harness.recordings import RATE, recordings
from ops.harness.stack import Stack, temporary_folder
from ops.harness.wer import corpus_wer
from tests.e2e.conftest import Join
from tests.support.network import OUTSIDE, Network, Weather
from tests.support.reader import Reading, follows, shown_and_kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

LATER = "en_LJ001-0017"
PAUSE = 1.2
"""Seconds before it."""
BAD = Weather(loss=0.05, jitter=0.05)
HOPELESS = Weather(loss=0.5, jitter=0.05)
SECONDS = 15
"""Of a reading without pauses, at least."""
MOST_WRONG = 0.15
WITHIN = 0.02
"""By how much the word error rate may be worse over a bad network."""
GAP = 4_800
"""RTP ticks, a tenth of a second, that a packet is behind the one before only where silence was not sent."""
DTX = Path(__file__).with_name("dtx.js")


class Gaps:
    """Counts the silences that a browser does not send."""

    def __init__(self) -> None:
        self.count = 0
        self._last: dict[int, tuple[int, int]] = {}

    def see(self, data: bytes) -> None:
        """Take a datagram in."""
        if len(data) < 12 or data[0] >> 6 != 2 or 192 <= data[1] <= 223:
            return
        seq, timestamp, ssrc = struct.unpack_from("!HII", data, 2)
        before, at = self._last.get(ssrc, (seq, timestamp))
        self.count += seq == (before + 1) & 0xFFFF and timestamp - at > GAP
        self._last[ssrc] = (seq, timestamp)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack() -> AsyncIterator[Stack]:
    """A system whose SFU browsers are sent to through a relay."""
    with temporary_folder() as folder:
        async with Stack(Path(folder), SFU_ANNOUNCED_ADDRESS=OUTSIDE) as running:
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def network(stack: Stack) -> AsyncIterator[Network]:
    """That relay."""
    one = Network()
    await one.udp(int(stack.env["SFU_RTC_PORT"]))
    yield one
    one.close()


def spoken(reading: Reading) -> bytes:
    """What is read without a pause, then one sentence more after a silence."""
    file = io.BytesIO()
    silence = np.zeros(int(PAUSE * RATE), np.float32)
    soundfile.write(file, np.concatenate([reading.samples, silence, recordings()[LATER].samples()]), RATE, format="WAV")
    return file.getvalue()


async def error(speaker: Person, reader: Person, sound: bytes, text: str) -> float:
    """WER of what the reader reads of what the speaker says."""
    before = len(await reader.lines())
    await speaker.say(sound)
    await reader.settled()
    read = " ".join(line.source for line in (await reader.lines())[before:])
    print(f"\n{read}")
    return corpus_wer([(text, read)], "en")


async def test_somebody_who_does_not_pause_is_followed_as_well_over_a_bad_network(
    stack: Stack, join: Join, network: Network
) -> None:
    """How well many sentences are read that lost packets is judged in tests/media/audio/test_bad_network.py."""
    gaps = Gaps()
    network.watch = gaps.see
    reading, later = Reading(SECONDS), recordings()[LATER]
    sound, text = spoken(reading), f"{reading.text} {later.text}"
    alice, bruno = await asyncio.gather(
        join("Alice", speak="en", read="en", hear="en", scripts=(DTX,)),
        join("Bruno", speak="pt", read="pt", hear="pt", scripts=(DTX,)),
    )

    clean = await error(alice, bruno, sound, text)
    network.weather = BAD
    fates, heard, began = network.fates.copy(), len(await bruno.onsets()), await bruno.now()
    bad = await error(alice, bruno, sound, text)
    fates = network.fates - fates
    await heard_out(bruno, stack)
    assert len(await bruno.onsets()) > heard, "translations are heard"
    assert follows(await shown_and_kept(bruno), began, began + 1000 * reading.seconds), "and come while she reads on"
    lines = await bruno.lines()
    assert len({line.segment for line in lines}) == len(lines)
    assert all(line.translation for line in lines)
    assert [line.source for line in await alice.lines()] == [line.source for line in lines]
    assert alice.errors == bruno.errors == []

    network.weather = HOPELESS
    hopeless = await error(alice, bruno, later.path.read_bytes(), later.text)
    print(f"\nWER {clean:.3f} clean, {bad:.3f} over {BAD}, {hopeless:.3f} over {HOPELESS}; {fates}, {gaps.count} gaps")
    assert gaps.count
    assert fates["lost"] / fates["sent"] == pytest.approx(BAD.loss, abs=0.02)
    assert fates["overtaken"] > fates["sent"] / 20
    assert clean <= MOST_WRONG
    assert bad <= clean + WITHIN
    assert hopeless > clean + WITHIN  # or the recordings would not tell

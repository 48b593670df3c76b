"""Captions of somebody whose browser reaches the SFU over a bad network: real Opus, real losses, real redundancy."""

from __future__ import annotations

import io
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from playwright.async_api import Browser

from ops.harness.people import Person, heard_out, room_from_front_page
from ops.harness.recordings import recordings
from ops.harness.stack import Stack, temporary_folder
from ops.harness.wer import corpus_wer
from tests.e2e.conftest import Join
from tests.support.network import OUTSIDE, Network, Weather
from tests.support.reader import Reading, follows, read_once, shown_and_kept

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIPS = ("en_LJ001-0011", "en_LJ001-0017", "en_LJ001-0009", "en_ls_1272_quilter")
PAUSE = 1.2
"""Seconds between them."""
RATE = 16_000
BAD = Weather(loss=0.05, jitter=0.05)
HOPELESS = Weather(loss=0.5, jitter=0.05)
SECONDS = 22
"""Of a reading without pauses."""
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


def spoken(names: tuple[str, ...]) -> bytes:
    """Recordings one after the other, as one file."""
    pause = np.zeros(int(PAUSE * RATE), np.int16)
    parts = [part for name in names for part in (np.frombuffer(recordings()[name].pcm(), "<i2"), pause)]
    file = io.BytesIO()
    soundfile.write(file, np.concatenate(parts), RATE, format="WAV")
    return file.getvalue()


async def error(speaker: Person, reader: Person, names: tuple[str, ...] = CLIPS) -> float:
    """WER of what the reader reads of the speaker."""
    before = len(await reader.lines())
    await speaker.say(spoken(names))
    await reader.settled()
    lines = (await reader.lines())[before:]
    text, reference = " ".join(line.source for line in lines), " ".join(recordings()[name].text for name in names)
    print(f"\n{text}")
    return corpus_wer([(reference, text)], "en")


async def test_captions_stay_within_two_points_of_clean_over_a_bad_network(
    stack: Stack, browser: Browser, network: Network
) -> None:
    room, gaps = await room_from_front_page(browser, stack.url), Gaps()
    network.watch = gaps.see
    ana, bob = [
        await Person.join(browser, room, name, speak="en", read="en", hear="original", scripts=(DTX,))
        for name in ("Ana", "Bob")
    ]
    clean = await error(ana, bob)
    network.weather = BAD
    before = network.fates.copy()
    bad = await error(ana, bob)
    fates = network.fates - before
    network.weather = HOPELESS
    hopeless = await error(ana, bob, CLIPS[:2])
    print(f"\nWER {clean:.3f} clean, {bad:.3f} over {BAD}, {hopeless:.3f} over {HOPELESS}; {fates}, {gaps.count} gaps")
    assert gaps.count
    assert fates["lost"] / fates["sent"] == pytest.approx(BAD.loss, abs=0.02)
    assert fates["overtaken"] > fates["sent"] / 20
    assert bad <= clean + WITHIN
    assert hopeless > clean + WITHIN  # or the recordings would not tell


async def test_somebody_who_does_not_pause_is_followed_over_a_bad_network(
    stack: Stack, join: Join, network: Network
) -> None:
    reading = Reading(SECONDS)
    network.weather = BAD
    alice = await join("Alice", speak="en", read="en", hear="en")
    bruno = await join("Bruno", speak="pt", read="pt", hear="pt")
    spoken = await alice.say(reading.file())
    await heard_out(bruno, stack)
    over = spoken["startedAt"] + 1000 * reading.seconds
    assert follows(await shown_and_kept(bruno), spoken["startedAt"], over), "translations come while she reads on"
    await read_once(bruno, reading, speaker=alice, at_most=MOST_WRONG)
    assert all(line.translation for line in await bruno.lines())
    assert await bruno.onsets(), "and are heard"

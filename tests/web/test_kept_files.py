"""The files of kept calls: Opus in Ogg that any player reads, at every moment and in every part; and their seal."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest

from app.keeping import ogg, ranges
from app.keeping.sealing import Seals, UnreadableError
from app.keeping.store import agreed
from app.media.audio.opus import Pcm
from app.media.audio.rtp import RTP_RATE
from app.tables import KeptCall, KeptConsent
from ops.harness.kept import packets_of
from tasks.wire.kept import STEPS, KeptPacket


def decoded(data: bytes) -> Pcm:
    """What a player makes of a file."""
    with av.open(io.BytesIO(data), "r") as file:
        frames = [frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)]
    return np.asarray(np.concatenate(frames))


def place_of(sound: Pcm, recording: Pcm) -> float:
    """Where a recording is in a sound, seconds."""
    size = 1 << (len(sound) + len(recording)).bit_length()
    spectrum = np.fft.rfft(sound.astype(np.float64), size) * np.conj(np.fft.rfft(recording.astype(np.float64), size))
    return float(np.argmax(np.fft.irfft(spectrum, size)[: len(sound)])) / RTP_RATE


def test_a_track_is_heard_where_it_was_said_whatever_came_before_and_between() -> None:
    recording, packets = packets_of("en_LJ001-0011", 3 * STEPS + 13)
    data, position = ogg.begin(7)
    for first in range(0, len(packets), 100):  # as chunks come
        data += ogg.pages(7, position, packets[first : first + 100])
        assert position.size == len(data)
        assert decoded(data).size == position.steps * ogg.STEP_SAMPLES
    gap = position.steps + 5 * STEPS
    data += ogg.pages(7, position, [packet.__class__(gap, 8, packet.data) for packet in packets[50:51]])
    sound = decoded(data)
    assert not sound[: 3 * RTP_RATE].any()
    assert place_of(sound, recording) == pytest.approx(3 + 13 / STEPS, abs=0.02)
    end = 3 * RTP_RATE + len(recording)
    assert np.abs(sound[end + RTP_RATE : end + 4 * RTP_RATE]).max() < 1e-3


def test_what_comes_twice_is_written_once() -> None:
    _, packets = packets_of("en_cv_651325", 0)
    data, position = ogg.begin(1)
    data += ogg.pages(1, position, packets)
    assert ogg.pages(1, position, packets[-20:]) == b""
    assert position.size == len(data)


def test_silence_is_as_long_as_it_should_be_and_costs_little() -> None:
    for steps in (1, 7, 48, 100, 3_601):
        data, position = ogg.begin(1)
        found = list(ogg.silence(steps))
        assert sum(length for length, _ in found) == steps
        data += ogg.pages(1, position, [KeptPacket(steps, 8, b"\xf8\xff\xfe")])
        assert decoded(data).size == (steps + 8) * ogg.STEP_SAMPLES
    assert len(ogg.pages(1, ogg.begin(1)[1], [KeptPacket(3_600 * STEPS, 8, b"\xf8\xff\xfe")])) < 600_000


def test_pages_carry_the_checksum_of_ogg() -> None:
    crc = 0
    for byte in b"OggS, bit by bit":
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    assert ogg.checksum(b"OggS, bit by bit") == crc


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("", None),
        ("bytes=0-", (0, 1000)),
        ("bytes=10-19", (10, 20)),
        ("bytes=990-5000", (990, 1000)),
        ("bytes=-100", (900, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=5-2", None),
        ("bytes=0-1,5-6", None),
        ("lines=0-1", None),
        ("bytes=-", None),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(header: str, part: tuple[int, int] | None) -> None:
    assert ranges.asked(header, 1000) == part


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=2000-3000", "bytes=-0"])
def test_there_is_nothing_beyond_the_end(header: str) -> None:
    with pytest.raises(ValueError, match="no such bytes"):
        ranges.asked(header, 1000)


def test_what_is_sealed_opens_with_its_secret_in_its_place_alone() -> None:
    seals = Seals("a secret of this installation, long enough")
    key = seals.make("call-1")
    sealed = seals.of("call-1", key).close(b"a voice", "1:0:sound")
    assert b"a voice" not in sealed
    assert seals.of("call-1", key).open(sealed, "1:0:sound") == b"a voice"
    for another in (Seals("another secret, long enough as well, and so on"), Seals("")):
        with pytest.raises(UnreadableError):
            another.of("call-1", key)
    with pytest.raises(UnreadableError):
        seals.of("call-2", key)
    with pytest.raises(UnreadableError):
        seals.of("call-1", key).open(sealed, "1:4096:sound")
    with pytest.raises(UnreadableError):
        seals.of("call-1", key).open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "1:0:sound")


def test_a_dub_is_refused_that_says_what_was_said_without_consent() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)

    def after(seconds: float) -> datetime:
        return began + timedelta(seconds=seconds)

    call = KeptCall(started_at=began)
    consents = [KeptConsent(since=after(10), until=after(20)), KeptConsent(since=after(30))]

    def stored_of(at: float, said: float | None) -> bool:
        packet = KeptPacket(round(at * STEPS), 8, b"x", None if said is None else round(said * STEPS))
        return agreed(call, consents, [packet]) == [packet]

    assert stored_of(12, None)
    assert stored_of(14, 11)
    assert not stored_of(12, 9), "said before they agreed"
    assert not stored_of(32, 25), "said while they were left out"
    assert stored_of(33, 19), "both were agreed to"
    assert not stored_of(21, 19)

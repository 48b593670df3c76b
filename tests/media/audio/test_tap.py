"""RTP to contiguous audio: loss, reordering, discontinuous transmission, wrap, mute and clock jumps."""

from __future__ import annotations

import numpy as np
import pytest

from app.media.audio.opus import FRAME, Pcm
from app.media.audio.rtp import RTP_RATE, RtpPacket, pack
from app.media.audio.tap import ABSENCE_SECONDS, MAX_SILENCE_SECONDS, Chunk, TapStream
from tasks.wire.messages import STT_RATE
from tests.media.audio.streams import PAYLOAD_TYPE, SSRC, as_browsers_send, packets, tone, upsampled

EPOCH = 1_000_000.0
NETWORK = 0.005
VOICED = 1_000.0
"""RMS of a frame that is certainly speech."""


def play(stream: list[RtpPacket], tap: TapStream, offset: float = 0.0, ticks: bool = True) -> list[Chunk]:
    """Delivers packets in list order, each when its timestamp says, with ticks between them."""
    chunks: list[Chunk] = []
    for index, packet in enumerate(stream):
        now = EPOCH + offset + (index + 1) * FRAME / RTP_RATE + NETWORK
        chunks += tap.feed(pack(packet), now)
        if ticks:
            chunks += tap.tick(now + 0.001)
    return chunks


def joined(chunks: list[Chunk]) -> Pcm:
    return np.concatenate([chunk.samples for chunk in chunks])


def seconds(chunks: list[Chunk]) -> float:
    return len(joined(chunks)) / STT_RATE


def tap() -> TapStream:
    return TapStream(SSRC, PAYLOAD_TYPE)


@pytest.mark.parametrize(("first_seq", "first_timestamp"), [(0, 0), (65_500, 2**32 - 20 * FRAME)])
def test_speech_survives_the_way_even_when_counters_wrap(first_seq: int, first_timestamp: int) -> None:
    sent = upsampled("en_cv_651325")
    stream = tap()
    chunks = play(packets(sent, first_seq, first_timestamp), stream)
    got = joined(chunks).astype(np.float64)
    assert seconds(chunks) == pytest.approx(len(sent) / RTP_RATE, abs=0.03)
    wanted = sent[::3].astype(np.float64)
    length = min(len(got), len(wanted)) - 400
    best = max(float(np.corrcoef(got[delay : delay + length], wanted[:length])[0, 1]) for delay in range(200))
    assert best > 0.88  # Opus at 32 kbit/s, with the high-pass of its voice mode
    assert (stream.order.lost, stream.order.late, stream.resyncs) == (0, 0, 0)


def test_capture_times_are_those_of_the_samples() -> None:
    chunks = play(packets(tone(2.0)), tap())
    position = 0
    for chunk in chunks:
        assert chunk.time == pytest.approx(EPOCH + NETWORK + position / STT_RATE, abs=0.005)
        position += len(chunk.samples)


def test_foreign_packets_are_ignored() -> None:
    stream = tap()
    packet = packets(tone(0.04))[0]
    assert stream.feed(pack(packet._replace(ssrc=1)), EPOCH) == []
    assert stream.feed(pack(packet._replace(payload_type=101)), EPOCH) == []
    assert stream.feed(b"noise", EPOCH) == []
    assert stream.packets == 0


def test_lost_packets_leave_the_rest_in_place_and_are_concealed() -> None:
    sent = packets(tone(1.0))
    lost = {20, 21, 35}
    stream = tap()
    chunks: list[Chunk] = []
    for index, packet in enumerate(sent):
        now = EPOCH + (index + 1) * 0.02
        if index not in lost:
            chunks += stream.feed(pack(packet), now)
        chunks += stream.tick(now + 0.001)
    assert stream.order.lost == 3
    assert seconds(chunks) == pytest.approx(1.0, abs=0.01)
    hole = joined(chunks)[20 * 320 + 100 : 20 * 320 + 220]
    assert np.abs(hole).max() > 2_000  # it goes on, and fades


def test_a_lost_packet_is_found_in_the_redundancy_of_the_next_one() -> None:
    sent = as_browsers_send(upsampled("en_LJ001-0011"))
    whole, frame = joined(play(sent, tap())).astype(np.float64), STT_RATE // 50
    alike = []
    for lost in range(40, 180, 7):
        left = joined(play([packet for packet in sent if packet.seq != lost], tap())).astype(np.float64)
        assert len(left) == len(whole)
        at = sent[lost].timestamp // 3
        there, here = whole[at : at + frame], left[at : at + frame]
        if np.sqrt((there**2).mean()) > VOICED:
            alike.append(np.corrcoef(there, here)[0, 1])
    assert len(alike) > 10
    assert np.median(alike) > 0.9  # without redundancy about 0.5


def test_reordered_packets_give_the_same_audio() -> None:
    sent = packets(tone(0.5))
    swapped = sent.copy()
    swapped[10], swapped[11] = swapped[11], swapped[10]
    np.testing.assert_array_equal(joined(play(sent, tap())), joined(play(swapped, tap())))


def test_gaps_of_discontinuous_transmission_become_silence() -> None:
    speech = packets(tone(0.4))
    stream = tap()
    chunks = play(speech[:10], stream)
    later = [packet._replace(timestamp=packet.timestamp + 24_000) for packet in speech[10:]]  # 0.5 s on
    for tenth in range(1, 10):
        chunks += stream.tick(EPOCH + 0.2 + tenth * 0.05)
    chunks += play(later, stream, offset=0.2 + 0.5)
    audio = joined(chunks)
    assert len(audio) / STT_RATE == pytest.approx(0.9, abs=0.01)
    assert np.abs(audio[int(0.25 * STT_RATE) : int(0.65 * STT_RATE)]).max() < 50
    assert np.abs(audio[int(0.75 * STT_RATE) :]).max() > 10_000


def test_when_packets_stop_the_clock_goes_on_for_a_while() -> None:
    stream = tap()
    play(packets(tone(0.5)), stream)
    stopped = EPOCH + 0.5 + NETWORK
    assert stream.tick(stopped + ABSENCE_SECONDS) == []
    silence = [chunk for step in range(50) for chunk in stream.tick(stopped + ABSENCE_SECONDS + step * 0.02)]
    assert seconds(silence) == pytest.approx(0.98, abs=0.05)
    assert not joined(silence)[100:].any()
    much_later = [chunk for step in range(600) for chunk in stream.tick(stopped + 2 + step * 0.1)]
    assert seconds(silence + much_later) == pytest.approx(MAX_SILENCE_SECONDS, abs=0.05)


def test_speech_after_a_long_mute_carries_its_own_time() -> None:
    stream = tap()
    play(packets(tone(0.5)), stream)
    for step in range(1, 200):
        stream.tick(EPOCH + 0.5 + step * 0.1)
    later = packets(tone(0.2), first_seq=25, first_timestamp=int(20.5 * RTP_RATE))
    chunks = play(later, stream, offset=20.5)
    assert chunks[0].time == pytest.approx(EPOCH + 20.5 + NETWORK, abs=0.05)
    assert seconds(chunks) == pytest.approx(0.2, abs=0.01)
    assert stream.resyncs == 0


def test_late_packets_of_a_burst_are_not_thrown_away() -> None:
    sent = packets(tone(1.0))
    stream = tap()
    chunks = play(sent[:25], stream)
    for step in range(15):
        chunks += stream.tick(EPOCH + 0.5 + NETWORK + step * 0.02)
    for packet in sent[25:]:  # held up by the network for 0.3 s, all at once
        chunks += stream.feed(pack(packet), EPOCH + 0.8)
    loud = np.abs(joined(chunks)) > 200
    assert loud.sum() / STT_RATE == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("jump", [600 * RTP_RATE, -600 * RTP_RATE])
def test_a_jump_of_the_senders_clock_resynchronises(jump: int) -> None:
    sent = packets(tone(1.0))
    jumped = [p._replace(timestamp=(p.timestamp + jump) & 0xFFFFFFFF) if p.seq >= 25 else p for p in sent]
    stream = tap()
    chunks = play(jumped, stream)
    assert stream.resyncs == 1
    assert seconds(chunks) == pytest.approx(1.0, abs=0.01)
    assert chunks[-1].time == pytest.approx(EPOCH + 0.98 + NETWORK, abs=0.03)


@pytest.mark.parametrize(("every", "pause"), [(25, 8.0), (10, 0.15)])
def test_speech_carries_its_own_time_though_the_senders_clock_stood_still(every: int, pause: float) -> None:
    """A page whose source gives it nothing sends nothing, and its timestamps then go on as if no time had passed."""
    stream, chunks, now = tap(), list[Chunk](), EPOCH
    for index, packet in enumerate(packets(tone(4.0))):
        now += FRAME / RTP_RATE + (pause if index and index % every == 0 else 0.0)
        chunks = stream.feed(pack(packet), now)
        stream.tick(now + 0.001)
    assert chunks[-1].time == pytest.approx(now - FRAME / RTP_RATE, abs=0.2)


def test_what_is_put_in_where_packets_were_lost_in_a_stall_carries_its_own_time() -> None:
    """A line whose time was that of no clock stood above all others."""
    stream, chunks, now = tap(), list[Chunk](), EPOCH
    sent = [packet for packet in packets(tone(2.0)) if not 40 <= packet.seq < 45]
    for packet in sent:
        now = EPOCH + packet.timestamp / RTP_RATE + (0.12 if packet.seq >= 45 else 0.0)
        chunks += stream.feed(pack(packet), now) + stream.tick(now + 0.001)
    assert stream.resyncs == 0
    assert seconds(chunks) >= 1.9
    assert all(EPOCH - 0.1 <= chunk.time <= now for chunk in chunks)


def test_silence_after_a_first_packet_that_is_broken_carries_its_own_time() -> None:
    stream, first = tap(), packets(tone(0.1))[0]._replace(payload=b"\xff\xff\xff")
    stream.feed(pack(first), EPOCH)
    (silence,) = stream.tick(EPOCH + 1.0)
    assert EPOCH - 0.1 <= silence.time <= EPOCH + 1.0


def test_a_broken_payload_is_survived() -> None:
    sent = packets(tone(0.5))
    sent[10] = sent[10]._replace(payload=b"\xff\xff\xff")
    chunks = play(sent, tap())
    assert seconds(chunks) == pytest.approx(0.5, abs=0.01)

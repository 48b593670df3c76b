"""One tapped track: RTP datagrams in, a contiguous stream of 16 kHz audio with capture times out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from app.media.audio.opus import FRAME, STEP, OpusDecoder, Pcm, Resampler
from app.media.audio.reorder import ReorderBuffer
from app.media.audio.rtp import RTP_RATE, RtpPacket, parse, signed_distance
from tasks.wire.messages import STT_RATE

ABSENCE_SECONDS: Final = 0.25
"""Seconds without a packet after which the clock, not the sender, makes the stream go on (as silence). What comes late
after that stands behind the silence: with 0.1 s here, jitter of 150 ms cost six words in a hundred, now none."""

MAX_SILENCE_SECONDS: Final = 2.0
"""Seconds of silence put in for one gap at most: enough to close any segment, at any length of mute."""

MAX_JUMP_SECONDS: Final = 1.0
"""Seconds by which timestamps may leave the wall clock before it is a restart of the sender's clock."""

MAX_CONCEALED_SAMPLES: Final = 6 * FRAME
"""Samples at 48 kHz guessed before a packet where others were lost: 120 ms, by when libopus has faded away."""

MAX_STALL_SECONDS: Final = 0.1
"""Seconds by which timestamps may fall behind the wall clock between two packets before it is a sender whose clock
stood still: browsers stop counting while a source gives them nothing. A packet held up by the network looks the same at
first; the next ones, which arrive at once, set the clock right again."""

CLOCK_WINDOW_SECONDS: Final = 2.0
"""Seconds of arrivals from which the clock is estimated: longer than network jitter, short enough to follow many stalls
too small for `MAX_STALL_SECONDS`."""


class Chunk(NamedTuple):
    """Consecutive samples of one track."""

    samples: Pcm
    """At `STT_RATE`."""
    time: float
    """When the first sample was captured, seconds since the epoch."""


class Sounding(NamedTuple):
    """One Opus packet with what is in it."""

    data: bytes
    position: int
    """Of its first sample, on a clock of 48 kHz that begins anywhere and goes on through silence."""
    time: float
    """When that sample sounded, seconds since the epoch; a little less regular than `position`."""
    samples: Pcm
    """At 48 kHz."""


class CaptureClock:
    """Maps RTP timestamps to wall time: the earliest arrivals are the ones least delayed on the way."""

    def __init__(self) -> None:
        self._offsets: deque[tuple[float, float]] = deque()  # arrival and offset; offsets rise from left to right

    def observe(self, position: int, now: float) -> None:
        """A packet that ends at `position` (samples at 48 kHz) arrived at `now`."""
        offset = now - position / RTP_RATE
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((now, offset))
        while self._offsets[0][0] < now - CLOCK_WINDOW_SECONDS:
            self._offsets.popleft()

    def at(self, position: int) -> float:
        """When the sample at `position` was captured; a packet must have been observed."""
        return self._offsets[0][1] + position / RTP_RATE

    def reset(self) -> None:
        """Forgets everything: the sender's clock has started afresh or stood still."""
        self._offsets.clear()

    @property
    def known(self) -> bool:
        """Whether a packet has been observed since the last reset."""
        return bool(self._offsets)


class TapStream:
    """RTP of one SSRC and payload type → chunks, placed by RTP timestamp.

    Feed it datagrams as they arrive and `tick` it every few tens of milliseconds with the same clock.
    """

    def __init__(self, ssrc: int, payload_type: int, on_packet: Callable[[Sounding], None] | None = None) -> None:
        """`on_packet` is given every packet as it came, in order."""
        self.order = ReorderBuffer()
        self.packets = 0
        """Packets decoded."""
        self.resyncs = 0
        """Times that the sender's clock jumped."""
        self._ssrc = ssrc
        self._payload_type = payload_type
        self._on_packet = on_packet
        self._decoder = OpusDecoder()
        self._resampler = Resampler(RTP_RATE, STT_RATE)
        self._clock = CaptureClock()
        self._timestamp = 0
        self._head: int | None = None  # unwrapped position of the next sample, 48 kHz
        self._seq = 0
        self._arrived = 0.0
        self._filled = 0  # silence already put in by the clock since the last packet, samples at 48 kHz
        self._length = FRAME  # of the last packet, samples at 48 kHz

    def feed(self, data: bytes, now: float) -> list[Chunk]:
        """What a datagram that arrived at `now` (seconds since the epoch) completes; ignores foreign ones."""
        packet = parse(data)
        if packet is None or packet.ssrc != self._ssrc or packet.payload_type != self._payload_type:
            return []
        return self._accept(self.order.push(packet, now), now)

    def tick(self, now: float) -> list[Chunk]:
        """What time alone completes: packets given up on, and silence while nothing comes."""
        chunks = self._accept(self.order.pull(now), now)
        if self._head is None:
            return chunks
        absent = min(now - self._arrived - ABSENCE_SECONDS, MAX_SILENCE_SECONDS)
        missing = int(absent * RTP_RATE) - self._filled
        if missing >= FRAME:
            start = self._head + self._filled
            self._filled += missing
            chunks += self._emit(np.zeros(missing, np.int16), start)
        return chunks

    def _accept(self, packets: list[RtpPacket], now: float) -> list[Chunk]:
        chunks: list[Chunk] = []
        for packet in packets:
            chunks += self._place(packet, now)
        return chunks

    def _place(self, packet: RtpPacket, now: float) -> list[Chunk]:
        if self._head is None:
            self._head = 0
            self._timestamp = packet.timestamp
            self._seq = (packet.seq - 1) & 0xFFFF
            self._arrived = now
        gap = signed_distance(packet.timestamp, self._timestamp, 32)
        if not -MAX_JUMP_SECONDS <= gap / RTP_RATE <= now - self._arrived + MAX_JUMP_SECONDS:
            self.resyncs += 1
            self._clock.reset()
            gap = 0
        elif gap < 0:  # overlaps what was already placed: a repetition
            self.order.late += 1
            return []
        elif now - self._arrived - gap / RTP_RATE > MAX_STALL_SECONDS:
            self._clock.reset()
        if not self._clock.known:  # what is put in before this packet has a time, too
            self._clock.observe(self._head + gap + self._length, now)
        chunks = self._bridge(gap, packet)
        samples = self._decoder.decode(packet.payload)
        start = self._head + gap
        self._head = start + len(samples)
        self._timestamp = (packet.timestamp + len(samples)) & 0xFFFFFFFF
        self._arrived, self._filled = now, 0
        if not len(samples):  # broken: as good as lost, which its successor finds
            self._seq = (packet.seq - 1) & 0xFFFF
            return chunks
        self.packets += 1
        self._seq, self._length = packet.seq, len(samples)
        self._clock.observe(self._head, now)
        if self._on_packet is not None:
            self._on_packet(Sounding(packet.payload, start, self._clock.at(start), samples))
        return chunks + self._emit(samples, start)

    def _bridge(self, gap: int, packet: RtpPacket) -> list[Chunk]:
        """Fills `gap` samples before a packet: with a guess where packets were lost, with silence for DTX and mute."""
        missing = min(gap, int(MAX_SILENCE_SECONDS * RTP_RATE)) - self._filled
        if missing <= 0 or self._head is None:
            return []
        lost = signed_distance(packet.seq, self._seq, 16) - 1
        guessed = max(min(missing, lost * self._length, MAX_CONCEALED_SAMPLES), 0) // STEP * STEP
        filler = np.zeros(missing, np.int16)
        if guessed:
            filler[-guessed:] = self._decoder.recover(guessed, packet.payload)
        return self._emit(filler, self._head + gap - missing)

    def _emit(self, samples: Pcm, start: int) -> list[Chunk]:
        out = self._resampler.push(samples)
        return [Chunk(out, self._clock.at(start))] if len(out) else []

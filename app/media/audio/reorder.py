"""Puts RTP packets back into order, waiting only briefly for a missing one."""

from __future__ import annotations

from typing import Final

from app.media.audio.rtp import RtpPacket, signed_distance

MAX_WAIT_SECONDS: Final = 0.1
"""Seconds to wait for a missing packet: five frames, more than most reordering or one NACK takes. Only what comes after
a gap waits."""

MAX_HELD_PACKETS: Final = 16
"""Packets held at most; more waiting than this means a loss, not a reordering."""

MAX_JUMP_PACKETS: Final = 1_000
"""A sequence number further away than this starts afresh (compare MAX_DROPOUT in RFC 3550 A.1)."""


class ReorderBuffer:
    """Emits packets in sequence order, each once; later than its successor's release means dropped."""

    def __init__(self) -> None:
        self.lost = 0
        """Sequence numbers given up on."""
        self.late = 0
        """Packets that came after they were given up on, or twice."""
        self.reordered = 0
        """Packets that came out of order but in time."""
        self._next: int | None = None
        self._held: dict[int, tuple[float, RtpPacket]] = {}

    def push(self, packet: RtpPacket, now: float) -> list[RtpPacket]:
        """Takes a packet in and returns those now in order. `now` is in seconds, of any steady clock."""
        if self._next is None:
            self._next = packet.seq
        ahead = signed_distance(packet.seq, self._next, 16)
        if abs(ahead) > MAX_JUMP_PACKETS:
            flushed = self._drain()
            self._next = (packet.seq + 1) & 0xFFFF
            return [*flushed, packet]
        if ahead < 0 or packet.seq in self._held:
            self.late += 1
            return []
        if self._held and ahead < max(signed_distance(seq, self._next, 16) for seq in self._held):
            self.reordered += 1
        self._held[packet.seq] = (now, packet)
        return self.pull(now)

    def pull(self, now: float) -> list[RtpPacket]:
        """The packets that are in order, or have waited for a predecessor long enough."""
        out = self._in_order()
        while self._held and self._expired(now):
            nearest = min(self._held, key=self._distance)
            self.lost += self._distance(nearest)
            self._next = nearest
            out += self._in_order()
        return out

    def _expired(self, now: float) -> bool:
        oldest = min(arrival for arrival, _ in self._held.values())
        return now - oldest >= MAX_WAIT_SECONDS or len(self._held) > MAX_HELD_PACKETS

    def _distance(self, seq: int) -> int:
        return signed_distance(seq, self._next or 0, 16)

    def _in_order(self) -> list[RtpPacket]:
        out: list[RtpPacket] = []
        while self._next is not None and self._next in self._held:
            out.append(self._held.pop(self._next)[1])
            self._next = (self._next + 1) & 0xFFFF
        return out

    def _drain(self) -> list[RtpPacket]:
        out = [self._held[seq][1] for seq in sorted(self._held, key=self._distance)]
        self._held.clear()
        return out

"""RTP packets (RFC 3550): parsing what the SFU sends, packing what it is sent."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

RTP_RATE: Final = 48_000
"""Clock rate of Opus RTP, Hz, whatever is encoded (RFC 7587)."""

_HEADER: Final = struct.Struct("!BBHII")
_VERSION_2: Final = 0x80
_MARKER: Final = 0x80


class RtpPacket(NamedTuple):
    """One parsed RTP packet."""

    payload_type: int
    marker: bool
    seq: int
    """Sequence number, 16 bit, wraps."""
    timestamp: int
    """Sampling instant of the first sample in units of 1/48000 s, 32 bit, wraps."""
    ssrc: int
    payload: bytes


def parse(data: bytes) -> RtpPacket | None:
    """The RTP packet in a datagram, or None for RTCP (RFC 5761 mux), padding only, and anything malformed."""
    if len(data) < _HEADER.size or data[0] >> 6 != 2 or 192 <= data[1] <= 223:
        return None
    first, second, seq, timestamp, ssrc = _HEADER.unpack_from(data)
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if end <= start:
        return None
    return RtpPacket(second & 0x7F, bool(second & _MARKER), seq, timestamp, ssrc, data[start:end])


def pack(packet: RtpPacket) -> bytes:
    """The datagram of a packet, without CSRC, extension or padding."""
    second = packet.payload_type | (_MARKER if packet.marker else 0)
    header = _HEADER.pack(_VERSION_2, second, packet.seq & 0xFFFF, packet.timestamp & 0xFFFFFFFF, packet.ssrc)
    return header + packet.payload


def signed_distance(new: int, old: int, bits: int) -> int:
    """How far `new` lies after `old` on a counter that wraps at 2**bits; negative when before."""
    half = 1 << (bits - 1)
    return ((new - old + half) & ((1 << bits) - 1)) - half

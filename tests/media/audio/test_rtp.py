"""Parsing RTP and putting it in order."""

from __future__ import annotations

import struct

import pytest

from app.media.audio.reorder import MAX_WAIT_SECONDS, ReorderBuffer
from app.media.audio.rtp import RtpPacket, pack, parse, signed_distance

PACKET = RtpPacket(100, True, 65_535, 0xFFFF_FFF0, 7, b"opus")


def test_a_packed_packet_parses_back() -> None:
    assert parse(pack(PACKET)) == PACKET


def test_csrc_extension_and_padding_are_skipped() -> None:
    header = struct.pack("!BBHII", 0x80 | 0x20 | 0x10 | 2, 100, 1, 2, 3)
    extension = b"\xbe\xde" + struct.pack("!H", 1) + b"\x10\xff\x00\x00"
    parsed = parse(header + b"\0" * 8 + extension + b"payload" + b"\0\0\x03")
    assert parsed is not None
    assert parsed.payload == b"payload"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x64\0\0",
        struct.pack("!BBHII", 0x80, 200, 1, 2, 3) + b"rtcp sender report",
        struct.pack("!BBHII", 0x80, 206, 1, 2, 3) + b"rtcp feedback",
        struct.pack("!BBHII", 0x40, 100, 1, 2, 3) + b"version 1",
        struct.pack("!BBHII", 0x80, 100, 1, 2, 3),  # nothing in it
        struct.pack("!BBHII", 0x90, 100, 1, 2, 3),  # extension announced, not there
        struct.pack("!BBHII", 0x90, 100, 1, 2, 3) + b"\xbe\xde\xff\xff1234",  # extension longer than the packet
        struct.pack("!BBHII", 0xA0, 100, 1, 2, 3) + b"ab\xff",  # more padding than packet
        struct.pack("!BBHII", 0x8F, 100, 1, 2, 3) + b"few",  # 15 CSRCs announced
    ],
)
def test_rtcp_and_malformed_datagrams_are_refused(data: bytes) -> None:
    assert parse(data) is None


def test_distance_wraps() -> None:
    assert signed_distance(2, 65_534, 16) == 4
    assert signed_distance(65_534, 2, 16) == -4


def numbered(seq: int) -> RtpPacket:
    return PACKET._replace(seq=seq & 0xFFFF)


def test_packets_come_out_in_order_across_the_wrap() -> None:
    buffer, out = ReorderBuffer(), []
    for seq in (65_533, 65_535, 65_534, 1, 0, 2):
        out += buffer.push(numbered(seq), 0.0)
    assert [packet.seq for packet in out] == [65_533, 65_534, 65_535, 0, 1, 2]
    assert (buffer.reordered, buffer.lost, buffer.late) == (2, 0, 0)


def test_a_lost_packet_is_waited_for_only_briefly() -> None:
    buffer = ReorderBuffer()
    buffer.push(numbered(0), 0.0)
    assert buffer.push(numbered(2), 0.01) == []
    assert buffer.pull(0.01 + MAX_WAIT_SECONDS - 0.001) == []
    assert [packet.seq for packet in buffer.pull(0.011 + MAX_WAIT_SECONDS)] == [2]
    assert buffer.lost == 1
    assert buffer.push(numbered(1), 0.1) == []
    assert buffer.late == 1


def test_a_repeated_packet_comes_out_once() -> None:
    buffer = ReorderBuffer()
    assert len(buffer.push(numbered(0), 0.0)) == 1
    assert buffer.push(numbered(0), 0.0) == []


def test_a_jump_of_the_sequence_starts_afresh() -> None:
    buffer = ReorderBuffer()
    buffer.push(numbered(0), 0.0)
    assert [packet.seq for packet in buffer.push(numbered(30_000), 0.02)] == [30_000]
    assert [packet.seq for packet in buffer.push(numbered(30_001), 0.04)] == [30_001]
    assert buffer.lost == 0

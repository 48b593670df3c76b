"""Opus in Ogg (RFC 7845), page by page: a file that can be added to, and is whole after every page."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tasks.wire.kept import LONGEST, STEPS, KeptPacket

RATE: Final = 48_000
STEP_SAMPLES: Final = RATE // STEPS
MOST_ON_A_PAGE: Final = STEPS
"""Steps: a page ends after a second, so that players find their way."""
_SEGMENT: Final = 255
"""Bytes that one entry of a page's table stands for, and entries of a page."""
_FIRST: Final = 2
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

_SILENT: Final = b"\xff\xfe"
"""A CELT frame whose first bit says that it is silent (RFC 6716 4.3)."""
_FULL_BAND: Final = {1: 28, 2: 29, 4: 30, 8: 31}
"""Steps of a frame → configuration of CELT, full band (RFC 6716 3.1)."""


@dataclass
class Position:
    """Where a file ends so far."""

    steps: int = 0
    pages: int = 0
    size: int = 0
    """Bytes."""


def head(serial: int) -> bytes:
    """The pages that every file begins with."""
    opus_head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, RATE, 0, 0)
    vendor = b"JB Calling"
    opus_tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    return _page(serial, 0, 0, [opus_head], _FIRST) + _page(serial, 1, 0, [opus_tags], 0)


def begin(serial: int) -> tuple[bytes, Position]:
    """The beginning of a file, and where it ends."""
    first = head(serial)
    return first, Position(0, 2, len(first))


def pages(serial: int, position: Position, packets: Iterable[KeptPacket]) -> bytes:
    """The pages of some packets, after silence up to the first and between them; moves `position` on.

    What would begin before the file's end is left out.
    """
    written: list[bytes] = []
    waiting: list[bytes] = []
    begun = position.steps
    entries = 0

    def end() -> None:
        nonlocal begun, entries
        if waiting:
            written.append(_page(serial, position.pages, position.steps * STEP_SAMPLES, waiting, 0))
            position.pages += 1
            waiting.clear()
        begun, entries = position.steps, 0

    for length, data in _whole(position, packets):
        needed = len(data) // _SEGMENT + 1
        if entries + needed > _SEGMENT or position.steps - begun >= MOST_ON_A_PAGE:
            end()
        waiting.append(data)
        entries += needed
        position.steps += length
    end()
    result = b"".join(written)
    position.size += len(result)
    return result


def silence(steps: int) -> Iterator[tuple[int, bytes]]:
    """Packets, with their lengths, that say nothing for so long: of 120 ms as long as that fits."""
    while steps >= LONGEST:
        yield LONGEST, bytes([31 << 3 | 3, LONGEST // 8]) + _SILENT * (LONGEST // 8)
        steps -= LONGEST
    while steps:
        length = next(length for length in (8, 4, 2, 1) if length <= steps)
        yield length, bytes([_FULL_BAND[length] << 3]) + _SILENT
        steps -= length


def _whole(position: Position, packets: Iterable[KeptPacket]) -> Iterator[tuple[int, bytes]]:
    """Packets that follow one another without a gap."""
    for packet in packets:
        if packet.at >= position.steps:
            yield from silence(packet.at - position.steps)
            yield packet.length, packet.data


def _page(serial: int, number: int, granule: int, packets: list[bytes], flags: int) -> bytes:
    table = b"".join(bytes([_SEGMENT] * (len(data) // _SEGMENT) + [len(data) % _SEGMENT]) for data in packets)
    header = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, number, 0, len(table))
    page = header + table + b"".join(packets)
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def checksum(data: bytes) -> int:
    """Ogg's CRC-32: that of zlib with every bit the other way round, and nothing inverted."""
    reflected = zlib.crc32(data.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reflected:032b}"[::-1], 2)

"""Positions in the stream of final captions.

Redis's ids, "ms-n", grow within one life of the stream only: where its history is lost, they begin anew by Redis's
clock, which may have run ahead before. So a position has three forms:

- `stream_id`: Redis's, "1700000000000-0".
- shown: what readers are told, Redis's with the name of the life: "1700000000000-0-5f3a9c1b". Before lives had names
  it was Redis's alone.
- event id: what is compared and stored, of fixed width, so that it sorts as text: the number of the life comes first.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

START: Final = ""
"""Before the first caption; sorts before every event id."""

_SHOWN = re.compile(r"(\d{1,15}-\d{1,20})(?:-([0-9a-f]{8}))?")


class Life(NamedTuple):
    """A stream from its first entry until it is lost."""

    number: int
    """Larger than that of every life before."""
    name: str


UNNAMED: Final = Life(0, "")
"""Everything from before lives had names."""


class Shown(NamedTuple):
    """A position as it is told."""

    stream_id: str
    life: str
    """Its name, "" for `UNNAMED`."""


def parsed(shown: str) -> Shown | None:
    """The parts of a position that somebody names; None for the start, which is "" or "0".

    Raises:
        ValueError: it is no position.
    """
    if shown in {"", "0"}:
        return None
    match = _SHOWN.fullmatch(shown)
    if match is None:
        raise ValueError(f"{shown[:40]!r} is not a caption id: give the id of a caption, such as 1700000000000-0")
    return Shown(match[1], match[2] or "")


def event_id(stream_id: str, life: Life = UNNAMED) -> str:
    """The event id of an entry of the stream."""
    milliseconds, number = parts(stream_id)
    return f"{life.number:08d}-{milliseconds:015d}-{number:020d}-{life.name}"


def stream_id(event_id: str) -> str:
    """Redis's form of an event id; the start is "0-0"."""
    if not event_id:
        return "0-0"
    _, milliseconds, number, _ = event_id.split("-")
    return f"{int(milliseconds)}-{int(number)}"


def shown(event_id: str) -> str:
    """What readers are told of an event id; "" for the start."""
    if not event_id:
        return ""
    life = life_name(event_id)
    return f"{stream_id(event_id)}-{life}" if life else stream_id(event_id)


def life_name(event_id: str) -> str:
    """The name of the life that an event id belongs to; "" for the start."""
    return event_id.rpartition("-")[2]


def parts(stream_id: str) -> tuple[int, int]:
    """Redis's form as numbers that sort: milliseconds since the epoch by Redis's clock, and a count within them."""
    milliseconds, _, number = stream_id.partition("-")
    return int(milliseconds), int(number)


def moment(stream_id: str) -> float:
    """When an entry was published, seconds since the epoch by Redis's clock."""
    return parts(stream_id)[0] / 1000

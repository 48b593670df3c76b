"""Positions in the stream of final captions: Redis's form "ms-n", and one of fixed width that sorts as text."""

from __future__ import annotations

import re
from typing import Final

START: Final = ""
"""Before the first caption; sorts before every padded id."""

_STREAM_ID = re.compile(r"(\d{1,15})-(\d{1,20})")


def padded(stream_id: str) -> str:
    """The form of fixed width of Redis's `stream_id`; "" and "0" are the start.

    Raises:
        ValueError: it is not a stream id.
    """
    if stream_id in {"", "0"}:
        return START
    match = _STREAM_ID.fullmatch(stream_id)
    if match is None:
        raise ValueError(f"{stream_id[:40]!r} is not a caption id: give the id of a caption, such as 1700000000000-0")
    return f"{int(match[1]):015d}-{int(match[2]):020d}"


def stream_id(event_id: str) -> str:
    """Redis's form of a padded id; the start is "0-0"."""
    if not event_id:
        return "0-0"
    milliseconds, _, number = event_id.partition("-")
    return f"{int(milliseconds)}-{int(number)}"


def moment(event_id: str) -> float:
    """When the caption was published, seconds since the epoch by Redis's clock; 0.0 for the start."""
    return int(event_id.partition("-")[0]) / 1000 if event_id else 0.0


def at(seconds: float) -> str:
    """The first padded id of a moment, epoch seconds."""
    return f"{max(0, int(seconds * 1000)):015d}-{0:020d}"


def following(event_id: str) -> str:
    """The first padded id after another."""
    milliseconds, _, number = event_id.partition("-")
    return f"{milliseconds}-{int(number) + 1:020d}"

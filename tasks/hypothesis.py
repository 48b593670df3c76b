"""What an open segment has been heard as so far, and how much of it is certain enough to be shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import redis

from tasks.engines.base import Transcript
from tasks.wire import keys
from tasks.wire.messages import decode, encode

TTL: Final = 60
"""Seconds that a hypothesis is kept; an open segment is asked for again within one or two."""

_STORE: Final = """
local stored = redis.call('GET', KEYS[1])
local revision = stored and cjson.decode(stored).revision or -1
if revision >= tonumber(ARGV[2]) then return 0 end
if revision ~= tonumber(ARGV[3]) then return 1 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[4])
return 2
"""


class Hypothesis(msgspec.Struct, frozen=True, kw_only=True):
    """The transcript of one ask for a segment."""

    revision: int
    samples: int
    """Length of the audio it was made from."""
    transcript: Transcript
    shown: str
    """The part that has been shown; it only grows while the segment is open."""


def load(client: redis.Redis, segment: str) -> Hypothesis | None:
    """The newest hypothesis of a segment, None when there is none."""
    stored = client.get(keys.hypothesis(segment))
    return decode(stored, Hypothesis) if isinstance(stored, bytes) else None


def advance(
    client: redis.Redis, segment: str, make: Callable[[Hypothesis | None], Hypothesis]
) -> tuple[Hypothesis, bool] | None:
    """Replace the newest hypothesis of a segment by an even newer one, whoever else tries the same.

    Args:
        client: where it is stored.
        segment: id of the segment.
        make: makes the new hypothesis from the one it replaces.

    Returns:
        The new hypothesis and whether it shows more than the one before; None when the stored one is as new.
    """
    while True:
        before = load(client, segment)
        after = make(before)
        arguments = (encode(after), str(after.revision), str(before.revision if before else -1), str(TTL))
        outcome = client.eval(_STORE, 1, keys.hypothesis(segment), *arguments)
        if outcome == 0:
            return None
        if outcome == 2:
            return after, after.shown != (before.shown if before else "")

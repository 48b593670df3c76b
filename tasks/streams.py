"""Segments that are heard as streams, as workers find them in Redis.

One worker, the owner, hears a segment and writes down what is certain. How far the sound was heard and what was heard
until there are one value, so that they advance together. The sound stays until the segment is final: whoever takes
over from an owner that died hears it again (`tasks.adoption`).
"""

from __future__ import annotations

from typing import Any, Final

import redis
from msgspec import Struct

from tasks.engines.base import Word
from tasks.wire import keys
from tasks.wire.messages import Segment, decode, encode
from tasks.wire.streams import SAMPLE_BYTES

_COMMIT: Final = """
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'heard', ARGV[2])
return 1
"""
_FINISH: Final = """
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
"""
_ADOPT: Final = """
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner == ARGV[1] then
  redis.call('HSET', KEYS[1], 'owner', ARGV[2])
  redis.call('HINCRBY', KEYS[1], 'adopted', 1)
elseif owner ~= ARGV[2] then
  return false
end
return redis.call('HGET', KEYS[1], 'ask')
"""
"""The ask of segment KEYS[1], once it is worker ARGV[2]'s: taken over from ARGV[1] now, or before it could say so."""


class Told(Struct, frozen=True, kw_only=True):
    """What readers and translators have had of a segment so far (`tasks.telling`)."""

    sentences: int = 0
    """How many are over."""
    words: int = 0
    """How many words these have."""
    clauses: int = 0
    """How often translators were given the sentence that goes on."""
    shown: str = ""
    """What readers see of that; it only grows."""


class Heard(Struct, frozen=True, kw_only=True):
    """What an owner has made of a segment so far."""

    samples: int = 0
    """How much of the sound that is, or less: more of it in which nothing became certain is not written down."""
    words: list[Word] = []
    """What was certain then, as recognised."""
    told: Told = Told()
    spoken: str = ""
    """Whether it is in the language that is set (`tasks.spoken_language.judge`)."""


class Listened(Struct, frozen=True, kw_only=True):
    """A segment that is heard as a stream."""

    ask: Segment
    """The newest of the bridge."""
    owner: str
    heard: Heard
    adopted: int
    """How many workers that heard it have died."""


def load(client: redis.Redis, segment: str) -> Listened | None:
    """What there is of a segment; None where it is final, or was given up."""
    found: Any = client.hmget(keys.listened(segment), ["ask", "owner", "heard", "adopted"])
    ask, owner, heard, adopted = found
    if ask is None or owner is None:
        return None
    return Listened(
        ask=decode(ask, Segment),
        owner=str(owner, "ascii"),
        heard=decode(heard, Heard) if heard else Heard(),
        adopted=int(adopted or 0),
    )


def sound(client: redis.Redis, segment: str, first: int, end: int) -> bytes:
    """The samples from `first` to before `end`, as s16le; fewer where it has been lost."""
    data = client.getrange(keys.sound(segment), first * SAMPLE_BYTES, end * SAMPLE_BYTES - 1)
    return data if isinstance(data, bytes) else b""


def commit(client: redis.Redis, segment: str, owner: str, heard: Heard) -> bool:
    """Write down what was heard; False where the segment is another worker's by now."""
    return bool(client.eval(_COMMIT, 1, keys.listened(segment), owner, encode(heard)))


def owns(client: redis.Redis, segment: str, owner: str) -> bool:
    """Whether the segment is still this worker's."""
    return client.hget(keys.listened(segment), "owner") == owner.encode()


def finish(client: redis.Redis, segment: str, owner: str) -> None:
    """The segment is final: nothing more is heard of it, and its sound goes."""
    if client.eval(_FINISH, 1, keys.listened(segment), owner):
        client.delete(keys.sound(segment))
    client.srem(keys.owned(owner), segment)


def owners(client: redis.Redis) -> list[str]:
    """The workers that hear something, or did before they died."""
    found: Any = client.smembers(keys.OWNERS)
    return sorted(str(name, "ascii") for name in found)


def owned(client: redis.Redis, owner: str) -> list[str]:
    """The segments that a worker hears."""
    found: Any = client.smembers(keys.owned(owner))
    return sorted(str(name, "ascii") for name in found)


def adopt(client: redis.Redis, segment: str, before: str, owner: str) -> Segment | None:
    """Take a segment over from a worker that has died; None where it is nobody's any more, or somebody else's.

    It is on the new owner's books before it is theirs, and off the old one's afterwards: whoever dies in between leaves
    it on the books of both, and never on nobody's.
    """
    client.sadd(keys.owned(owner), segment)
    client.expire(keys.owned(owner), keys.PCM_TTL)
    client.sadd(keys.OWNERS, owner)
    ask: Any = client.eval(_ADOPT, 1, keys.listened(segment), before, owner)
    adopted = isinstance(ask, bytes)
    if not adopted:
        client.srem(keys.owned(owner), segment)
    client.srem(keys.owned(before), segment)
    return decode(ask, Segment) if adopted else None


def forget_owner(client: redis.Redis, owner: str) -> None:
    """A worker has died and hears nothing any more."""
    client.srem(keys.OWNERS, owner)

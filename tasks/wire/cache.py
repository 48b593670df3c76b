"""Translations and synthesised audio that need not be made twice: in Redis, within a size, least used first out.

An entry is named by a digest of everything that changes the result; nothing is ever updated, so nothing goes stale.
Every look and every store is one Lua script, so that the books are right whoever else looks and stores meanwhile.
Everything here raises `redis.RedisError` where Redis does not answer.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import redis

from tasks.wire import keys

Kind = Literal["translation", "audio"]
Part = str | bytes | int | float | bool | None | Sequence["Part"]

MAX_AGE_SECONDS: Final = 86_400
"""Seconds after which an entry is gone even if it is still used: nobody's words are kept for longer."""

ENTRY_OVERHEAD_BYTES: Final = 400
"""Bytes that Redis needs for an entry beside its value, counted as part of it."""

_GET: Final = """
local value = redis.call('GET', KEYS[1])
if value then redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1]) end
return value
"""

_DROP: Final = """
local function drop(digest)
  local size, tag = string.match(redis.call('HGET', KEYS[2], digest) or '0 ', '^(%d+) (.*)$')
  redis.call('UNLINK', ARGV[1] .. digest)
  redis.call('ZREM', KEYS[1], digest)
  redis.call('HDEL', KEYS[2], digest)
  redis.call('DECRBY', KEYS[3], size)
  if tag ~= '' then redis.call('SREM', ARGV[2] .. tag, digest) end
end
"""
"""Takes an entry off every book. An entry that expired is still on them until it is dropped."""

_PUT: Final = (
    _DROP
    + """
local digest, value, now, size, limit, ttl, tag = unpack(ARGV, 3)
if redis.call('HEXISTS', KEYS[2], digest) == 1 then drop(digest) end
local evicted = 0
local free = tonumber(limit) - tonumber(size)
while tonumber(redis.call('GET', KEYS[3]) or '0') > free do
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
  if not oldest then redis.call('SET', KEYS[3], 0) break end
  drop(oldest)
  evicted = evicted + 1
end
redis.call('SET', ARGV[1] .. digest, value, 'EX', ttl)
redis.call('ZADD', KEYS[1], now, digest)
redis.call('HSET', KEYS[2], digest, size .. ' ' .. tag)
redis.call('INCRBY', KEYS[3], size)
if tag ~= '' then redis.call('SADD', ARGV[2] .. tag, digest) end
return evicted
"""
)

_FORGET: Final = (
    _DROP
    + """
local digests = redis.call('SMEMBERS', ARGV[2] .. ARGV[3])
for _, digest in ipairs(digests) do drop(digest) end
return #digests
"""
)


def get(client: redis.Redis, kind: Kind, parts: Sequence[Part]) -> bytes | None:
    """What was stored under these `parts`, None when nothing was or it had to go."""
    digest = _digest(parts)
    found = client.eval(_GET, 2, keys.cached(kind, digest), keys.cache_index(kind), digest, repr(time.time()))
    return found if isinstance(found, bytes) else None


def put(client: redis.Redis, kind: Kind, parts: Sequence[Part], value: bytes, *, limit: int, tag: str = "") -> int:
    """Store `value`, at the cost of what was not used for longest; how many entries had to go.

    Args:
        client: where to store it.
        kind: which cache.
        parts: everything that changes the value, in a fixed order.
        value: it fits (`fits`).
        limit: bytes that this cache may hold.
        tag: what `forget` can drop it by, for instance the id of a cloned voice.
    """
    size = len(value) + ENTRY_OVERHEAD_BYTES
    values: list[str | bytes] = [
        _digest(parts),
        value,
        repr(time.time()),
        str(size),
        str(limit),
        str(MAX_AGE_SECONDS),
        tag,
    ]
    return int(str(client.eval(_PUT, 3, *_books(kind), *values)))


def fits(value: bytes, limit: int) -> bool:
    """Whether a cache of `limit` bytes takes `value`: what alone would fill more than half of it is not stored."""
    return 2 * (len(value) + ENTRY_OVERHEAD_BYTES) <= limit


def forget(client: redis.Redis, kind: Kind, tag: str) -> int:
    """Drop every entry that was stored with `tag`; how many there were."""
    return int(str(client.eval(_FORGET, 3, *_books(kind), tag)))


def _books(kind: Kind) -> tuple[str, ...]:
    """The keys of the scripts' books, and the prefixes of entries and tags."""
    books = (keys.cache_index(kind), keys.cache_sizes(kind), keys.cache_total(kind))
    return (*books, keys.cached(kind, ""), keys.cache_tag(kind, ""))


def _digest(parts: Sequence[Part]) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()

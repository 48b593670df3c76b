"""Publishing captions: those of the stream in one order for all readers, whoever publishes them."""

from __future__ import annotations

import secrets
from enum import IntEnum
from typing import Any, Final

import redis
from redis.asyncio import Redis

from tasks.wire import keys
from tasks.wire.messages import Caption, encode

FIELD: Final = "c"
"""Field of a stream entry that holds the caption."""

LIFE_FIELD: Final = "l"
"""Field that holds the name of the stream's life, eight hexadecimal digits."""

_PUBLISH: Final = f"""
if KEYS[3] then
  local owner = redis.call('GET', KEYS[3])
  if owner then return owner == ARGV[5] and 1 or 0 end
  redis.call('SET', KEYS[3], ARGV[5], 'EX', ARGV[6])
end
local life = redis.call('GET', KEYS[2])
if not life or redis.call('EXISTS', KEYS[1]) == 0 then
  life = ARGV[4]
  redis.call('SET', KEYS[2], life)
end
local id = redis.call(
  'XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', '{FIELD}', ARGV[2], '{LIFE_FIELD}', life)
redis.call('PUBLISH', ARGV[1], id .. '-' .. life .. ' ' .. ARGV[2])
return 2
"""
"""One script, so that the order of the stream is the order of the channel and nothing is published twice.

With a third key it publishes only where that key, the one of the caption's segment and language, is not there yet.
"""

_GROUP: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
return redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '0', 'MKSTREAM')
"""
"""A stream that is made here is a new one, too."""

_SHOW: Final = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('PUBLISH', ARGV[1], '- ' .. ARGV[2])
return 1
"""


class Outcome(IntEnum):
    """What became of a final caption."""

    REFUSED = 0
    """Another message published the one of its segment and language."""
    REPEATED = 1
    """This message published it before, and has been run again."""
    PUBLISHED = 2


def publish_final(client: redis.Redis, caption: Caption, message_id: str) -> Outcome:
    """Publish a final caption unless one of its segment and language has been published.

    Args:
        client: where to publish.
        caption: what to publish.
        message_id: the actor message at work, which is the same when it is run again after a crash.
    """
    names = (keys.CAPTIONS, keys.CAPTIONS_LIFE, keys.final_published(caption.key))
    outcome: Any = client.eval(_PUBLISH, 3, *names, *_entry(caption), message_id, str(keys.ONCE_TTL))
    return Outcome(outcome)


async def publish_typed(client: Redis, caption: Caption) -> None:
    """Publish a line that somebody typed, unless it has been published: a line that is sent again is the same one.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    names = (keys.CAPTIONS, keys.CAPTIONS_LIFE, keys.final_published(caption.key))
    await client.eval(_PUBLISH, 3, *names, *_entry(caption), caption.segment, str(keys.ONCE_TTL))


async def publish_correction(client: Redis, caption: Caption) -> None:
    """Publish what a person made of a final caption: it takes that one's place, however often.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    await client.eval(_PUBLISH, 2, keys.CAPTIONS, keys.CAPTIONS_LIFE, *_entry(caption))


async def make_group(client: Redis, group: str) -> None:
    """Make a consumer group of the stream, from its beginning, and the stream where there is none.

    Raises:
        redis.ResponseError: BUSYGROUP, there is one.
        redis.RedisError: Redis does not answer.
    """
    await client.eval(_GROUP, 2, keys.CAPTIONS, keys.CAPTIONS_LIFE, group)


async def begin_life(client: Redis) -> None:
    """Have the stream's next entries belong to a new life: ids of this one are known that it does not have any more.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    await client.set(keys.CAPTIONS_LIFE, _new_life())


def publish_interim(client: redis.Redis, caption: Caption) -> bool:
    """Show an interim caption to whoever looks now; False when the final one has been published already."""
    published = keys.final_published(caption.key)
    return bool(client.eval(_SHOW, 1, published, keys.captions_channel(caption.room), encode(caption)))


def _entry(caption: Caption) -> tuple[str, bytes, str, str]:
    """The script's first arguments: channel, caption, how many entries the stream keeps, a name for a new life."""
    return keys.captions_channel(caption.room), encode(caption), str(keys.CAPTIONS_KEPT), _new_life()


def _new_life() -> str:
    return secrets.token_hex(4)

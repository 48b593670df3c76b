"""Publishing captions: those of the stream in one order for all readers, whoever publishes them."""

from __future__ import annotations

import secrets
from collections.abc import Generator
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
if KEYS[2] then
  local owner = redis.call('GET', KEYS[2])
  if owner then return owner == ARGV[6] and 1 or 0 end
end
if ARGV[5] == '' and redis.call('EXISTS', KEYS[1]) == 0 then return 3 end
if KEYS[2] then redis.call('SET', KEYS[2], ARGV[6], 'EX', ARGV[7]) end
local id = redis.call(
  'XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', '{FIELD}', ARGV[2], '{LIFE_FIELD}', ARGV[4])
redis.call('PUBLISH', ARGV[1], id .. '-' .. ARGV[4] .. ' ' .. ARGV[2])
return 2
"""
"""One script, so that the order of the stream is the order of the channel and nothing is published twice.

With a second key it publishes only where that key, the one of the caption's segment and language, is not there yet.
A stream that is not there is made for a new life only, which ARGV[5] says ARGV[4] is.
"""
_ENDED: Final = 3
"""What it answers where the stream of this life is gone."""

_NEXT_LIFE: Final = """
local life = redis.call('GET', KEYS[1])
if life and life ~= ARGV[1] then return life end
redis.call('SET', KEYS[1], ARGV[2])
return ARGV[2]
"""
"""The life after ARGV[1]: ARGV[2], unless somebody else has begun one."""

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
    steps = _publish(caption, message_id)
    words = next(steps)
    while True:
        answer: Any = client.execute_command(*words)  # type: ignore[no-untyped-call]
        try:
            words = steps.send(answer)
        except StopIteration as done:
            return Outcome(done.value)


async def publish_typed(client: Redis, caption: Caption) -> None:
    """Publish a line that somebody typed, unless it has been published: a line that is sent again is the same one.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    await _awaited(client, _publish(caption, caption.segment))


async def publish_correction(client: Redis, caption: Caption) -> None:
    """Publish what a person made of a final caption: it takes that one's place, however often.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    await _awaited(client, _publish(caption))


async def make_group(client: Redis, group: str) -> None:
    """Make a consumer group of the stream, from its beginning, and the stream where there is none.

    Raises:
        redis.ResponseError: BUSYGROUP, there is one.
        redis.RedisError: Redis does not answer.
    """
    if not await client.exists(keys.CAPTIONS):  # what is made here is a new one, too
        await client.delete(keys.CAPTIONS_LIFE)
    await client.xgroup_create(keys.CAPTIONS, group, id="0", mkstream=True)


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


_Words = tuple[str | bytes | int, ...]
"""A command."""


def _publish(caption: Caption, by: str = "") -> Generator[_Words, Any, int]:
    """The commands that publish a caption, the answer to each sent in; what came of it.

    The name of the life lies elsewhere than the stream, as in a cluster it may be: it is asked for before, and begun
    anew where the stream turns out to be gone.
    """
    entry = (keys.captions_channel(caption.room), encode(caption), str(keys.CAPTIONS_KEPT))
    names = (keys.CAPTIONS, keys.final_published(caption.key)) if by else (keys.CAPTIONS,)
    script, once = ("EVAL", _PUBLISH, len(names), *names, *entry), (by, str(keys.ONCE_TTL))
    life: bytes | None = yield "GET", keys.CAPTIONS_LIFE
    if life:
        outcome: int = yield *script, life, "", *once
        if outcome != _ENDED:
            return outcome
    life = yield "EVAL", _NEXT_LIFE, 1, keys.CAPTIONS_LIFE, life or "", _new_life()
    outcome = yield *script, life or "", "new", *once
    return outcome


async def _awaited(client: Redis, steps: Generator[_Words, Any, int]) -> int:
    words = next(steps)
    while True:
        answer: Any = await client.execute_command(*words)  # type: ignore[no-untyped-call]
        try:
            words = steps.send(answer)
        except StopIteration as done:
            return int(done.value)


def _new_life() -> str:
    return secrets.token_hex(4)

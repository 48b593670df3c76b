"""Listens for the clips that workers make for this bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
import redis.asyncio as aioredis
import structlog
from redis.exceptions import RedisError

from tasks.wire import keys
from tasks.wire.messages import ClipEvent, ClipPart, NoClip, decode
from tasks.wire.redis_client import subscription

RETRY_SECONDS: Final = 0.25
"""Time before subscribing again."""

log = structlog.get_logger(__name__)


async def listen(client: aioredis.Redis, bridge: str, on_event: Callable[[ClipEvent], None]) -> None:
    """Passes on every clip event for `bridge`, for ever; comes back by itself after Redis was away."""
    while True:
        try:
            channel = keys.clips_channel(bridge)
            async with await subscription(client, channel) as subscribed:
                await subscribed.subscribe(channel)
                async for message in subscribed.listen():
                    if message["type"] == "message":
                        _pass_on(message["data"], on_event)
        except (RedisError, OSError) as error:
            log.warning("cannot listen for clips", error=str(error), retry_in=RETRY_SECONDS)
        await asyncio.sleep(RETRY_SECONDS)


def _pass_on(data: bytes, on_event: Callable[[ClipEvent], None]) -> None:
    try:
        event: ClipEvent = decode(data, ClipPart | NoClip)  # type: ignore[arg-type]  # msgspec takes unions
    except msgspec.MsgspecError as error:
        log.error("an event from a worker is not one of tasks/wire/messages.py", error=str(error))
        return
    on_event(event)

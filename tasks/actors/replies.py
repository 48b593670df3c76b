"""Answering whoever waits for a request."""

from __future__ import annotations

from typing import Final

import redis

from tasks import clock
from tasks.wire import keys
from tasks.wire.messages import encode
from tasks.wire.requests import Reply, Request, SpokenPart

_REPLY: Final = """
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


def send(client: redis.Redis, request: str, reply: Reply, audio: bytes | None = None) -> None:
    """Add a reply, and the audio that it speaks of, for `keys.REPLY_TTL` seconds."""
    if audio is not None and isinstance(reply, SpokenPart):  # first: whoever reads the reply fetches it
        client.set(keys.request_audio(request, reply.part), audio, ex=keys.REPLY_TTL)
    client.eval(_REPLY, 1, keys.replies(request), encode(reply), str(keys.REPLY_TTL))


def awaited(client: redis.Redis, request: Request) -> bool:
    """Whether somebody still waits: the deadline has not passed, and whoever asked has not gone away."""
    return clock.shared.now(client) < request.deadline and bool(client.exists(keys.awaited(request.request)))

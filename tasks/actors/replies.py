"""Answering whoever waits for a request."""

from __future__ import annotations

import redis

from tasks import clock
from tasks.wire import keys
from tasks.wire.messages import encode
from tasks.wire.requests import Reply, Request, SpokenPart


def send(client: redis.Redis, request: str, reply: Reply, audio: bytes | None = None) -> None:
    """Add a reply, and the audio that it speaks of, for `keys.REPLY_TTL` seconds."""
    with client.pipeline() as pipe:
        if audio is not None and isinstance(reply, SpokenPart):
            pipe.set(keys.request_audio(request, reply.part), audio, ex=keys.REPLY_TTL)
        pipe.rpush(keys.replies(request), encode(reply))
        pipe.expire(keys.replies(request), keys.REPLY_TTL)
        pipe.execute()


def awaited(client: redis.Redis, request: Request) -> bool:
    """Whether somebody still waits: the deadline has not passed, and whoever asked has not gone away."""
    return clock.shared.now(client) < request.deadline and bool(client.exists(keys.awaited(request.request)))

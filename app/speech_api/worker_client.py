"""Asks workers and waits for their replies."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final, TypeVar

from dramatiq import Broker
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.speech_api import metrics
from app.speech_api.errors import ApiError, unavailable
from app.web.requests import request_id
from tasks.wire import keys, memory
from tasks.wire.queues import Work, enqueue
from tasks.wire.requests import Failed, Reply, Request, decode_reply

BLOCK_SECONDS: Final = 2.0
"""Seconds that one look for a reply blocks; below the client's socket timeout."""

M = TypeVar("M", bound=Request)
R = TypeVar("R", bound=Reply)


def new_request() -> str:
    """A name that nobody can guess, and that begins with the id of the HTTP request, for the logs."""
    return f"{request_id()}.{secrets.token_hex(16)}"


class WorkerClient:
    """Sends requests to the batch queue and brings the replies."""

    def __init__(self, redis: Redis, broker: Broker, answer_seconds: float) -> None:
        self._redis = redis
        self._broker = broker
        self.answer_seconds = answer_seconds

    def deadline(self) -> float:
        """Until when an answer to a request made now is waited for, epoch seconds."""
        return time.time() + self.answer_seconds

    async def ask(self, work: Work[M], message: M, kind: type[R], audio: bytes | None = None) -> R:
        """The one reply to `message`; see `replies`."""
        async with aclosing(self.replies(work, message, kind, audio)) as replies:
            async for reply in replies:
                return reply
        raise AssertionError("replies() gives one or raises")

    async def replies(
        self, work: Work[M], message: M, kind: type[R], audio: bytes | None = None
    ) -> AsyncGenerator[R, None]:
        """The replies to `message`, for as long as they are wanted; `audio` is laid ready for the worker.

        Raises:
            ApiError: 503 the worker could not do it, 504 nobody answered in time.
            redis.RedisError: Redis does not answer.
        """
        name = message.request
        began = time.monotonic()
        try:
            await self._offer(name, audio)
            await asyncio.to_thread(enqueue, self._broker, work, message)
            while True:
                reply = await self._next(work.actor, name, message.deadline)
                if began:
                    metrics.ANSWER.labels(work.actor).observe(time.monotonic() - began)
                    began = 0.0
                if isinstance(reply, Failed):
                    raise _failure(reply)
                if not isinstance(reply, kind):
                    raise ApiError(502, "wrong_reply", "A worker of another version answered: update all processes.")
                yield reply
        finally:
            # Whoever still has the message in its queue finds that nobody waits any more.
            with suppress(RedisError):
                await self._redis.delete(keys.awaited(name), keys.replies(name), keys.request_audio(name, 0))

    async def fetch(self, request: str, part: int) -> bytes:
        """The audio of a reply, which is gone afterwards.

        Raises:
            ApiError: 503, it has expired.
        """
        data = await self._redis.getdel(keys.request_audio(request, part))
        if not isinstance(data, bytes):
            raise unavailable("expired", "The speech expired before it was fetched: read faster, or ask for less.")
        return data

    async def _offer(self, name: str, audio: bytes | None) -> None:
        if audio is not None:
            await memory.need_room(self._redis, keys.request_audio(name, 0))
        life = int(self.answer_seconds) + 1
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.set(keys.awaited(name), 1, ex=life)
            if audio is not None:
                pipe.set(keys.request_audio(name, 0), audio, ex=life)
            await pipe.execute()

    async def _next(self, kind: str, name: str, deadline: float) -> Reply:
        while (left := deadline - time.time()) > 0:
            found = await self._redis.blpop([keys.replies(name)], timeout=max(0.01, min(BLOCK_SECONDS, left)))
            if found is not None and isinstance(found[1], bytes):
                return decode_reply(found[1])
        metrics.UNANSWERED.labels(kind).inc()
        message = (
            f"No worker answered within {self.answer_seconds:.0f} s: they are busy with calls or gone. Retry later, "
            "add workers, or raise API_ANSWER_SECONDS."
        )
        raise ApiError(504, "no_answer", message, retry_after=10)


def _failure(failed: Failed) -> ApiError:
    if failed.reason == "engine":
        return unavailable("engine_failed", f"The engine could not do it: {failed.message}.")
    return ApiError(500, "worker_failed", f"It could not be done: {failed.message}.")

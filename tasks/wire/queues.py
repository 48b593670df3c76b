"""The queues between edge and workers: sending work, by queue and actor name, and who is there to take it.

No actor is imported in order to send to it: a message is one that Dramatiq reads, and `tasks.actors.registry` says
which function takes it. Every enqueue leaves a token in a list that idle consumers block on (`tasks.broker`), so that
they need not poll.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import dramatiq
import msgspec
import redis
import redis.asyncio
from dramatiq.brokers.redis import RedisBroker
from msgspec import Struct

from tasks.wire import keys
from tasks.wire.administration import ModelWork, PackageArrival
from tasks.wire.messages import Heartbeat, Segment, Speech, Translation, decode, to_payload
from tasks.wire.redis_client import connect
from tasks.wire.requests import Detection, Survey, Synthesis, TextTranslation, Transcription

logger = logging.getLogger(__name__)

NAMESPACE: Final = "dramatiq"
"""What the names of Dramatiq's keys begin with."""
WAKE_TOKENS: Final = 64
"""Tokens kept for the consumers of one queue: more than there are workers."""
WAKE_SECONDS: Final = 60
"""Seconds after which a token that nobody took is gone."""
OWN_QUEUE_SECONDS: Final = 600
"""Seconds after which the queue of a worker is gone that takes nothing from it any more."""

M = TypeVar("M", bound=Struct)


@dataclass(frozen=True)
class Work(Generic[M]):
    """One kind of work that workers take."""

    actor: str
    """Name of the actor, unique."""
    queue: str
    priority: int
    """Of messages that a worker holds, those with the lowest number go first."""
    message: type[M]
    """What the work is described by."""


TRANSCRIBE: Final = Work("transcribe", "stt", 20, Segment)
TRANSLATE: Final = Work("translate", "translate", 10, Translation)
SPEAK: Final = Work("speak", "speak", 0, Speech)
"""The three steps of an utterance in a call."""


def listen_by(worker: str) -> Work[Segment]:
    """Hearing a segment as a stream, which is the work of the one worker that has begun with it."""
    return Work("listen", keys.own_queue(worker), 15, Segment)


TRANSCRIBE_SPEECH: Final = Work("transcribe_speech", keys.BATCH, keys.BATCH_PRIORITY, Transcription)
TRANSLATE_TEXT: Final = Work("translate_text", keys.BATCH, keys.BATCH_PRIORITY, TextTranslation)
DETECT_LANGUAGE: Final = Work("detect_language", keys.BATCH, keys.BATCH_PRIORITY, Detection)
SYNTHESIZE: Final = Work("synthesize", keys.BATCH, keys.BATCH_PRIORITY, Synthesis)
"""Requests of the speech APIs."""

SURVEY: Final = Work("survey", keys.BATCH, keys.BATCH_PRIORITY, Survey)
WORK_ON_MODEL: Final = Work("work_on_model", keys.MODELS, keys.BATCH_PRIORITY, ModelWork)
TAKE_PACKAGE: Final = Work("take_package", keys.MODELS, keys.BATCH_PRIORITY, PackageArrival)
"""What administrators ask for."""


class WakingBroker(RedisBroker):
    """A Redis broker that wakes an idle consumer whenever something is enqueued."""

    client: redis.Redis

    def enqueue(self, message: dramatiq.Message[Any], *, delay: int | None = None) -> dramatiq.Message[Any]:
        """Put `message` on its queue and wake a consumer of it."""
        enqueued = super().enqueue(message, delay=delay)
        key = self.token_key(enqueued.queue_name)
        with self.client.pipeline(transaction=False) as pipe:
            pipe.lpush(key, 1)
            pipe.ltrim(key, 0, WAKE_TOKENS - 1)
            pipe.expire(key, WAKE_SECONDS)
            if keys.is_own(enqueued.queue_name):
                for suffix in ("", ".msgs"):
                    pipe.expire(f"{self.namespace}:{enqueued.queue_name}{suffix}", OWN_QUEUE_SECONDS)
            pipe.execute()
        return enqueued

    def token_key(self, queue_name: str) -> str:
        """The list that consumers of this queue block on."""
        return f"{self.namespace}:{queue_name}.wake"


def sending_broker(url: str) -> WakingBroker:
    """The broker of a process that sends work and takes none. It connects when it is first used."""
    return WakingBroker(client=connect(url), middleware=[])  # type: ignore[no-untyped-call]


def message_of(work: Work[M], message: M) -> dramatiq.Message[Any]:
    """The Dramatiq message that asks for `work`."""
    return dramatiq.Message(
        queue_name=work.queue, actor_name=work.actor, args=(to_payload(message),), kwargs={}, options={}
    )


def enqueue(broker: WakingBroker, work: Work[M], message: M) -> None:
    """Ask workers for `work`. Blocks while Redis is asked, so call it off the event loop.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    broker.enqueue(message_of(work, message))


async def oldest_age(client: redis.asyncio.Redis, queue: str) -> float | None:
    """Seconds since the message at the head of `queue` was sent; None when nothing waits there.

    A message that is being worked on does not wait.
    """
    head = await client.lindex(f"{NAMESPACE}:{queue}", 0)
    if head is None:
        return None
    data = await client.hget(f"{NAMESPACE}:{queue}.msgs", head)
    if data is None:
        return None
    return max(0.0, time.time() - float(json.loads(data)["message_timestamp"]) / 1000)


async def depth(client: redis.asyncio.Redis, queue: str) -> int:
    """How many messages wait in `queue`."""
    return int(await client.llen(f"{NAMESPACE}:{queue}"))


async def workers(client: redis.asyncio.Redis) -> list[Heartbeat]:
    """The last heartbeat of every worker heard of within `keys.HEARTBEAT_TTL`; look at `at` for its age."""
    names = [name async for name in client.scan_iter(match=keys.HEARTBEATS, count=1_000)]
    found: list[Heartbeat] = []
    for data in await client.mget(names) if names else []:
        if not isinstance(data, bytes):
            continue
        try:
            found.append(decode(data, Heartbeat))
        except msgspec.DecodeError as error:
            logger.warning("A heartbeat cannot be read, perhaps from a worker with another version: %s", error)
    return found

"""The queues between edge and workers: sending work, by queue and actor name, and who is there to take it.

No actor is imported in order to send to it: a message is one that Dramatiq reads, and `tasks.actors.registry` says
which function takes it. Redis holds the queues, or a RabbitMQ server of their own.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import dramatiq
import msgspec
import redis.asyncio
from msgspec import Struct

from tasks.wire import keys
from tasks.wire.administration import ModelWork, PackageArrival
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import Heartbeat, Segment, Speech, Translation, decode, to_payload
from tasks.wire.redis_client import connect, values
from tasks.wire.redis_queues import WaitsInRedis, WakingBroker
from tasks.wire.requests import Detection, Survey, Synthesis, TextTranslation, Transcription
from tasks.wire.waiting import Waits

logger = logging.getLogger(__name__)

AMQP: Final = ("amqp:", "amqps:")
"""How the URL of a RabbitMQ server begins. What it takes to talk to one is loaded where there is one."""

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


def sending_broker(url: str) -> dramatiq.Broker:
    """The broker of a process that sends work and takes none, by where the queues are (`TaskConfig.queues_url`).

    It connects when it is first used.
    """
    if url.startswith(AMQP):
        from tasks.wire.rabbitmq import TransientBroker

        return TransientBroker(url, [])
    return WakingBroker(client=connect(url), middleware=[])  # type: ignore[no-untyped-call]


def waits(config: TaskConfig, client: redis.asyncio.Redis) -> Waits:
    """What looks at the queues; `client` is of REDIS_URL."""
    if config.broker_url:
        from tasks.wire.rabbitmq import WaitsInRabbitmq

        return WaitsInRabbitmq(config.broker_url)
    return WaitsInRedis(client)


def message_of(work: Work[M], message: M) -> dramatiq.Message[Any]:
    """The Dramatiq message that asks for `work`."""
    return dramatiq.Message(
        queue_name=work.queue, actor_name=work.actor, args=(to_payload(message),), kwargs={}, options={}
    )


def enqueue(broker: dramatiq.Broker, work: Work[M], message: M) -> None:
    """Ask workers for `work`. Blocks while the broker is asked, so call it off the event loop.

    Raises:
        redis.RedisError: Redis, which holds the queues, does not answer.
        OSError: the same of RabbitMQ.
    """
    broker.enqueue(message_of(work, message))


async def workers(client: redis.asyncio.Redis) -> list[Heartbeat]:
    """The last heartbeat of every worker heard of within `keys.HEARTBEAT_TTL`; look at `at` for its age."""
    names = [name async for name in client.scan_iter(match=keys.HEARTBEATS, count=1_000)]
    found: list[Heartbeat] = []
    for data in await values(client, names):
        if not isinstance(data, bytes):
            continue
        try:
            found.append(decode(data, Heartbeat))
        except msgspec.DecodeError as error:
            logger.warning("A heartbeat cannot be read, perhaps from a worker with another version: %s", error)
    return found

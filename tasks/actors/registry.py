"""Which actor does which work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Generic, TypeVar

import dramatiq
from msgspec import Struct

from tasks.actors import (
    api_speak,
    api_transcribe,
    api_translate,
    listen,
    model_jobs,
    speak,
    survey,
    transcribe,
    translate,
)
from tasks.engines.base import EngineError
from tasks.taking import WorkerBroker
from tasks.wire import queues
from tasks.wire.messages import from_payload
from tasks.wire.queues import Work

M = TypeVar("M", bound=Struct)


@dataclass(frozen=True)
class Actor(Generic[M]):
    """A function and the work that it does."""

    work: Work[M]
    function: Callable[[M], None]


ACTORS: Final[tuple[Actor[Any], ...]] = (
    Actor(queues.TRANSCRIBE, transcribe.transcribe),
    Actor(queues.TRANSLATE, translate.translate),
    Actor(queues.SPEAK, speak.speak),
    Actor(queues.TRANSCRIBE_SPEECH, api_transcribe.transcribe_speech),
    Actor(queues.TRANSLATE_TEXT, api_translate.translate_text),
    Actor(queues.DETECT_LANGUAGE, api_translate.detect_language),
    Actor(queues.SYNTHESIZE, api_speak.synthesize),
    Actor(queues.SURVEY, survey.survey),
    Actor(queues.WORK_ON_MODEL, model_jobs.work_on_model),
    Actor(queues.TAKE_PACKAGE, model_jobs.take_package),
)


def register(broker: WorkerBroker) -> None:
    """Let workers on `broker` do all of it, and this one what is for it alone."""
    for actor in (*ACTORS, Actor(queues.listen_by(broker.worker), listen.listen)):
        dramatiq.actor(
            actor_name=actor.work.actor,
            queue_name=actor.work.queue,
            priority=actor.work.priority,
            broker=broker,
            throws=(EngineError,),
        )(_decoding(actor))


def _decoding(actor: Actor[M]) -> Callable[[dict[str, Any]], None]:
    """The function as Dramatiq calls it: with what the message carries."""

    @wraps(actor.function)
    def run(payload: dict[str, Any]) -> None:
        actor.function(from_payload(payload, actor.work.message))

    return run

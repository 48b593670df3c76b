"""Tells the bridge when there will be no clip because an actor failed, so that playout need not wait."""

from __future__ import annotations

import logging
from collections.abc import Callable

import dramatiq
import msgspec
import redis
from dramatiq.middleware import Middleware

from tasks import keys, publish
from tasks.messages import Segment, Speech, Translation, from_payload

logger = logging.getLogger(__name__)


class GiveUp(Middleware):
    """Publishes `NoClip` for every language that a failed message would have led to. Nothing is retried."""

    def __init__(self, store: Callable[[], redis.Redis]) -> None:
        self._store = store

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """React to an exception."""
        if exception is not None:
            self._give_up(message, f"{message.actor_name} failed: {exception}"[:300])

    def after_skip_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """React to a message that another middleware refused."""
        self._give_up(message, f"{message.actor_name} was given up")

    def _give_up(self, message: dramatiq.MessageProxy, reason: str) -> None:
        if message.queue_name not in keys.LIVE_QUEUES:
            return
        try:
            segment, languages = affected(message.actor_name, message.args[0])
        except (msgspec.ValidationError, LookupError) as error:
            logger.error("A malformed %s message was dropped: %s", message.actor_name, error)
            return
        logger.warning("Segment %s: %s", segment.id, reason)
        publish.no_clip(self._store(), segment, languages, reason)


def affected(actor: str, payload: dict[str, object]) -> tuple[Segment, list[str]]:
    """The segment a message is about, and the languages that nobody will hear when it fails.

    Raises:
        msgspec.ValidationError: the payload is not what this actor takes.
        KeyError: there is no such actor.
    """
    if actor == "transcribe":
        segment = from_payload(payload, Segment)
        return segment, list(segment.hear) if segment.final else []
    if actor == "translate":
        translation = from_payload(payload, Translation)
        return translation.segment, [one for one in translation.segment.hear if one == translation.target]
    if actor == "speak":
        speech = from_payload(payload, Speech)
        return speech.segment, [speech.language]
    raise KeyError(actor)

"""Tells the bridge when there will be no clip because an actor failed, so that playout need not wait."""

from __future__ import annotations

import dramatiq
import msgspec
import structlog

from tasks import publish
from tasks.engines.base import EngineError
from tasks.middleware.failed_messages import FailedMessages
from tasks.wire import keys
from tasks.wire.messages import Segment, Speech, Translation, from_payload
from tasks.wire.queues import SPEAK, TRANSCRIBE, TRANSLATE

log = structlog.get_logger(__name__)


class NoClipOnFailure(FailedMessages):
    """Publishes `NoClip` for every language that a failed message would have led to. Nothing is retried."""

    def concerns(self, queue: str) -> bool:
        """Whatever calls wait for."""
        return keys.is_live(queue)

    def tell(self, message: dramatiq.MessageProxy, exception: BaseException | None) -> None:
        """Tell the bridge."""
        try:
            segment, languages = affected(message.actor_name, message.args[0])
        except (msgspec.ValidationError, LookupError) as error:
            log.error("actor.malformed", actor=message.actor_name, error=str(error))
            return
        reason = f"{message.actor_name} {_why(exception)}"[:300]
        log.warning("segment.failed", segment=segment.id, room=segment.room, reason=reason)
        publish.no_clip(self._client, segment, languages, reason)


def _why(exception: BaseException | None) -> str:
    if exception is None:
        return "was given up"
    # Of an exception that we did not expect only the kind is passed on: it may quote what was said.
    return f"failed: {exception if isinstance(exception, EngineError) else type(exception).__name__}"


def affected(actor: str, payload: dict[str, object]) -> tuple[Segment, list[str]]:
    """The segment a message is about, and the languages that nobody will hear when it fails.

    Raises:
        msgspec.ValidationError: the payload is not what this actor takes.
        KeyError: there is no such actor.
    """
    if actor in (TRANSCRIBE.actor, "listen"):
        segment = from_payload(payload, Segment)
        return segment, list(segment.hear) if segment.final else []
    if actor == TRANSLATE.actor:
        translation = from_payload(payload, Translation)
        return translation.segment, [
            language for language in translation.segment.hear if language == translation.target
        ]
    if actor == SPEAK.actor:
        speech = from_payload(payload, Speech)
        return speech.segment, [speech.language]
    raise KeyError(actor)

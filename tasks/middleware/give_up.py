"""Tells the bridge when there will be no clip because an actor failed, so that playout need not wait."""

from __future__ import annotations

import logging

import dramatiq
import msgspec

from tasks import keys, publish
from tasks.messages import Segment, Speech, Translation, from_payload
from tasks.middleware.unfinished import Unfinished

logger = logging.getLogger(__name__)


class GiveUp(Unfinished):
    """Publishes `NoClip` for every language that a failed message would have led to. Nothing is retried."""

    queues = keys.LIVE_QUEUES

    def tell(self, message: dramatiq.MessageProxy, exception: BaseException | None) -> None:
        """Tell the bridge."""
        try:
            segment, languages = affected(message.actor_name, message.args[0])
        except (msgspec.ValidationError, LookupError) as error:
            logger.error("A malformed %s message was dropped: %s", message.actor_name, error)
            return
        why = "was given up" if exception is None else f"failed: {exception}"
        reason = f"{message.actor_name} {why}"[:300]
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

"""Tells the bridge when there will be no clip because an actor failed, so that playout need not wait."""

from __future__ import annotations

from typing import NamedTuple

import dramatiq
import msgspec
import structlog

from tasks import growth, publish, streams
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
            lost = affected(message.actor_name, message.args[0])
            segment = self._rest(lost.segment) if message.actor_name == "listen" else lost.segment
        except (msgspec.ValidationError, LookupError) as error:
            log.error("actor.malformed", actor=message.actor_name, error=str(error))
            return
        reason = f"{message.actor_name} {_why(exception)}"[:300]
        log.warning("segment.failed", segment=segment.id, room=segment.room, reason=reason)
        for language in lost.languages:
            piece = growth.load(self._client, segment.id, language).pieces if lost.piece is None else lost.piece
            publish.no_clip(
                self._client,
                segment,
                [language],
                reason,
                piece=piece,
                last_piece=lost.last_piece,
                last_sentence=lost.last_sentence,
            )

    def _rest(self, segment: Segment) -> Segment:
        """The sentence that a segment was at: clips of those before it are still on their way."""
        found = streams.load(self._client, segment.id)
        return segment.of(found.heard.told.sentences) if found else segment


class Lost(NamedTuple):
    """What nobody will hear."""

    segment: Segment
    languages: list[str]
    piece: int | None = 0
    """None: what would have come next."""
    last_piece: bool = True
    last_sentence: bool = True


def _why(exception: BaseException | None) -> str:
    if exception is None:
        return "was given up"
    # Of an exception that we did not expect only the kind is passed on: it may quote what was said.
    return f"failed: {exception if isinstance(exception, EngineError) else type(exception).__name__}"


def affected(actor: str, payload: dict[str, object]) -> Lost:
    """What nobody will hear when a message fails. A clause's is made up for by the next one.

    Raises:
        msgspec.ValidationError: the payload is not what this actor takes.
        KeyError: there is no such actor.
    """
    if actor in (TRANSCRIBE.actor, "listen"):
        segment = from_payload(payload, Segment)
        return Lost(segment, list(segment.hear) if segment.final else [], piece=None)
    if actor == TRANSLATE.actor:
        translation = from_payload(payload, Translation)
        heard = translation.whole and translation.target in translation.segment.hear
        return Lost(
            translation.segment, [translation.target] if heard else [], piece=None, last_sentence=translation.last
        )
    if actor == SPEAK.actor:
        speech = from_payload(payload, Speech)
        return Lost(speech.segment, [speech.language], speech.piece, speech.last_piece, speech.last_sentence)
    raise KeyError(actor)

"""Speaking a text clause by clause; where a voice refuses one, the next voice speaks the rest."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tasks import cached_speech, metrics
from tasks.engines.base import Audio, EngineError, TextToSpeech

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Spoken:
    """One clause, or a piece of it."""

    audio: Audio
    engine: str
    ends_clause: bool
    last: bool


def speak(
    voices: Sequence[TextToSpeech],
    text: str,
    language: str,
    named: str | None = None,
    *,
    number: int = 0,
    awaited: bool = True,
    before: Callable[[], object] = lambda: None,
) -> Iterator[Spoken]:
    """The clauses of `text` in order; none when nothing in it can be spoken.

    The first comes in pieces, where its voice can do that and it is waited for. The others are made while the one
    before sounds, and to make them as a whole is less work. A clause that a voice breaks off is spoken anew by the next
    one.

    Args:
        voices: engines that speak `language`, the best first.
        text: what to say.
        language: its language.
        named: one of the voices of a single engine; None for its default.
        number: where none is named, which of each engine's voices it is, counted round.
        awaited: whether nothing sounds until the first comes.
        before: called before each clause.

    Raises:
        EngineError: no voice could speak a clause; the reason is the last one's.
    """
    waiting = deque(voices)
    engine = waiting.popleft()
    clauses = deque(engine.clauses(text, language))
    begun = False
    while clauses:
        before()
        try:
            voice = named or voice_for(engine, language, number)
            for piece in cached_speech.speak(engine, clauses[0], language, voice, in_pieces=awaited and not begun):
                yield Spoken(piece.audio, engine.name, piece.last, last=piece.last and len(clauses) == 1)
        except EngineError as error:
            metrics.VOICE_REFUSALS.labels(engine.name).inc()
            if not waiting:
                raise
            logger.warning("%s refused a clause, %s continues: %s", engine.name, waiting[0].name, error)
            engine = waiting.popleft()
            clauses = deque(engine.clauses(" ".join(clauses), language))
            continue
        clauses.popleft()
        begun = True


def voice_for(engine: TextToSpeech, language: str, number: int) -> str | None:
    """The engine's voice with this number, counted round; None where it has but one without a name."""
    names = engine.voices.get(language, ())
    return names[number % len(names)] if names else None

"""Whether somebody speaks the language that they are set to, asked where the recogniser is unsure of its words.

A recogniser of one language makes words of it of whatever is spoken. Its own confidence tells most of it apart and
costs nothing (docs/measurements/vietnamese.md); where it is low, the engine that knows several languages is asked, once
an utterance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tasks.engines.base import SpeechToText, Word
from tasks.wire.messages import STT_RATE

SURE: Final = "sure"
"""The verdict that needed no question."""
ASKED: Final = "asked"
"""The verdict that it may well be the language that is set."""

FEW_WORDS: Final = 6
"""Fewer say little: of English and Portuguese clips four in a row had a mean probability of up to 0.86, six of 0.76."""
CERTAIN_OF_FEW: Final = 0.9
CERTAIN: Final = 0.8
"""Mean probability of the words from which on nothing is asked."""
DOUBTFUL: Final = 0.7
"""A whole utterance below it is asked about even where its beginning was certain."""

FOREIGN: Final = 0.7
"""Probability from which on another language is believed."""
LEAST_SECONDS: Final = 1.0
"""Of sound, below which languages cannot be told apart."""
MOST_SECONDS: Final = 6.0
"""Of sound that is listened to for it: more costs more and tells little more."""


def judge(
    words: Sequence[Word],
    before: str,
    identifier: Callable[[], SpeechToText | None],
    sound: Callable[[int], bytes],
    language: str,
    *,
    whole: bool,
) -> str:
    """`SURE`, `ASKED`, the other language that is spoken, or nothing while that is open.

    Args:
        words: what was recognised so far.
        before: the verdict so far.
        identifier: the engine that tells languages apart, None where there is none; called only where it is needed.
        sound: the first so many samples of the utterance, as s16le.
        language: what is set.
        whole: whether nothing follows.
    """
    mean = sum(word.probability for word in words) / len(words) if words else 0.0
    if before == SURE and not (whole and mean < DOUBTFUL):
        return SURE
    if before not in ("", SURE):
        return before
    if words and mean >= (CERTAIN_OF_FEW if len(words) < FEW_WORDS else CERTAIN):
        return SURE
    if not words or (len(words) < FEW_WORDS and not whole):
        return before
    engine = identifier()
    pcm = sound(round(MOST_SECONDS * STT_RATE)) if engine else b""
    if engine is None or len(pcm) < LEAST_SECONDS * STT_RATE * 2:
        return ASKED
    found = engine.identify(pcm)
    best = max(found, key=lambda code: found[code], default=language)
    return best if best != language and found[best] >= FOREIGN else ASKED


def other(verdict: str) -> str | None:
    """The language that is spoken in place of the one that is set, if another is."""
    return verdict if verdict not in ("", SURE, ASKED) else None

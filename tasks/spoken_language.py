"""Whether somebody speaks the language that they are set to, asked where the recogniser is unsure of its words.

A recogniser of one language makes words of it of whatever is spoken. Its own confidence tells most of it apart and
costs nothing (docs/measurements/vietnamese.md); where it is low, the engine that knows several languages is asked, once
an utterance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tasks.engines.base import SpeechToText, Word
from tasks.wire.messages import STT_RATE

SURE: Final = "sure"
"""The verdict that needed no question."""
ASKED: Final = "asked"
"""The verdict that it may well be the language that is set."""

LEAST_WORDS: Final = 3
"""Of fewer, nothing is said while more may come: any syllable sounds like some word."""
FEW_WORDS: Final = 6
"""Fewer say little: of English and Portuguese clips four in a row had a mean probability of up to 0.86, six of 0.76."""
CERTAIN_OF_FEW: Final = 0.9
CERTAIN: Final = 0.8
"""Mean probability of the words from which on nothing is asked."""
DOUBTFUL: Final = 0.7
"""Where the beginning was certain, and where few words are all, what is below it is asked about even so."""
SHORT_SECONDS: Final = 2.0
DOUBTFUL_OF_SHORT: Final = 0.6
"""The same of an utterance shorter than that, whose language is not told reliably: a name by itself is foreign."""

FOREIGN: Final = 0.7
"""Probability from which on another language is believed."""
MEMORY: Final = 150.0
"""How many times more probable a language is, before a sound of no length, if all before was in it."""
FORGOTTEN_SECONDS: Final = 1.0
"""Seconds of an utterance in which this falls by a factor of e: 7 are left at 3 s, nothing at 6. "Fichte", in 1.1 s of
a Portuguese recording, is English to Whisper with 59 to 96 %, depending on the processor."""
LEAST_SECONDS: Final = 1.0
"""Of sound, below which languages cannot be told apart."""
MOST_SECONDS: Final = 6.0
"""Of sound that is listened to for it: more costs more and tells little more."""

CLEAR: Final = 0.99
"""Probability among a few languages from which on the sound needs no second opinion."""
LEAST_CHANCE: Final = 1e-4
"""What the sound says against a language counts down to here: identification can be sure of what is wrong."""
EITHER_WAY: Final = 0.55
"""Confidence of a recogniser of one language at which it speaks neither for nor against it: the square of the words'
mean probability, 0.74."""
EVIDENCE: Final = 20.0
"""Logarithm of how many times more probable a language is with its recogniser quite sure than with it lost."""
LEARNED: Final = 2.0
"""The same for each time that somebody has put right what was taken for another, of an utterance of no length."""
LEARNED_SECONDS: Final = 3.0
"""Seconds of an utterance in which that falls by a factor of e: long ones are told by their sound."""


def likeliest(found: Mapping[str, float], memory: Mapping[str, float], seconds: float) -> str | None:
    """The language of an utterance, in the light of what was spoken before it; None where nothing was heard.

    "Okay." says nothing of its language, a sentence does: the shorter the utterance, the more its forerunners count.

    Args:
        found: how probable each language is by the sound alone.
        memory: seconds that each was spoken before.
        seconds: length of the utterance.
    """
    total = sum(memory.values())
    weight = MEMORY * math.exp(-seconds / FORGOTTEN_SECONDS) if total else 0.0

    def chance(code: str) -> float:
        share = memory.get(code, 0.0) / (total or 1.0)
        return found[code] * (1 + weight * share**2)  # squared: what was said once in passing counts for nothing

    return max(found, key=chance, default=None)


def clear(among: Sequence[str], found: Mapping[str, float]) -> bool:
    """Whether one of a few languages is so much more probable by the sound that nothing else need be asked."""
    chances = [found.get(code, 0.0) for code in among]
    return max(chances) >= CLEAR * max(sum(chances), LEAST_CHANCE)


def likeliest_of(
    among: Sequence[str],
    found: Mapping[str, float],
    sureness: Mapping[str, float],
    leaning: Mapping[str, int],
    seconds: float,
) -> str:
    """Which of a few languages people who speak by turns have used.

    What was spoken before says nothing here: each answer is in another language than its question.

    Args:
        among: the languages, one at least.
        found: how probable languages are by the sound alone.
        sureness: confidence (`Transcript.confidence`) of recognisers that make words of one language of whatever is
            spoken.
        leaning: how often each was what another had been taken for.
        seconds: length of the utterance.
    """

    def score(code: str) -> float:
        sure = EVIDENCE * (sureness[code] - EITHER_WAY) if code in sureness else 0.0
        learned = leaning.get(code, 0) * LEARNED * math.exp(-seconds / LEARNED_SECONDS)
        return math.log(max(found.get(code, 0.0), LEAST_CHANCE)) + sure + learned

    return max(among, key=score)


def judge(
    words: Sequence[Word],
    before: str,
    identifier: Callable[[], SpeechToText | None],
    sound: Callable[[int], bytes],
    language: str,
    *,
    seconds: float,
    whole: bool,
) -> str:
    """`SURE`, `ASKED`, the other language that is spoken, or nothing while that is open.

    Args:
        words: what was recognised so far.
        before: the verdict so far.
        identifier: the engine that tells languages apart, None where there is none; called only where it is needed.
        sound: the first so many samples of the utterance, as s16le.
        language: what is set.
        seconds: length of the utterance so far.
        whole: whether nothing follows.
    """
    if before not in ("", SURE) or not words:
        return before
    seems = _seems(words, before, seconds, whole=whole)
    if seems is not None:
        return seems
    engine = identifier()
    if engine is None or seconds < LEAST_SECONDS:
        return ASKED
    found = engine.identify(sound(round(MOST_SECONDS * STT_RATE)))
    best = max(found, key=lambda code: found[code], default=language)
    return best if best != language and found[best] >= FOREIGN else ASKED


def _seems(words: Sequence[Word], before: str, seconds: float, *, whole: bool) -> str | None:
    """The verdict by the words' probabilities alone; None where it must be asked."""
    mean = sum(word.probability for word in words) / len(words)
    few = len(words) < FEW_WORDS
    if before == SURE or (whole and few):
        if few and not whole:
            return before
        limit = DOUBTFUL_OF_SHORT if seconds < SHORT_SECONDS else DOUBTFUL
        return SURE if mean >= limit else None
    if not few:
        return SURE if mean >= CERTAIN else None
    return SURE if len(words) >= LEAST_WORDS and mean >= CERTAIN_OF_FEW else before


def other(verdict: str) -> str | None:
    """The language that is spoken in place of the one that is set, if another is."""
    return verdict if verdict not in ("", SURE, ASKED) else None

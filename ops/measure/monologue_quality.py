"""How good the translation of a long speech is that came clause by clause, and what whole sentences would have given.

Each sentence of the reference is compared with the translated words that stand for the time in which it was spoken
(`delays.by_proportion`), without case and punctuation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from sacrebleu.metrics.chrf import CHRF

from ops.harness.people import Line
from ops.measure import delays
from ops.measure.alignment import words
from ops.measure.clips import Part
from ops.measure.delays import Utterance
from ops.measure.long_speech import LongSpeech

Translate = Callable[[str], str]

_ENDS: Final = (".", "!", "?")
_CLOSING: Final = "\"' \u201d\u2019"


class Reference(NamedTuple):
    """What is right for a stretch of the speech."""

    start: float
    """Seconds."""
    end: float
    text: str


def references(speech: LongSpeech, target: str, translate: Translate) -> tuple[str, list[Reference]]:
    """What a speech means, sentence by sentence, and who says so.

    That is the manifest where it has translations, for those parts that have one; else the translator itself, given in
    whole sentences what was read instead of what was heard: not how good that is, but what hearing and clauses cost.
    """
    known = [part for part in speech.parts if part.translation.get(target)]
    if known:
        return "manifest", [Reference(part.start, part.end, part.translation[target]) for part in known]
    return "translator", [
        Reference(own[0].start, own[-1].end, translate(" ".join(part.text for part in own)))
        for own in _sentences(speech.parts)
    ]


def _sentences(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts together up to a mark that ends a sentence."""
    number, of = 0, []
    for part in parts:
        of.append(number)
        number += part.text.rstrip(_CLOSING).endswith(_ENDS)
    return [[part for _, part in own] for _, own in groupby(zip(of, parts, strict=True), key=lambda pair: pair[0])]


def chrf(speech: LongSpeech, right: Sequence[Reference], runs: Sequence[Sequence[Utterance]]) -> float | None:
    """What stood there in the end, run by run, against the reference; None where there is nothing to compare."""
    found, wanted = [], []
    for utterances in runs:
        targets = delays.by_proportion(speech.words, utterances)
        for one in right:
            found.append(" ".join(word.text for word in targets if one.start < word.spoken <= one.end))
            wanted.append(" ".join(words(one.text)))
    return round(CHRF().corpus_score(found, [wanted]).score, 1) if found else None


def measure(
    speech: LongSpeech, target: str, runs: Sequence[Sequence[Line]], translate: Translate, *, draft: bool
) -> dict[str, Any]:
    """Both figures, and what they rest on. A draft comes by whole sentences already."""
    by, right = references(speech, target, translate)
    shown = [[Utterance(line.segment, line.source, line.translation) for line in lines] for lines in runs]
    whole = shown if draft else [[one._replace(translation=translate(one.source)) for one in own] for own in shown]
    return {
        "chrf": chrf(speech, right, shown),
        "chrf_whole_sentences": chrf(speech, right, whole),
        "chrf_reference": by,
    }

"""How far behind a speaker a listener reads and hears: each word's delay, and what was shown and taken back.

All times are seconds since the speech began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ops.measure.alignment import TimedWord, matches, words


class Update(NamedTuple):
    """A caption as a page showed it from one moment on."""

    segment: str
    text: str
    at: float


class TargetWord(NamedTuple):
    """A word of a translation, and when what it stands for had been spoken."""

    segment: str
    number: int
    """Its place in the segment's translation."""
    text: str
    spoken: float


class Utterance(NamedTuple):
    """One segment as it stands on the page in the end."""

    segment: str
    source: str
    translation: str


def shown(spoken: Sequence[TimedWord], updates: Iterable[Update]) -> list[float]:
    """Word spoken → first shown, for every word of the reference that was ever shown."""
    reference = [word.text for word in spoken]
    first: dict[int, float] = {}
    texts: dict[str, list[str]] = {}  # by segment, in the order in which they appeared
    for update in updates:
        texts[update.segment] = words(update.text)
        hypothesis = [word for text in texts.values() for word in text]
        for index, _ in matches(reference, hypothesis):
            first.setdefault(index, update.at)
    return [at - spoken[index].at for index, at in sorted(first.items())]


def erased(updates: Iterable[Update], final: Mapping[str, str]) -> int:
    """Words that were shown and later changed or taken away.

    Args:
        updates: captions of one kind, in order.
        final: segment → its text in the end; what is missing there was taken away.
    """
    texts: dict[str, list[str]] = {}
    count = 0
    for update in updates:
        new = words(update.text)
        count += _changed(texts.get(update.segment, []), new)
        texts[update.segment] = new
    return count + sum(_changed(text, words(final.get(segment, ""))) for segment, text in texts.items())


def _changed(before: list[str], after: list[str]) -> int:
    kept = sum(old == new for old, new in zip(before, after, strict=False))
    return len(before) - kept


def by_proportion(spoken: Sequence[TimedWord], utterances: Iterable[Utterance]) -> list[TargetWord]:
    """Every translated word with the moment in the source that corresponds to it by its place (as LAAL has it)."""
    utterances = list(utterances)
    sources = [words(utterance.source) for utterance in utterances]
    known = matches([word.text for word in spoken], [word for source in sources for word in source])
    times = {index: spoken[reference].at for reference, index in known}
    found, begin = [], 0
    for utterance, source in zip(utterances, sources, strict=True):
        own = [times[index] for index in range(begin, begin + len(source)) if index in times]
        begin += len(source)
        if own:
            start, lasts, target = own[0], own[-1] - own[0], words(utterance.translation)
            found += [
                TargetWord(utterance.segment, number, word, start + lasts * (number + 1) / len(target))
                for number, word in enumerate(target)
            ]
    return found


def translated(targets: Iterable[TargetWord], updates: Iterable[Update]) -> list[float]:
    """Translated word, by proportion → shown, for every word that was."""
    first: dict[tuple[str, int], float] = {}
    for update in updates:
        for number in range(len(words(update.text))):
            first.setdefault((update.segment, number), update.at)
    return [first[key] - word.spoken for word in targets if (key := (word.segment, word.number)) in first]


def heard(targets: Sequence[TargetWord], sounds: Sequence[TimedWord]) -> list[float]:
    """Translated word, by proportion → heard (ear-voice span), for every word that was recognised in the dub."""
    pairs = matches([word.text for word in targets], [sound.text for sound in sounds])
    return [sounds[there].at - targets[here].spoken for here, there in pairs]

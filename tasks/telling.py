"""What is told of an utterance as it is heard: sentences to readers as they grow and end, clauses to translators.

A pure function of certain words and of what was told before, so that a worker which goes on after another's death tells
the same: ends of sentences and clauses are never moved by more words (`tasks.cuts`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tasks.cuts import clause_ends, sentence_ends
from tasks.engines.base import Transcript, Word
from tasks.streams import Told
from tasks.wire.messages import Segment

Write = Callable[[Sequence[Word], bool], Transcript]
"""Words of one sentence in writing, and whether they are all of them."""


class Over(NamedTuple):
    """A sentence has ended."""

    sentence: Segment
    transcript: Transcript
    shown: str
    clause: int
    last: bool


class Grown(NamedTuple):
    """A sentence that goes on has another clause."""

    sentence: Segment
    transcript: Transcript
    clause: int


class Shown(NamedTuple):
    """Readers see more of a sentence that goes on."""

    sentence: Segment
    text: str


Event = Over | Grown | Shown


class Utterance(NamedTuple):
    """What is known of a segment."""

    ask: Segment
    words: Sequence[Word]
    """Of all that is certain, or of all that there is."""
    whole: bool
    """Whether nothing follows."""


def tell(utterance: Utterance, told: Told, write: Write, terms: Collection[str] = ()) -> tuple[list[Event], Told]:
    """What is to be told, in order, and what has been told then.

    Args:
        utterance: as it is heard now.
        told: what has been told before.
        write: makes a text of words.
        terms: of several words, that no clause ends within.
    """
    ask, words, whole = utterance
    events: list[Event] = []
    ends = [told.words + end for end in sentence_ends(words[told.words :], ask.language)]
    if whole and len(words) > told.words:
        ends.append(len(words))
    for end in ends:
        sentence = words[told.words : end]
        last = whole and end == len(words)
        spoken = _sentence(ask, told.sentences, sentence, last=last)
        events.append(Over(spoken, write(sentence, True), told.shown, told.clauses, last))
        told = Told(sentences=told.sentences + 1, words=end)
    if not whole and len(words) > told.words:
        more, told = _going_on(ask, words[told.words :], told, write, terms)
        events += more
    return events, told


def _going_on(
    ask: Segment, words: Sequence[Word], told: Told, write: Write, terms: Collection[str]
) -> tuple[list[Event], Told]:
    events: list[Event] = []
    text = write(words, False).text
    if _goes_on(told.shown, text):
        told = replace(told, shown=text)
        events.append(Shown(_sentence(ask, told.sentences, words, last=False), text))
    ends = clause_ends(words, ask.language, terms) if ask.soon else []
    if len(ends) > told.clauses:
        clauses = words[: ends[-1]]
        # Clauses that ended together are told of together.
        told = replace(told, clauses=len(ends))
        if (transcript := write(clauses, False)).text:  # a number that may go on has none yet
            sentence = _sentence(ask, told.sentences, clauses, last=False)
            events.append(Grown(sentence, transcript, told.clauses - 1))
    return events, told


def _goes_on(shown: str, text: str) -> bool:
    return len(text) > len(shown) and text.casefold().startswith(shown.casefold())


def _sentence(ask: Segment, number: int, words: Sequence[Word], *, last: bool) -> Segment:
    """One sentence of a segment, with the times of its words; the first begins and the last ends with the segment."""
    timeline = ask.timeline
    if number:
        timeline = replace(timeline, speech_start=ask.at(words[0].start))
    if not last:
        end = min(max(ask.at(words[-1].end), timeline.speech_start), timeline.speech_end)
        timeline = replace(timeline, speech_end=end)
    return replace(ask.of(number), timeline=timeline)

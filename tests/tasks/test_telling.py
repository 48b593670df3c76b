"""What is told of an utterance as it is heard."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import msgspec
import pytest

from tasks.engines.base import Transcript, Word
from tasks.streams import Told
from tasks.telling import Event, Grown, Over, Shown, Utterance, tell
from tasks.wire.messages import Segment
from tests.tasks.messages import segment
from tests.tasks.test_cuts import READING, spoken

WORDS = spoken(READING)


def ask(words: Sequence[Word], *, soon: bool = True, lead: float = 0.5) -> Segment:
    made = segment("a-1", soon=["pt"] if soon else [], lead=lead)
    timeline = msgspec.structs.replace(made.timeline, speech_start=1000.0, speech_end=1000.0 - lead + words[-1].end)
    return msgspec.structs.replace(made, timeline=timeline)


def write(words: Sequence[Word], whole: bool) -> Transcript:
    text = " ".join(word.text for word in words)
    return Transcript(text if whole else text.rstrip(".,;"), 0.9)


def told_of(words: Sequence[Word], steps: Sequence[int], *, soon: bool = True) -> Iterator[tuple[Event, Told]]:
    """Everything that is told while words become certain, so many at a time."""
    told = Told()
    for count in steps:
        events, told = tell(Utterance(ask(words[:count], soon=soon), words[:count], whole=False), told, write)
        yield from ((event, told) for event in events)
    events, told = tell(Utterance(ask(words), words, whole=True), told, write)
    yield from ((event, told) for event in events)


@pytest.mark.parametrize("every", [1, 3, 17, len(WORDS)])
def test_sentences_are_told_once_each_and_hold_every_word(every: int) -> None:
    events = [event for event, _ in told_of(WORDS, range(every, len(WORDS), every))]
    over = [event for event in events if isinstance(event, Over)]
    assert [event.sentence.id for event in over] == ["a-1", "a-1.1", "a-1.2", "a-1.3"]
    assert [event.sentence.sentence for event in over] == [0, 1, 2, 3]
    assert [event.last for event in over] == [False, False, False, True]
    assert " ".join(event.transcript.text for event in over) == " ".join(READING.split())
    for before, after in itertools.pairwise(over):
        assert before.sentence.timeline.speech_end <= after.sentence.timeline.speech_start
    assert over[0].sentence.timeline.speech_start == 1000.0
    assert over[1].sentence.timeline.speech_start == pytest.approx(
        999.5 + WORDS[len(over[0].transcript.text.split())].start
    )


def test_what_readers_see_of_a_sentence_only_grows() -> None:
    shown: dict[str, str] = {}
    for event, _ in told_of(WORDS, range(1, len(WORDS))):
        if isinstance(event, Shown):
            assert event.text.startswith(shown.get(event.sentence.id, ""))
            shown[event.sentence.id] = event.text
        elif isinstance(event, Over):
            assert event.shown == shown[event.sentence.id]
            assert event.transcript.text.startswith(event.shown)
    assert len(shown) == 4


def test_clauses_grow_a_sentence_from_its_beginning_and_are_numbered() -> None:
    clauses = [event for event, _ in told_of(WORDS, range(1, len(WORDS))) if isinstance(event, Grown)]
    first = [event for event in clauses if event.sentence.id == "a-1"]
    assert [event.clause for event in first] == list(range(len(first)))
    texts = [event.transcript.text for event in first]
    assert texts[0] == "The committee"
    assert all(longer.startswith(shorter) for shorter, longer in itertools.pairwise(texts))
    ends = [event.sentence.timeline.speech_end for event in first]
    assert ends == sorted(ends)
    assert ends[0] == pytest.approx(999.5 + WORDS[1].end), "lag is counted from the clause's last word"
    sentences = [event for event, _ in told_of(WORDS, range(1, len(WORDS))) if isinstance(event, Over)]
    assert sentences[0].clause == len(first), "the end of the sentence comes after all of them"


def test_where_nobody_follows_as_soon_as_possible_no_clause_is_told() -> None:
    events = [event for event, _ in told_of(WORDS, range(1, len(WORDS)), soon=False)]
    assert not any(isinstance(event, Grown) for event in events)
    assert sum(isinstance(event, Over) for event in events) == 4


def test_a_clause_that_has_no_text_yet_is_told_with_the_next() -> None:
    def later(words: Sequence[Word], whole: bool) -> Transcript:
        return write(words, whole) if whole or len(words) > 6 else Transcript("", 0.9)

    told, grown = Told(), []
    for count in range(1, 20):
        events, told = tell(Utterance(ask(WORDS[:count]), WORDS[:count], whole=False), told, later)
        grown += [event for event in events if isinstance(event, Grown)]
    assert all(event.transcript.text for event in grown)
    assert grown[0].transcript.text.startswith("The committee met on the 5th of")


def test_who_goes_on_after_another_tells_the_rest() -> None:
    for died_at in range(5, len(WORDS), 7):
        told, first = Told(), []
        for count in range(1, died_at):
            events, told = tell(Utterance(ask(WORDS[:count]), WORDS[:count], whole=False), told, write)
            first += [event for event in events if isinstance(event, Over)]
        rest, _ = tell(Utterance(ask(WORDS), WORDS, whole=True), told, write)
        texts = [event.transcript.text for event in [*first, *rest] if isinstance(event, Over)]
        assert " ".join(texts) == " ".join(READING.split())

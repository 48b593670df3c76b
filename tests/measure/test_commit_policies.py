"""Which words are certain: the policies, and a track of a recogniser that hears what it is told to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ops.measure.clips import Part
from ops.measure.long_speech import LongSpeech
from ops.measure.simultaneous.commit_policies import (
    Agreement,
    AgreementOrEnded,
    CommitPolicy,
    Committed,
    Ended,
    Window,
    agreed,
)
from ops.measure.simultaneous.commits import Trial, figures, measure, run, table
from tasks.engines.base import Effort, SpeechToText, Transcript, Word

RATE = 16_000
SPEECH = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
WINDOW = Window(keep=4.0, longest=6.0)


def heard_as(*texts: str, start: float = 0.0) -> list[Word]:
    """Words of half a second each."""
    return [Word(text, start + n / 2, start + (n + 1) / 2, 0.9) for n, text in enumerate(texts)]


class Scripted(SpeechToText):
    """Hears one word of `SPEECH` a second; of one that has just ended only a beginning."""

    name = "scripted"
    languages = frozenset({"en"})

    def transcribe(
        self,
        pcm: bytes,
        language: str | None,  # noqa: ARG002
        *,
        effort: Effort = Effort.THOROUGH,
        hotwords: Sequence[str] = (),  # noqa: ARG002
        words: bool = False,
    ) -> Transcript:
        """What is in the sound: its samples are the seconds at which they lie in the track."""
        samples = np.frombuffer(pcm, np.int16)
        begin, end = samples[0] / 100, samples[-1] / 100
        heard = []
        for number, text in enumerate(SPEECH):
            if number >= begin - 0.5 and number + 0.5 < end:
                sure = effort is Effort.THOROUGH or number + 1.3 < end
                heard.append(Word(text if sure else text[:2], number - begin, number + 1 - begin, 0.9))
        return Transcript(" ".join(word.text for word in heard), 0.9, words=tuple(heard) if words else ())

    def warm_up(self) -> None:
        """Nothing to load."""

    def identify(self, pcm: bytes) -> dict[str, float]:  # noqa: ARG002
        """English."""
        return {"en": 1.0}


def speech() -> LongSpeech:
    """Eleven seconds whose samples say when they are, in hundredths."""
    samples = (np.arange((len(SPEECH) + 1) * RATE) / RATE * 100).astype(np.int16)
    parts = tuple(Part(float(n), n + 1.0, "en", text) for n, text in enumerate(SPEECH))
    return LongSpeech("alphabet", "en", samples, parts)


def test_two_hypotheses_agree_as_far_as_they_begin_alike() -> None:
    assert agreed(heard_as("The", "ship", "sails"), heard_as("the", "ship,", "says")) == 2
    assert Agreement().certain(9.0, heard_as("a", "b"), []) == 0


def test_a_word_is_certain_when_it_has_ended_for_long_enough() -> None:
    heard = heard_as("a", "b", "c", "d")
    assert Ended(0.8).certain(2.0, heard, []) == 2, "b ended a whole second ago, c half of one"
    assert Ended(0.8).certain(9.0, heard, []) == 4


def test_a_younger_word_is_certain_when_it_was_heard_before_too() -> None:
    heard = heard_as("a", "b", "c", "d")
    assert AgreementOrEnded(0.8).certain(2.0, heard, heard_as("a", "b", "c", "d")) == 3
    assert AgreementOrEnded(0.8).certain(2.0, heard, heard_as("a", "b", "x", "d")) == 2
    assert AgreementOrEnded(0.8).certain(2.0, heard, []) == 2


def test_committed_words_are_not_taken_a_second_time_and_their_sound_is_forgotten() -> None:
    committed = Committed(Ended(0.8), WINDOW)
    assert [word.text for word in committed.take(2.0, heard_as("a", "b", "c", "d"))] == ["a", "b"]
    assert [word.text for word in committed.take(3.0, heard_as("a", "b", "C", "D", "e", "f"))] == ["C", "D"]
    assert committed.begin == 0.0
    committed.take(5.0, heard_as("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"))
    assert [word.text for word in committed.words] == ["a", "b", "C", "D", "e", "f", "g", "h"]
    assert committed.begin == pytest.approx(3.7), "what ended 0.3 s before the end of the last certain word"


def test_a_word_heard_again_at_the_seam_is_dropped() -> None:
    committed = Committed(Ended(0.4), WINDOW, heard_as("ship", "sails"))
    again = [Word("Sails,", 1.05, 1.6, 0.9), Word("at", 1.6, 1.9, 0.9)]
    assert [word.text for word in committed.take(2.0, again, last=True)] == ["at"]


def test_the_window_has_an_end_even_where_nothing_is_certain() -> None:
    committed = Committed(Agreement(), WINDOW)
    committed.take(7.5, heard_as("a"))
    assert committed.begin == 1.5
    assert committed.words == []


@pytest.mark.parametrize("policy", [Agreement(), Ended(0.8), AgreementOrEnded(0.8)], ids=lambda policy: policy.name)
def test_a_track_is_shown_whole_and_each_word_once(policy: CommitPolicy) -> None:
    found = run(speech().samples, "en", Scripted(), Trial(policy, 0.8, WINDOW))
    assert [word.text for word in found.shown] == SPEECH
    row = figures(speech(), found, Trial(policy, 0.8, WINDOW))
    assert row["wer"] == 0
    assert row["decodings"] == found.decodings == 14
    assert 0.3 < row["word_shown_s"]["p50"] < 1.7


def test_policies_are_held_against_whole_parts_in_a_table() -> None:
    measured = measure(speech(), Scripted())
    assert measured["rows"][0] == {"policy": "whole parts, with care", "wer": 0.0}
    assert len({(row["policy"], row.get("keep_s")) for row in measured["rows"]}) == 7
    assert "ended 0.5 s ago" in table("en", measured)

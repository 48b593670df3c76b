"""Delays and erasures of `make monologue`, on pages written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ops.harness.people import Line
from ops.measure import delays
from ops.measure.alignment import TimedWord, matches, spread, words
from ops.measure.clips import Part
from ops.measure.delays import Update, Utterance
from ops.measure.long_speech import LongSpeech
from ops.measure.monologue_report import report, table
from ops.measure.observed import Observed

SPOKEN = [TimedWord("one", 1.0), TimedWord("two", 2.0), TimedWord("three", 3.0), TimedWord("four", 4.0)]


def test_words_are_compared_without_case_and_punctuation() -> None:
    assert words('It\'s 7, "Não" — já!') == ["it's", "7", "não", "já"]


def test_words_are_spread_by_their_letters() -> None:
    assert spread("A bcd.", 10.0, 16.0) == [("a", 12.0), ("bcd", 16.0)]
    assert spread("...", 0.0, 1.0) == []


def test_words_that_two_texts_share_are_found_in_order() -> None:
    assert matches(["a", "b", "c", "d"], ["x", "b", "c", "y", "d", "a"]) == [(1, 1), (2, 2), (3, 4)]


def test_a_word_counts_from_the_first_time_that_it_is_shown() -> None:
    updates = [
        Update("s0", "One", 1.5),
        Update("s0", "One two", 3.0),
        Update("s1", "Four.", 6.0),
        Update("s0", "One, two", 7.0),
    ]
    assert delays.shown(SPOKEN, updates) == pytest.approx([0.5, 1.0, 2.0])


def test_a_text_that_only_grows_erases_nothing() -> None:
    updates = [Update("s0", "One", 1.0), Update("s1", "four", 2.0), Update("s0", "one, two!", 3.0)]
    assert delays.erased(updates, {"s0": "One. Two.", "s1": "Four"}) == 0


def test_words_that_are_changed_or_taken_away_are_erased() -> None:
    updates = [Update("s0", "one two", 1.0), Update("s0", "one too three", 2.0), Update("s1", "four five", 3.0)]
    assert delays.erased(updates, {"s0": "one too"}) == 1 + 1 + 2, "two changed, three dropped, all of s1 gone"


def test_translated_words_correspond_to_moments_of_the_source_by_their_place() -> None:
    utterances = [Utterance("s0", "One, two", "um dois"), Utterance("s1", "three uh four", "três quatro já")]
    found = delays.by_proportion(SPOKEN, utterances)
    assert [(word.segment, word.number, word.text) for word in found] == [
        ("s0", 0, "um"), ("s0", 1, "dois"), ("s1", 0, "três"), ("s1", 1, "quatro"), ("s1", 2, "já"),
    ]  # fmt: skip
    assert [word.spoken for word in found] == pytest.approx([1.5, 2.0, 3 + 1 / 3, 3 + 2 / 3, 4.0])
    updates = [Update("s0", "um dois", 2.5), Update("s1", "três", 4.0), Update("s1", "três quatro já", 5.0)]
    assert delays.translated(found, updates) == pytest.approx([1.0, 0.5, 2 / 3, 4 / 3, 1.0])
    sounds = [TimedWord("dois", 4.0), TimedWord("seis", 5.0), TimedWord("já", 7.5)]
    assert delays.heard(found, sounds) == pytest.approx([2.0, 3.5])


def test_an_utterance_of_which_nothing_was_recognised_rightly_has_no_moment() -> None:
    assert delays.by_proportion(SPOKEN, [Utterance("s0", "nothing alike", "nada igual")]) == []


def test_a_report_of_what_a_page_showed_can_be_read() -> None:
    speech = LongSpeech("reading", "en", np.zeros(16_000 * 4, np.int16), (Part(0.0, 4.0, "en", "aa bb cc dd"),))
    observed = Observed(
        sources=[Update("u-0", "aa bb", 3.0), Update("u-0", "aa bb cc dd", 5.0)],
        translations=[Update("u-0", "ee ff", 6.0)],
        lines=[Line("u-0", "Speaker", "aa bb cc dd", "ee ff")],
        sound=np.zeros(1, np.float32),
        sound_began=0.0,
    )
    figures = report(speech, [observed, observed], [[TimedWord("ff", 7.5)], []])
    assert figures["words"] == {"spoken": 8, "shown": 8, "translated": 4, "heard": 1}
    assert figures["utterances"] == 2
    assert figures["word_shown_s"] == {"p50": 1.5, "p95": 2.0, "n": 8}
    assert figures["translated_shown_s"]["p50"] == pytest.approx((6.0 - 2.5 + 6.0 - 4.0) / 2)
    assert figures["heard_s"] == {"p50": 3.5, "p95": 3.5, "n": 1}
    assert figures["erased"] == {"source": 0, "translation": 0}
    figures |= {"recording": "reading", "seconds": 4.0, "rounds": 2, "pair": "en-pt", "listener": "light"}
    figures |= {"chrf": 60.0, "chrf_whole_sentences": 61.0, "chrf_reference": "manifest", "counts": {}, "dub": {}}
    figures["cpu_s_per_s"] = {"hear": 0.456}
    printed = table({"machine": {"cpu": "a processor", "cores": 2}, "load_average": 0.5, **figures})
    assert "word spoken → heard translated, by proportion        3.5" in printed
    assert "hear 0.46" in printed

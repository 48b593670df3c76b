"""Which words are certain while somebody speaks, how often that is asked, and what is forgotten then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.engines.base import Word
from tasks.engines.stt.whisper.certainty import Policy, certain, oldest_kept
from tasks.engines.stt.whisper.pace import SHARE, SILENT_SECONDS, Pace

POLICY = Policy(ended=0.8, agreed=0.4, early=0.0, keep=6.0, kept=4.0)


def said(text: str, start: float = 0.0, *, each: float = 0.4) -> list[Word]:
    return [Word(word, start + n * each, start + (n + 1) * each, 0.9) for n, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("text", "before", "now", "count"),
    [
        ("we are going home", "", 2.1, 3),  # the third ended 0.8 s ago
        ("we are going home", "", 1.7, 2),
        ("we are going home", "we are going out", 1.7, 3),  # 0.5 s ago, and as before
        ("we are going home", "we are Going, home", 1.3, 2),
        ("we are going home", "", 9.0, 3),  # never the last while speech goes on
        ("we have 25 000 euros now", "", 1.7, 2),  # a number may go on
        ("we have twenty five euros now", "", 2.1, 2),
        ("we have twenty five euros now", "", 2.9, 5),
        ("he said no no no way", "", 2.5, 2),  # how often is not certain
        ("and so \u2013 well yes", "", 2.1, 2),  # nor what a mark by itself belongs to
        ("five five five five", "", 3.0, 0),
        ("five five five five", "", 9.0, 3),  # it waits no longer
        ("", "", 9.0, 0),
    ],
)
def test_words_are_certain_when_they_ended_long_enough_ago(text: str, before: str, now: float, count: int) -> None:
    assert certain(said(text), said(before), now, "en", POLICY) == count


@pytest.mark.parametrize(
    ("before", "now", "count"),
    [
        ("", 2.5, 0),
        ("the scaffolding is a method", 2.5, 0),
        ("oh dear scaffolding", 1.4, 1),  # 1 s ago, the second word 0.6
        ("oh dear scaffolding", 2.5, 4),
        ("", 3.5, 1),  # it waits no longer
    ],
)
def test_what_begins_an_utterance_waits_until_it_is_heard_a_second_time(before: str, now: float, count: int) -> None:
    policy = replace(POLICY, early=1.0, early_ended=3.0, early_agreed=0.7)
    assert certain(said("oh dear scaffolding is a method"), said(before), now, "en", policy) == count


@pytest.mark.parametrize(
    ("before", "now", "count"),
    [
        ("", 2.5, 1),  # the second word ended 1.7 s ago
        ("", 3.0, 4),
        ("going up is my method", 1.5, 1),
        ("going up is my method", 1.9, 3),  # 1.1 s ago, and as before
    ],
)
def test_a_word_that_is_hardly_likely_waits_with_all_that_follow_it(before: str, now: float, count: int) -> None:
    policy = replace(POLICY, unlikely=0.5, unlikely_ended=2.0, unlikely_agreed=1.0)
    words = said("going up is my method")
    words[1] = replace(words[1], probability=0.4)
    assert certain(words, said(before), now, "pt", policy) == count
    assert certain(words, said(before), now, "en", policy) == certain(
        said("going up is my method"), said(before), now, "en", policy
    )


def test_sound_is_forgotten_in_a_pause_between_words() -> None:
    words = [*said("one two three four"), *said("five six seven eight", 2.0)]
    assert oldest_kept(words, 6.5, POLICY) == 4, "there is a pause before the fifth"
    assert oldest_kept(words, 5.3, POLICY) == 3
    assert oldest_kept(words, 4.0, POLICY) == 0, "all of it is new"
    assert oldest_kept([], 9.0, POLICY) == 0


def test_decodings_come_less_often_where_they_cost_more_or_more_people_speak() -> None:
    now = 0.0
    pace, anna, ben = Pace(lambda: now), Policy(), Policy(every=0.7)
    assert pace.every(anna, 0.6, 2.0) == 0.6
    pace.took(0.6)
    assert pace.every(anna, 0.6, 2.0) == pytest.approx(0.6 / SHARE)
    assert pace.every(ben, 0.6, 2.0) == pytest.approx(1.2 / SHARE), "two are heard"
    now = 2 * SILENT_SECONDS
    assert pace.every(anna, 0.6, 2.0) == pytest.approx(0.6 / SHARE), "the other is silent"
    pace.took(9.0)
    assert pace.every(anna, 0.6, 2.0) == 2.0

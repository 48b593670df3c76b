from __future__ import annotations

import pytest
import redis

from tasks import hypothesis
from tasks.engines.base import Transcript
from tasks.hypothesis import Hypothesis
from tasks.languages.text import GrowingText


@pytest.mark.parametrize(
    ("shown", "previous", "current", "expected"),
    [
        ("", "", "And so", ""),
        ("", "And so my", "And so, my fellow", "And so, my"),
        ("And so my", "and so my fellow American", "And so, my fellow Americans", "And so my fellow"),
        ("And so my", "something else", "entirely different", "And so my"),
        ("And so my", "And so my", "", "And so my"),
        ("I went to", "I want to the shop", "I want to the shops", "I went to the"),
        ("", "— yes", "— yes", "— yes"),
    ],
)
def test_only_what_two_hypotheses_agree_on_is_shown_and_it_never_shrinks(
    shown: str, previous: str, current: str, expected: str
) -> None:
    assert GrowingText(shown, previous).grown(current) == GrowingText(expected, current)


@pytest.mark.parametrize(
    ("shown", "text", "expected"),
    [
        ("", "And so.", "And so."),
        ("And so my", "And so, my fellow Americans.", "And so, my fellow Americans."),
        ("I went to", "I want to the shop.", "I went to the shop."),
        ("I went to the", "I want to go to the shop", "I went to the shop"),
        ("And so my", "", "And so my"),
        ("And so my", "Entirely different", "And so my"),
        ("And so", "Entirely other words came", "And so words came"),
        ("今日は雨", "今日は、雨です。", "今日は雨です。"),
    ],
)
def test_what_was_shown_stays_when_the_whole_is_known(shown: str, text: str, expected: str) -> None:
    assert GrowingText(shown, "").finished(text) == expected


def _made(revision: int, shown: str) -> Hypothesis:
    return Hypothesis(revision=revision, samples=1, transcript=Transcript(shown, 1.0), shown=shown)


def test_an_older_hypothesis_never_replaces_a_newer_one(store: redis.Redis) -> None:
    assert hypothesis.advance(store, "s", lambda _before: _made(4, "a b")) == (_made(4, "a b"), True)
    assert hypothesis.advance(store, "s", lambda _before: _made(3, "a")) is None
    assert hypothesis.load(store, "s") == _made(4, "a b")


def test_a_hypothesis_is_made_again_when_another_worker_was_faster(store: redis.Redis) -> None:
    seen: list[int | None] = []

    def make(before: Hypothesis | None) -> Hypothesis:
        if not seen:  # while this one is being made, another worker stores revision 1
            hypothesis.advance(store, "s", lambda _before: _made(1, "a"))
        seen.append(before.revision if before else None)
        return _made(2, "a b")

    assert hypothesis.advance(store, "s", make) == (_made(2, "a b"), True)
    assert seen == [None, 1]

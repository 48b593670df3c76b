from __future__ import annotations

import pytest

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

from __future__ import annotations

import pytest

from tasks.engines.stt.hotwords import echoed, heard_in


@pytest.mark.parametrize(
    ("text", "hotwords", "expected"),
    [
        ("We went to Sintra, then home.", ["Sintra", "Byron"], ("Sintra",)),
        ("we met LORD  byron", ["Lord Byron"], ("Lord Byron",)),
        ("The art of the possible", ["art"], ("art",)),
        ("A party", ["art"], ()),
        ("Tôi đến Đà Nẵng.", ["Da Nang", "Đà Nẵng", "Đà Nẵng"], ("Đà Nẵng",)),
        ("Tôi đến Đa\u0300 Nẵng.", ["Đà Nẵng"], ("Đà Nẵng",)),
        ("anything", ["", "?!"], ()),
    ],
)
def test_what_is_heard_are_whole_words(text: str, hotwords: list[str], expected: tuple[str, ...]) -> None:
    assert heard_in(text, hotwords) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sintra, Lord Byron, Lord Byron.", True),
        ("Lord Byron", False),
        ("Sintra and Lord Byron", False),
        ("", False),
    ],
)
def test_a_text_of_nothing_but_hotwords_is_an_echo(text: str, expected: bool) -> None:
    assert echoed(text, ["Sintra", "Lord Byron", "Lord"]) is expected

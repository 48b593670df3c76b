from __future__ import annotations

import pytest

from tasks.engines.stt.phantoms import is_phantom
from tasks.engines.text.repeats import before_restart, collapse
from tasks.languages.text import compression_ratio


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Every purchase is a vote. Every purchase is a vote. Every purchase is", "Every purchase is a vote."),
        ("Eu não sei se eu não sei se eu não sei se", "Eu não sei se"),
        ("well no no no no", "well no"),
        ("I am here now. I am here now. I am he", "I am here now."),
    ],
)
def test_loops_are_collapsed_to_their_first_copy(text: str, expected: str) -> None:
    assert collapse(text) == (expected, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No, no, no.",
        "Ask not what your country can do for you, ask what you can do for your country.",
        "It was very, very good.",
    ],
)
def test_speech_is_left_alone(text: str) -> None:
    assert collapse(text) == (text, False)


def test_compression_gives_a_loop_away() -> None:
    assert compression_ratio("mấy chút " * 30) > 2.4
    assert compression_ratio("The quick brown fox jumps over the lazy dog while nobody looks.") < 1.5


def test_phantoms_are_dropped_and_thanks_are_not() -> None:
    assert is_phantom("Thanks for watching!", "en", no_speech=0.0)
    assert is_phantom("Thank you.", "en", no_speech=0.5)
    assert not is_phantom("Thank you.", "en", no_speech=0.05)
    assert not is_phantom("Thank you for the report.", "en", no_speech=0.9)


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("It should be fine in form. It should be", "It should be fine in form."),
        ("It should be fine in form. It should be fi", "It should be fine in form."),
        ("Is it? Is it? Is it? Is", "Is it?"),
        ("One. Two. Three four. One. Two. Three fo", "One. Two. Three four."),
        ("It should be fine in form. It shall be fine", None),
        ("It should be fine and it should be fine", None),
        ("No. No. Yes.", None),
        ("", None),
    ],
)
def test_an_utterance_that_was_begun_anew_is_kept_once(text: str, once: str | None) -> None:
    assert before_restart(text) == once

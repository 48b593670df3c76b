"""What is spoken of texts with marks in them, as chat programs and pages send them."""

from __future__ import annotations

import pytest

from tasks.engines.tts.markup import unmarked
from tasks.engines.tts.speakable import speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("# Title", "Title"),
        ("### Two words", "Two words"),
        ("> He said so.", "He said so."),
        (">> Twice", "Twice"),
        ("**Very important**: do _not_ open `the door`.", "Very important: do not open the door."),
        ("***Both*** and __strong__", "Both and strong"),
        ("Use ~~this~~ that.", "Use this that."),
        ("See [our page](https://example.org/a).", "See our page."),
        ('![A map](map.png "Where it is")', "A map"),
        ("- [x] It is done.", "It is done."),
        ("[ ] Still to do", "Still to do"),
        ("Look: <b>here</b> it is.", "Look: here it is."),
        ("<p>One.</p><p>Two.</p>", " One. Two. "),
        ("Hello<br/>world", "Hello world"),
        ('<a href="https://example.org">Here</a> &amp; there', "Here &amp; there"),
        ("```python", ""),
        ("<!-- nothing --> said", " said"),
    ],
)
def test_marks_are_not_said(written: str, said: str) -> None:
    assert unmarked(written) == said
    assert unmarked(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "#1 of all", "C# and F#", "#hashtag", "2 * 3 * 4 = 24", "snake_case_name", "a < b and c > d", "5 > 3", "x <3 y",
        "It is ~5 km.", "I [really] mean it.", "f(x) [a] (b)", "5'10\"", "- item", "1. one", "_", "a * b", "**",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_mark_is_left_alone(text: str) -> None:
    assert unmarked(text) == text


@pytest.mark.parametrize("language", ["en", "pt", "vi", "de"])
def test_every_language_is_spoken_without_marks(language: str) -> None:
    assert speakable("## Mira", language) == "Mira"

"""Sentences over several lines, as subtitles and mail have them: translated whole, in as many lines."""

from __future__ import annotations

import pytest

from app.speech_api.text_pieces import Lines
from app.speech_api.wrapped_lines import flattened
from tasks.engines.translation import faithful
from tests.support.translators import bergamot

WRAPPED = [
    "I don't know what\nyou mean.",
    "If a line contains no\nverb, the translation\nmust be wrong.",
    "He asked whether\r\nthe shop was open,\r\nand she said no.",
    "- This item is so long that\n  it goes on here.\n- This one does not.",
    "She said that it\n\u201cwas never too late\u201d.",
    "It costs less than 5\neuros, I believe.",
    "We have to leave the house before\nthe rain begins, because the road\nis closed at night.",
    "The first was good. The second\none was not. Both of them\nwere late!",
    "Não sei o que você\nestá a dizer, mas é\nverdade.",
    "Tôi không biết bạn\nđang nói gì.",
    "Er fragte, ob das\ngeschäft offen sei?",
    "Where is the man who\ncame with you…",
]
"""Each with every break within a sentence but for those after a full stop."""
APART = [
    "milk\nbread\neggs",
    "red wine from Chile\nwhite bread with seeds",
    "Roses are red,\nviolets are blue,\nsugar is sweet,\nand so are you.",
    "Dear John,\n\nthank you for the letter.",
    "The end of it.\nthe beginning of it.",
    "Name of the person:\nthe one who asks.",
    "One two three\n\nfour five six.",
    "One two three\n- four five six.",
    "One two three\na) four five six.",
    "Title of the Book\nA Novel.",
    "one two three\tfour five six.",
    "日本語の文は\n続きます。",
]


@pytest.mark.parametrize("text", WRAPPED)
def test_a_sentence_over_several_lines_is_one_and_has_as_many_again(text: str) -> None:
    lines = Lines([text, "other"], "en")
    kept = sum(line.rstrip().endswith((".", "!", "?")) for line in text.splitlines()[:-1])
    assert len(flattened(text)[1]) == text.count("\n") - kept > 0
    assert not any(set(piece) & set("\r\n\x1f") for piece in lines.pieces)
    assert lines.joined(lines.pieces) == [text, "other"]
    longer = lines.joined([piece.replace(" ", " very ") for piece in lines.pieces])[0]
    assert longer.count("\n") == text.count("\n")
    assert longer.count("\r") == text.count("\r")
    shown = [len(line) for line in longer.splitlines()]
    was = [len(line) for line in text.splitlines()]
    assert max(abs(one / sum(shown) - two / sum(was)) for one, two in zip(shown, was, strict=True)) < 0.2


@pytest.mark.parametrize("text", APART)
def test_what_stands_on_lines_of_its_own_is_not_joined(text: str) -> None:
    assert flattened(text) == (text, [])
    lines = Lines([text], "en")
    assert lines.joined(lines.pieces) == [text]


@pytest.mark.parametrize("answer", ["", "Obrigado.", "Muito obrigado.", "多谢你"])
def test_an_answer_shorter_than_the_lines_loses_no_word(answer: str) -> None:
    lines = Lines(["Thank you very much\nfor all that you\nhave done for us."], "en")
    joined = lines.joined([answer])[0]
    assert joined.replace("\n", " ") == answer


def test_a_translation_is_that_of_the_whole_sentence() -> None:
    text = (
        "The meeting will be held\non Tuesday at nine in the\nmorning. Please bring your\npassport and two photographs."
    )
    lines = Lines([text], "en")
    done = lines.joined([faithful.translate(bergamot(), piece, "en", "pt").text for piece in lines.pieces])[0]
    assert done.replace("\n", " ") == faithful.translate(bergamot(), text.replace("\n", " "), "en", "pt").text
    assert done.count("\n") == 3

"""What must survive, on the real Bergamot models, which by themselves lose it in these sentences."""

from __future__ import annotations

import pytest

from tasks.engines.base import EngineError, Translator
from tasks.engines.translation import faithful
from tasks.engines.translation.faithful import Faithful
from tasks.engines.translation.glossary import Term
from tests.support.translators import bergamot


class Scripted(Translator):
    """Answers as told, and remembers what it was asked."""

    name = "scripted"
    pairs = frozenset({("en", "pt")})

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def translate(self, text: str, source: str, target: str) -> str:  # noqa: ARG002
        self.asked.append(text)
        if text not in self.answers and "*" not in self.answers:
            raise EngineError(f"no answer to {text}")
        return self.answers.get(text, self.answers.get("*", ""))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The hill is 6.47 miles (12.57 kilometers) from the town.", "6,47"),
        ("The parcel weighs 22 kilos and costs 455,269 euros.", "455.269"),
        ('7 Olympic winner Jane Hill said, "I am done."', "7"),
        ("The hill is 1490 miles (336,096 kilometers) from the town.", "336.096"),
    ],
)
def test_numbers_survive(text: str, number: str) -> None:
    found = faithful.translate(bergamot(), f"Good morning. {text}", "en", "pt")
    assert number in found.text
    assert found.text.startswith("Bom dia.")
    assert found.losses == 0


def test_names_survive() -> None:
    text = "I would not tell Rhys anything about it."
    assert "Rhys" not in bergamot().translate(text, "en", "pt")
    found = faithful.translate(bergamot(), text, "en", "pt")
    assert ("Rhys" in found.text, found.losses) == (True, 0)


def test_glossary_terms_are_translated_as_the_glossary_says() -> None:
    glossary = [Term("board", "Diretoria"), Term("sprint", "sprint"), Term("unused", "nada")]
    text = "The board met after the sprint. We like the new plan of the board."
    found = faithful.translate(bergamot(), text, "en", "pt", glossary)
    assert found.terms == ("Diretoria", "sprint", "Diretoria")
    assert (found.text.count("Diretoria"), found.text.count("sprint"), found.losses) == (2, 1, 0)
    assert "nada" not in found.text


def test_terms_beyond_the_placeholders_are_kept_sentence_by_sentence() -> None:
    text = " ".join(f"The board has {number} members." for number in range(11, 41))
    found = faithful.translate(bergamot(), text, "en", "pt", [Term("board", "Diretoria")])
    assert found.text.count("Diretoria") == 30
    assert found.losses == 0


def test_a_text_that_loses_nothing_costs_one_call() -> None:
    engine = Scripted({"*": "Temos 3 gatos."})
    assert faithful.translate(engine, "We have 3 cats.", "en", "pt") == Faithful("Temos 3 gatos.")
    assert engine.asked == ["We have 3 cats."]


def test_an_engine_that_destroys_placeholders_is_used_without_and_the_loss_is_reported() -> None:
    text = "The board met."
    engine = Scripted({text: "O conselho reuniu-se.", "board": "placa", "The board": "A placa", "*": "O reuniu-se."})
    found = faithful.translate(engine, text, "en", "pt", [Term("board", "Diretoria")])
    assert found == Faithful("O conselho reuniu-se.", lost_terms=("Diretoria",))
    assert len(engine.asked) <= 6 + 2


def test_a_number_that_cannot_be_saved_is_reported() -> None:
    engine = Scripted({"*": "Temos gatos."})
    assert faithful.translate(engine, "We have 3 cats.", "en", "pt") == Faithful("Temos gatos.", lost_numbers=("3",))


def test_a_slow_engine_is_asked_no_more_than_needed() -> None:
    engine = Scripted({"The board met.": "O conselho reuniu-se.", "*": "O reuniu-se."})
    found = faithful.translate(engine, "The board met.", "en", "pt", [Term("board", "Diretoria")], retry=False)
    assert (found.text, len(engine.asked)) == ("O conselho reuniu-se.", 2)


def test_numbers_and_names_inside_a_term_are_the_glossarys_business() -> None:
    glossary = [Term("Plan 9 of Kwame", "o projeto")]
    found = faithful.translate(bergamot(), "They saw Plan 9 of Kwame.", "en", "pt", glossary)
    assert (found.terms, found.losses) == (("o projeto",), 0)


def test_an_engine_that_refuses_placeholders_is_used_without() -> None:
    engine = Scripted({"The board met.": "O conselho reuniu-se."})
    found = faithful.translate(engine, "The board met.", "en", "pt", [Term("board", "Diretoria")])
    assert found == Faithful("O conselho reuniu-se.", lost_terms=("Diretoria",))


def test_line_breaks_are_kept() -> None:
    found = faithful.translate(bergamot(), "Good morning.\n\nThe board met.", "en", "pt", [Term("board", "Diretoria")])
    assert found.text.split("\n")[:2] == ["Bom dia.", ""]
    assert "Diretoria" in found.text


def test_an_engine_that_gives_nothing_fails() -> None:
    with pytest.raises(EngineError, match="no answer"):
        faithful.translate(Scripted({}), "We have 3 cats.", "en", "pt")

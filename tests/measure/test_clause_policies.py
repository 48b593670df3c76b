"""Clauses, and translating them by policies, with a translator whose every answer is written here."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.harness.recordings import DATA
from ops.measure.clips import TextSet, parallel_texts
from ops.measure.simultaneous import clauses
from ops.measure.simultaneous.clause_policies import CUTS, Cut, after_the_one_before, each_alone, growing, whole
from tests.support.translators import bergamot

CLAUSES = ["the red house", "of my brother"]
ANSWERS = {
    "the red house": "a casa vermelha",
    "of my brother": "do meu irmão",
    "the red house of my brother": "a casa vermelha do meu irmão",
}


def translate(text: str) -> str:
    """By heart."""
    return ANSWERS[text]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "He said yesterday, when the meeting was over, that nobody had asked him.",
            ["He said yesterday,", "when the meeting was over,", "that nobody had asked him."],
        ),
        (
            "The committee of seven members decided because it had to.",
            ["The committee of seven members decided", "because it had to."],
        ),
        ("No, we go.", ["No, we go."]),
        ("She sold the house and left.", ["She sold the house and left."]),
    ],
)  # fmt: skip
def test_a_sentence_is_cut_at_its_joints_and_stops(sentence: str, expected: list[str]) -> None:
    assert Cut(4, 7).clauses(sentence, "en") == expected


def test_a_clause_ends_at_some_length_whatever_follows() -> None:
    words = [f"word{n}" for n in range(13)]
    assert Cut(4, 7).clauses(" ".join(words), "en") == [" ".join(words)], "two words are no clause of their own"
    parts = Cut(4, 7).clauses(" ".join([*words, *words]), "en")
    assert [len(part.split()) for part in parts] == [11, 11, 4]


@pytest.mark.parametrize("cut", CUTS)
def test_clauses_joined_are_the_sentence(cut: Cut) -> None:
    for texts in (parallel_texts(DATA, pair[0], pair[1], bool) for pair in (("en", "pt"), ("pt", "en"))):
        for sentence in texts.sentences:
            assert " ".join(cut.clauses(sentence, texts.source)) == " ".join(sentence.split())


def test_clauses_are_translated_by_policies() -> None:
    assert whole(CLAUSES, translate) == "a casa vermelha do meu irmão"
    assert each_alone(CLAUSES, translate) == "a casa vermelha do meu irmão"
    assert after_the_one_before(CLAUSES, translate) == "a casa vermelha do meu irmão"


def test_what_was_shown_stays_and_the_new_translation_goes_on_behind_it() -> None:
    answers = {"I": "eu", "I saw": "vi", "I saw it": "Vi, ontem, aquilo"}
    assert growing(["I", "saw", "it"], answers.__getitem__, held_back=0) == "eu ontem, aquilo"
    assert growing(["I", "saw", "it"], answers.__getitem__, held_back=1) == "Vi, ontem, aquilo"


def test_texts_come_from_the_manifest_where_there_are_no_others(tmp_path: Path) -> None:
    texts = parallel_texts(DATA, "en", "pt", clauses.long_enough)
    assert texts.name == "manifest"
    assert len(texts.sentences) == len(texts.references) >= 4
    assert texts.first(2).sentences == texts.sentences[:2]
    with pytest.raises(LookupError, match="no en sentences with a translation into tlh"):
        parallel_texts(DATA, "en", "tlh", bool)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "shared_few_en-pt.tsv").write_text("source\treference\nYes it is.\tSim.\nNo.\tNão.\n")
    turned = parallel_texts(tmp_path, "pt", "en", lambda text: len(text.split()) > 1)
    assert (turned.sentences, turned.references) == (("Sim.",), ("Yes it is.",))


def test_policies_are_scored_with_a_real_translator() -> None:
    texts = TextSet("two", "en", "pt", ("Good morning, my dear friends, and welcome.",), ("Bom dia, meus amigos.",))
    measured = clauses.measure(texts, bergamot())
    assert measured["rows"][0]["policy"] == "whole sentences"
    assert len(measured["rows"]) == 1 + 2 * 4
    assert all(row["bleu"] > 0 and row["chrf"] > 0 for row in measured["rows"])
    assert "growing, two words held back" in clauses.table("en-pt", measured)

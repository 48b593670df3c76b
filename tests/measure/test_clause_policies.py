"""Clauses, and translating them by policies, with a translator whose every answer is written here."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.harness.recordings import DATA
from ops.measure.clips import TextSet, parallel_texts
from ops.measure.simultaneous import clauses, plot
from ops.measure.simultaneous.clause_policies import (
    CUTS,
    POLICIES,
    Shown,
    after_the_one_before,
    cut,
    each_alone,
    growing,
    whole,
)
from tasks.cuts import ClauseLengths
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


@pytest.mark.parametrize("lengths", CUTS)
def test_clauses_joined_are_the_sentence(lengths: ClauseLengths) -> None:
    for texts in (parallel_texts(DATA, pair[0], pair[1], bool) for pair in (("en", "pt"), ("pt", "en"))):
        for sentence in texts.sentences:
            assert " ".join(cut(sentence, texts.source, lengths)) == " ".join(sentence.split())


def test_clauses_are_translated_by_policies() -> None:
    assert whole(CLAUSES, translate).text == "a casa vermelha do meu irmão"
    assert each_alone(CLAUSES, translate).text == "a casa vermelha do meu irmão"
    assert after_the_one_before(CLAUSES, translate).text == "a casa vermelha do meu irmão"


def test_what_was_shown_stays_and_the_new_translation_goes_on_behind_it() -> None:
    answers = {"I,": "eu,", "I saw,": "vi ontem,", "I saw it": "Vi ontem aquilo."}
    asked = ((1, ("I,",)), (2, ("I saw,",)), (3, ("I saw it",)))
    assert growing(["I", "saw", "it"], answers.__getitem__, held_back=1) == Shown("vi ontem aquilo.", (2, 3, 3), asked)
    assert growing(["I", "saw", "it"], answers.__getitem__, held_back=2) == Shown("Vi ontem aquilo.", (3, 3, 3), asked)


def test_what_is_shown_with_its_sources_words_lags_by_one_and_at_the_end_by_all() -> None:
    assert Shown("a b c d", (1, 2, 3, 4)).lagging(4, 4) == 1.0
    assert Shown("a b c d", (4, 4, 4, 4)).lagging(4, 4) == 4.0
    assert Shown("a b", (2, 4)).lagging(4, 4) == 2.5, "a short translation does not make up for lag"
    assert Shown("", ()).lagging(4, 4) == 0.0


def test_what_computing_takes_is_waited_for_one_translation_after_the_other() -> None:
    one = Shown("a b", (1, 2), ((1, ("x",)), (2, ("x y",))))
    quick = one.lagging_computed(2, 2, lambda _: 0.1)
    assert quick == pytest.approx((0.5 + 0.9 - 0.4) / 2), "0.4 s a word, and 0.1 s after each"
    assert quick == pytest.approx(0.4 * one.lagging(2, 2) + 0.1, abs=0.21)
    slow = one.lagging_computed(2, 2, lambda _: 1.0)
    assert slow == pytest.approx(1.4), "the first is not there before all has been read, so that it ends the mean"


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


def test_policies_are_scored_with_a_real_translator(tmp_path: Path) -> None:
    texts = TextSet("two", "en", "pt", ("Good morning, my dear friends, and welcome.",), ("Bom dia, meus amigos.",))
    measured = clauses.measure(texts, bergamot())
    assert measured["rows"][0]["policy"] == "whole sentences"
    assert len(measured["rows"]) == 1 + len(CUTS) * len(POLICIES)
    assert all(row["bleu"] > 0 and row["chrf"] > 0 for row in measured["rows"])
    assert all(row["laal_ca_s"] >= row["laal_s"] for row in measured["rows"])  # a quick machine takes less than 10 ms
    assert "growing, 3 held back" in clauses.table("en-pt", measured)
    assert clauses.markdown({"en-pt": measured}).count("\n") == len(measured["rows"]) + 1
    plot.quality({"en-pt": measured}, tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_text().count("chrF, en-pt") >= 1

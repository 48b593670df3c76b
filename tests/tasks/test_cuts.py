"""Where sentences and clauses end in what somebody says."""

from __future__ import annotations

import itertools

import pytest

from tasks.cuts import LENGTHS, MAX_SENTENCE_SECONDS, ClauseLengths, clause_ends, sentence_ends
from tasks.engines.base import Word

READING = """
    The committee met on the 5th of March in New York City, and it agreed that Mr. Brown would pay $3.5 million before
    the end of the year. Nobody objected. When the doors had closed behind the last of the visitors the chairman of the
    board sat down next to the window because he was tired of standing, and he said nothing for 25 minutes; then he
    left. "Was that all?" she asked. No. 5 was still to come, which the U.S. Army had asked for on Jan. 5 at nine.
"""
LEITURA = """
    A reunião começou às 9 horas e a diretora disse que o orçamento de 1.500 reais não chegava para todos os alunos da
    escola. Depois falaram o Sr. Silva e a Sra. Costa, mas ninguém respondeu porque já era tarde. Voltamos amanhã.
"""
VIETNAMESE = "mặc dù có ba người ở trong nhà khi chiếc xe đâm vào nhưng không ai bị thương"


def spoken(text: str, pauses: dict[int, float] | None = None, seconds: float = 0.3) -> list[Word]:
    """Words that each take so long, with a pause before some of them."""
    words, at = [], 0.0
    for number, word in enumerate(text.split()):
        at += (pauses or {}).get(number, 0.0)
        words.append(Word(word, at, at + seconds, 0.9))
        at += seconds
    return words


def parts(words: list[Word], ends: list[int]) -> list[str]:
    edges = [0, *ends, len(words)]
    return [" ".join(word.text for word in words[a:b]) for a, b in itertools.pairwise(edges)]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", READING), ("pt", LEITURA), ("vi", f"{VIETNAMESE} " * 3), ("de", READING), ("en", f"{VIETNAMESE} " * 3)],
    ids=["en", "pt", "vi", "other-rules", "unmarked"],
)
def test_more_words_move_no_end(language: str, text: str) -> None:
    words = spoken(text, {7: 0.4, 20: 0.5, 33: 0.3})
    for cut in (sentence_ends, clause_ends):
        ends = cut(words, language)
        assert ends, cut
        for count in range(len(words)):
            assert cut(words[:count], language) == [end for end in ends if end < count]


def test_sentences_end_at_their_marks_and_not_at_abbreviations() -> None:
    words = spoken(READING, seconds=0.2)
    assert [part.split()[-1] for part in parts(words, sentence_ends(words, "en"))] == [
        "year.",
        "left.",  # "Nobody objected." is too short for a line of its own
        "asked.",
        "nine.",
    ]


def test_what_has_no_marks_ends_at_a_pause_or_in_the_end_anywhere() -> None:
    words = spoken(f"{VIETNAMESE} " * 5, {10: 0.5, 40: 0.5})
    assert sentence_ends(words, "vi")[0] == 40, "ten words are three seconds: that pause is a breath"
    unbroken = spoken("word " * 200, seconds=0.25)
    first, second, *_ = sentence_ends(unbroken, "en")
    assert first == second - first == MAX_SENTENCE_SECONDS / 0.25


def test_clauses_end_at_marks_pauses_and_before_what_begins_one() -> None:
    long = ClauseLengths(before_clause=4, before_phrase=6, anywhere=9)
    words = spoken(LEITURA)
    sentence = words[: sentence_ends(words, "pt")[0]]
    assert parts(sentence, clause_ends(sentence, "pt", lengths=long)) == [
        "A reunião começou às 9 horas",
        "e a diretora disse",
        "que o orçamento de 1.500 reais não chegava",
        "para todos os alunos da escola.",
    ]
    pausing = spoken("we came home at noon today", {3: 0.3})
    assert parts(pausing, clause_ends(pausing, "en", lengths=long)) == ["we came home", "at noon today"]
    for lengths in (long, LENGTHS):
        found = parts(words, clause_ends(words, "pt", lengths=lengths))
        assert all(len(part.split()) <= lengths.anywhere for part in found)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("we were asked to pay the sum of 3 million 500 thousand at once", "3 million 500 thousand"),
        ("all of it was bought by the city of New York City Council there", "New York City Council"),
        ("they said that the bill came to 20 25 30 dollars in all of that", "20 25 30"),
        ("so this is what he told us about the school board meeting of today", "school board meeting"),
    ],
)
def test_numbers_names_and_terms_stay_whole(text: str, whole: str) -> None:
    words, terms = spoken(text), ["School board meeting", "board of the school"]
    ends = clause_ends(words, "en", terms)
    assert any(whole in part for part in parts(words, ends))
    for count in range(len(words)):
        found = clause_ends(words[:count], "en", terms)
        assert found == ends[: len(found)]

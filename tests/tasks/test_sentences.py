from __future__ import annotations

import pytest

from tasks.languages.sentences import clauses, sentences

LONG_PT = (
    "Gostaríamos de convidar vocês para a nossa reunião na quinta-feira de manhã, porque há várias questões "
    "para discutir e decidir antes do fim do mês."
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four… five", ["One.", "Two!", "Three?", "Four… five"]),
        (
            "Dr. Smith met J. K. Rowling at 3.30 p.m. yesterday.",
            ["Dr. Smith met J. K. Rowling at 3.30 p.m. yesterday."],
        ),
        ('He said "No." She left.', ['He said "No."', "She left."]),
        ("A Sra. Costa chegou. O Dr. Lima, não.", ["A Sra. Costa chegou.", "O Dr. Lima, não."]),
        ("  ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "text", [LONG_PT, "Sim. Não. Talvez amanhã de manhã.", "a" * 300, "1,000 people, 2.5 each: yes."]
)
@pytest.mark.parametrize("language", ["en", "pt", "vi"])
def test_clauses_lose_nothing(text: str, language: str) -> None:
    assert " ".join(clauses(text, language)) == text


def test_first_clause_is_short_and_the_others_are_longer() -> None:
    pieces = clauses(LONG_PT, "pt")
    assert pieces[0] == "Gostaríamos de convidar vocês"
    assert all(10 <= len(piece) <= 95 for piece in pieces)


def test_first_clause_ends_at_punctuation_where_there_is_some() -> None:
    assert clauses("E assim, meus compatriotas, não perguntem o que o país pode fazer por vocês.", "pt")[0] == (
        "E assim, meus compatriotas,"
    )


def test_numbers_are_not_cut_at_their_commas() -> None:
    assert clauses("It cost 1,000,000 dollars in all", "en", lengths=(20,))[0] == "It cost 1,000,000"


def test_a_short_sentence_stays_whole() -> None:
    assert clauses("Good morning, everybody.", "en") == ["Good morning, everybody."]


def test_a_single_endless_word_is_not_cut() -> None:
    assert clauses("a" * 300, "en") == ["a" * 300]


def test_no_clause_for_nothing() -> None:
    assert clauses(" \n ", "en") == []

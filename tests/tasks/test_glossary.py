from __future__ import annotations

import pytest

from tasks.engines.translation.glossary import CODES, NAMES, Span, Term, find, hide, restore

TERMS = [Term("board", "conselho"), Term("board of directors", "diretoria"), Term("Rose", "Rose"), Term("C++", "C++")]


def test_terms_are_whole_words_and_the_longest_wins() -> None:
    text = "The board of  directors was aboard; a board met."
    assert find(text, TERMS) == [Span(4, 23, "diretoria"), Span(38, 43, "conselho")]


def test_a_term_with_a_capital_is_matched_as_written_and_one_without_in_any_case() -> None:
    assert find("A rose for Rose.", TERMS) == [Span(11, 15, "Rose")]
    assert find("BOARD! Board?", TERMS) == [Span(0, 5, "Conselho"), Span(7, 12, "Conselho")]


def test_terms_with_punctuation_are_found() -> None:
    assert find("I like C++, not C.", TERMS) == [Span(7, 10, "C++")]
    assert find("nothing here", [Term(" ", "x")]) == []


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("O'Brien", "Ask O\u2019Brien now."), ("O\u2019Brien", "Ask O'Brien now."),
        ("o'clock", "At five o\u02bcclock."),
        ("e-mail", "An e\u2011mail."), ("e\u2010mail", "An e-mail."), ("rock 'n' roll", "Rock \u2018n\u2019 roll!"),
        ("d'água", "Uma gota d\u2019água."), ("C++", "In C++ and C."), (".NET", "On .NET, too."), ("C#", "It is C#."),
        ("a|b", "Press a|b."), ("(x)", "See (x)."), ("[y]", "See [y]."), ("^z$", "Type ^z$ here."),
        ("\\d", "A \\d digit."),
        ("A&B", "At A&B."), ("5%", "Only 5% of it."), ("50 000", "Some 50\u00a0000 people."), ("q?", "Is it q?"),
    ],
)  # fmt: skip
def test_a_term_is_found_however_its_marks_are_written(term: str, text: str) -> None:
    assert len(find(text, [Term(term, "x")])) == 1
    assert find("Nothing of the kind, not even 9 digits.", [Term(term, "x")]) == []


def test_what_is_hidden_comes_back() -> None:
    hidden = hide("Ask the board, not Rose.", find("Ask the board, not Rose.", TERMS))
    assert hidden.text == f"Ask the {CODES[0]}, not {CODES[1]}."
    assert restore(f"Pergunte ao {CODES[0].lower()}, não a {CODES[1]}.", hidden) == (
        "Pergunte ao conselho, não a Rose.",
        [],
    )


def test_a_placeholder_that_is_dropped_doubled_or_changed_is_reported() -> None:
    hidden = hide("board board board", find("board board board", TERMS))
    _, lost = restore(f"{CODES[0]} e {CODES[0]} e {CODES[1]}5", hidden)
    assert lost == ["conselho"] * 3


def test_a_placeholder_never_stands_in_the_text_already() -> None:
    assert hide(f"{CODES[0].lower()} board", find(f"{CODES[0].lower()} board", TERMS)).kept == ((CODES[1], "conselho"),)


def test_terms_beyond_the_placeholders_stay_in_the_text() -> None:
    text = " ".join(["board"] * (len(CODES) + 1))
    hidden = hide(text, find(text, TERMS))
    assert len(hidden.kept) == len(CODES)
    assert hidden.text.endswith(" board")


def test_placeholders_cannot_be_mixed_up() -> None:
    for kind in (CODES, NAMES):
        assert len({placeholder[:2] for placeholder in kind}) == len({placeholder[2:] for placeholder in kind}) == 20

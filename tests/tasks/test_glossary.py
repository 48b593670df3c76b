from __future__ import annotations

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

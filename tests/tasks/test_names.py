from __future__ import annotations

import pytest

from tasks.engines.translation.names import lost, names


def found(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_names_are_runs_of_capitals_inside_a_sentence() -> None:
    text = "Yesterday Maria da Silva met Kwame Mensah of the UN. They spoke German on Monday, in New-York."
    assert found(text, names(text)) == ["Maria", "Silva", "Kwame Mensah", "New-York"]


@pytest.mark.parametrize(
    ("text", "translated", "source", "missing"),
    [
        ("Nobody asked Kwame about it.", "Ninguém perguntou sobre isso.", "en", ["Kwame"]),
        ("We fly from London to Munich.", "Voamos de Londres para Munique.", "en", []),
        ("She lives in Germany.", "Ela vive na Alemanha.", "en", []),
        ("She came from Germany with Kwame Mensah.", "Ela veio da Alemanha.", "en", ["Germany", "Kwame Mensah"]),
        ("I live in Hanoi.", "Tôi sống ở Hà Nội.", "en", []),
        ("She speaks German on Sundays.", "Ela fala alemão aos domingos.", "en", []),
        ("Tôi sống ở Đức.", "I live there.", "vi", []),
    ],
)
def test_a_name_is_lost_when_nothing_can_stand_for_it(
    text: str, translated: str, source: str, missing: list[str]
) -> None:
    assert found(text, lost(text, translated, source)) == missing

from __future__ import annotations

import pytest

from tasks.engines.translation.numbers import localised, lost, numbers


@pytest.mark.parametrize(
    ("text", "translated", "source", "target"),
    [
        ("It costs 1,234.50 euros.", "Custa 1.234,50 euros.", "en", "pt"),
        ("It costs 1.5 euros.", "Custa 1,5 euro.", "en", "pt"),
        ("10 000 people", "10.000 pessoas", "en", "pt"),
        ("We have 3 dogs and 21 cats.", "Temos três cães e vinte e um gatos.", "en", "pt"),
        ("the 16th century", "o século XVI", "en", "pt"),
        ("in the 1990s", "nos anos 90", "en", "pt"),
        ("at 3 pm", "às 15h", "en", "pt"),
        ("às 15h20", "at 3:20 pm", "pt", "en"),
        ("at 4.40 am", "às 4h40", "en", "pt"),
        ("at 11:00", "às 11h", "en", "pt"),
        ("30,000 people", "30 mil pessoas", "en", "pt"),
        ("5.2 million", "5,2 milhões", "en", "pt"),
        ("30 thousand people", "30.000 người", "en", "vi"),
        ("2 million people", "hai triệu người", "en", "vi"),
        ("ngày 7 tháng 10", "October 7", "vi", "en"),
        ("5 km2 of land", "năm kilômét vuông đất", "en", "vi"),
        ("no number at all", "", "en", "pt"),
    ],
)
def test_a_number_is_kept_in_any_usual_writing(text: str, translated: str, source: str, target: str) -> None:
    assert lost(text, translated, source, target) == []


@pytest.mark.parametrize(
    ("text", "translated", "missing"),
    [
        ("More than 820,000 homes", "Mais de 880 mil casas", ["820,000"]),
        ("45 miles (72 kilometers)", "72 quilômetros", ["45"]),
        ("Call 555 0199 or 17", "Ligue 555 0198 ou 17", ["0199"]),
        ("It weighs 1.5 kilos", "Pesa 15 quilos", ["1.5"]),
        ("on 24.04.2021", "em 4.24.2021", ["24.04.2021"]),
        ("at 3 am", "às 15h", ["3"]),
        ("Room 7", "Sala", ["7"]),
    ],
)
def test_a_number_that_is_gone_or_another_is_lost(text: str, translated: str, missing: list[str]) -> None:
    assert lost(text, translated, "en", "pt") == missing


def test_numbers_are_found_as_written() -> None:
    assert numbers("From 1,000.5 to 10 000 by 9:30, 11:00 and 3.") == ["1,000.5", "10 000", "9", "30", "11", "3"]


@pytest.mark.parametrize(
    ("number", "source", "target", "expected"),
    [
        ("1,234.5", "en", "pt", "1.234,5"),
        ("1.234,5", "vi", "en", "1,234.5"),
        ("1,000,000", "en", "vi", "1.000.000"),
        ("4.40", "en", "pt", "4,40"),
        ("24.04.2021", "en", "pt", "24.04.2021"),
        ("1.234,5", "pt", "vi", "1.234,5"),
        ("17", "en", "pt", "17"),
    ],
)
def test_marks_are_those_of_the_target_language(number: str, source: str, target: str, expected: str) -> None:
    assert localised(number, source, target) == expected

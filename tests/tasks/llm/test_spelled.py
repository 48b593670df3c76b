from __future__ import annotations

import unicodedata

import pytest

from tasks.engines.translation.llm.spelled import in_digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Twenty-five people, and seventy-five percent of them.", "25 people, and 75 percent of them."),
        ("It costs two hundred fifty thousand dong.", "It costs 250,000 dong."),
        ("a hundred and five", "105"),
        ("She was born in nineteen eighty-four.", "She was born in 1984."),
        ("in twenty twenty-six", "in 2026"),
        ("in two thousand twenty-four", "in 2024"),
        ("the twenty-first of May", "the 21st of May"),
        ("three point five million people", "3.5 million people"),
        ("ten million", "10 million"),
        ("my number is five five five one two three four", "my number is 5551234"),
        ("half past eleven", "half past 11"),
    ],
)
def test_english_numbers_become_digits(text: str, expected: str) -> None:
    assert in_digits(text, "en") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hai nghìn không trăm hai mươi tư người.", "2024 người."),
        ("năm hai nghìn không trăm linh năm", "năm 2005"),
        ("mười năm nữa có mười lăm người", "10 năm nữa có 15 người"),
        ("hai mươi năm trước", "20 năm trước"),
        ("hai trăm năm mươi nghìn đồng", "250.000 đồng"),
        ("mười hai nghìn ba trăm bốn mươi lăm", "12.345"),
        ("hai triệu rưỡi đồng", "2,5 triệu đồng"),
        ("một tỷ hai trăm triệu", "1,2 tỷ"),
        ("ba phẩy năm phần trăm", "3,5 phần trăm"),
        ("một trăm linh ba, một trăm rưỡi, hai trăm năm", "103, 150, 200 năm"),
        ("ngày hai mươi mốt tháng mười hai", "ngày 21 tháng 12"),
        ("mười tháng năm, tháng tư, tháng mười", "10 tháng 5, tháng 4, tháng 10"),
        ("hai lăm tuổi", "25 tuổi"),
        ("mười một giờ ba mươi", "11 giờ 30"),
        ("số của tôi là không chín một hai ba bốn năm sáu bảy tám", "số của tôi là 0912345678"),
    ],
)
def test_vietnamese_numbers_become_digits(text: str, expected: str) -> None:
    assert in_digits(text, "vi") == expected
    assert in_digits(unicodedata.normalize("NFD", text), "vi") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vinte e três por cento de dois mil e quinhentos", "23 por cento de 2500"),
        ("três vírgula cinco milhões", "3,5 milhões"),
        ("um milhão e cento e vinte mil reais", "1.120.000 reais"),
        ("às dez e meia", "às 10 e meia"),
    ],
)
def test_portuguese_numbers_become_digits(text: str, expected: str) -> None:
    assert in_digits(text, "pt") == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "One of them is mine, no one else has two or three."),
        ("en", "3 million people and 1.5 million more, the fifth time, 1,200 of them"),
        ("vi", "Tôi không có ba mẹ, năm nay thứ hai và thứ tư, hai ba người, năm sáu ngày."),
        ("vi", "ngày tháng năm sinh, những tháng năm ấy, hai tháng nữa"),
        ("vi", "3 triệu người, năm 1984, hai triệu ba, cả trăm người"),
        ("pt", "na quinta-feira, uma vez, 3 milhões de pessoas"),
        ("de", "zweiundzwanzig"),
        ("en", ""),
    ],
)
def test_what_may_be_no_number_stays_as_it_is(language: str, text: str) -> None:
    assert in_digits(text, language) == text

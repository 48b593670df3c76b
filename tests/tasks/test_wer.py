"""What counts as the same words when transcripts are compared."""

from __future__ import annotations

import pytest

from ops.harness.wer import normalise, spelled, wer


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("pt", "0", "zero"),
        ("pt", "21", "vinte e um"),
        ("pt", "100", "cem"),
        ("pt", "266", "duzentos e sessenta e seis"),
        ("pt", "1400", "mil e quatrocentos"),
        ("pt", "1963", "mil novecentos e sessenta e três"),
        ("pt", "2000000", "dois milhões"),
        ("vi", "0", "không"),
        ("vi", "15", "mười lăm"),
        ("vi", "21", "hai mươi mốt"),
        ("vi", "105", "một trăm linh năm"),
        ("vi", "7000", "bảy nghìn"),
        ("vi", "1005", "một nghìn không trăm linh năm"),
        ("vi", "1400", "một nghìn bốn trăm"),
        ("en", "21", "21"),
    ],
)
def test_numbers_are_spelled_out(language: str, number: str, words: str) -> None:
    assert spelled(f"a {number}, b", language) == f"a {words}, b"


def test_numbers_compare_as_equal_however_they_are_written() -> None:
    assert wer("Với gần bảy nghìn đảo", "với gần 7.000 đảo.", "vi") == 0
    assert wer("duzentos e sessenta e seis", "266", "pt") == 0
    assert wer("twenty-five to thirty years", "25 to 30 years", "en") == 0


def test_accents_compare_as_equal_however_they_are_encoded() -> None:
    assert normalise("Đa\u0300 Nẵng", "vi") == normalise("Đà Nẵng", "vi")


def test_other_words_do_not() -> None:
    assert wer("một ý tưởng", "hai ý tưởng", "vi") == pytest.approx(1 / 3)

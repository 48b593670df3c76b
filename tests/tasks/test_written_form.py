"""Bare words as people write them."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest

from tasks.engines.base import Word
from tasks.engines.stt.written_form import settled_words, written


def bare(text: str) -> list[Word]:
    return [Word(word, at, at + 0.5, 0.9) for at, word in enumerate(text.split())]


def text_of(text: str, *hotwords: str, language: str = "vi", open_end: bool = False) -> str:
    return " ".join(word.text for word in written(bare(text), language, hotwords, open_end=open_end))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("chào buổi sáng", "Chào buổi sáng."),
        ("ở", "Ở."),
        ("bạn có khỏe không", "Bạn có khỏe không?"),
        ("anh đã ăn cơm chưa", "Anh đã ăn cơm chưa?"),
        ("bạn có biết nhà ga ở đâu không", "Bạn có biết nhà ga ở đâu không?"),
        ("nhà ga ở đâu", "Nhà ga ở đâu?"),
        ("cái này giá bao nhiêu tiền", "Cái này giá bao nhiêu tiền?"),
        ("chúng ta gặp nhau lúc mấy giờ", "Chúng ta gặp nhau lúc mấy giờ?"),
        ("tôi không biết nhà ga ở đâu", "Tôi không biết nhà ga ở đâu."),
        ("không có gì", "Không có gì."),
        ("không sao", "Không sao."),
        ("tôi chưa biết bao giờ", "Tôi chưa biết bao giờ."),
        ("nhiệt độ là mười độ", "Nhiệt độ là 10 độ."),
        ("năm hai nghìn không trăm hai mươi tư ở việt nam", "Năm 2024 ở Việt Nam."),
        ("ngày mười bốn tháng ba tại thành phố hồ chí minh", "Ngày 14 tháng 3 tại Thành phố Hồ Chí Minh."),
        ("ba tôi không có hai con", "Ba tôi không có hai con."),
    ],
)
def test_vietnamese_is_written(heard: str, expected: str) -> None:
    assert text_of(heard) == expected
    assert text_of(unicodedata.normalize("NFD", heard)) == expected


def test_an_open_end_has_no_mark_and_numbers_are_written_when_they_are_complete() -> None:
    assert text_of("hà nội có hai mươi quận", open_end=True) == "Hà Nội có 20 quận"
    assert settled_words(bare("hà nội có hai mươi"), "vi") == 3
    assert settled_words(bare("hà nội có hai mươi quận"), "vi") == 6
    assert settled_words(bare("em i hai"), "ca") == 3


@pytest.mark.parametrize(
    "heard",
    [
        "ngày mười bốn tháng tư năm hai nghìn không trăm hai mươi tư ở thành phố hồ chí minh có ba người",
        "số điện thoại là không chín một hai ba bốn năm sáu bảy tám và giá hai triệu rưỡi đồng",
        "sinh mười tháng năm ba mươi tuổi bốn phẩy năm phần trăm hai nghìn năm trăm linh ba con",
    ],
)
def test_what_is_written_of_a_beginning_only_grows(heard: str) -> None:
    words = heard.split()
    texts = []
    for count in range(len(words) + 1):
        beginning = bare(" ".join(words[:count]))
        known = beginning[: settled_words(beginning, "vi")]
        texts.append(" ".join(word.text for word in written(known, "vi", open_end=True)).casefold())
    assert all(longer.startswith(shorter) for shorter, longer in pairwise(texts))
    assert text_of(heard).casefold().startswith(texts[-1])


def test_names_and_hotwords_are_recased_the_longest_first() -> None:
    assert text_of("gặp an ở công ty mở rộng", "Công ty Mở Rộng", "Mở", "An") == "Gặp An ở Công ty Mở Rộng."
    assert text_of("gặp an nhé", "iPhone") == "Gặp an nhé."
    assert text_of("gặp an nhé", unicodedata.normalize("NFD", "Nhé")) == "Gặp an Nhé."
    assert text_of("mở sáu mươi", "", "  ", "Sáu Mươi") == "Mở Sáu Mươi.", "a number word in a name is none"


def test_digits_take_the_time_of_their_words() -> None:
    found = written(bare("có một trăm hai mươi người"), "vi", open_end=False)
    assert [(word.text, word.start, word.end) for word in found] == [
        ("Có", 0, 0.5),
        ("120", 1, 4.5),
        ("người.", 5, 5.5),
    ]
    millions = written(bare("hai triệu năm trăm nghìn đồng"), "vi", open_end=False)
    assert [word.text for word in millions] == ["2,5", "triệu", "đồng."]
    assert all(one.end <= two.start for one, two in pairwise(millions))


def test_nothing_and_languages_without_rules_are_left_alone() -> None:
    assert written([], "vi", open_end=False) == []
    assert text_of("bon dia", language="ca") == "Bon dia."

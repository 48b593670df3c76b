from __future__ import annotations

import pytest

from tasks.engines.translation.llm.numbers import invented_numbers, lost_numbers

EN_VI, VI_EN, PT_EN = ("en", "vi"), ("vi", "en"), ("pt", "en")


@pytest.mark.parametrize(
    ("source", "output", "languages"),
    [
        ("It costs 1,200 dollars.", "Nó có giá 1.200 đô la.", EN_VI),
        ("It costs 1.200.000 đồng.", "It costs 1.2 million dong.", VI_EN),
        ("3.5 million people", "3,5 triệu người", EN_VI),
        ("3 triệu người", "3,000,000 people", VI_EN),
        ("250,000 dong", "hai trăm năm mươi nghìn đồng", EN_VI),
        ("ngày 5 tháng 3", "March 5th", VI_EN),
        ("thứ 2 tuần sau", "next Monday", VI_EN),
        ("lúc 15:00", "at 3 pm", VI_EN),
        ("3 pm", "15 giờ", EN_VI),
        ("7:30", "7 rưỡi", EN_VI),
        ("He has 2 dogs.", "Anh ấy có hai con chó.", EN_VI),
        ("call 0912 345 678", "gọi 0912345678", EN_VI),
        ("3 triệu chứng", "3 symptoms", VI_EN),
        ("no number at all", "không có số nào", EN_VI),
    ],
)
def test_numbers_that_each_language_writes_its_own_way_are_found(
    source: str, output: str, languages: tuple[str, str]
) -> None:
    assert lost_numbers(source, output, languages) == []
    assert invented_numbers(source, output, languages) == []


@pytest.mark.parametrize(
    ("source", "output", "languages", "lost"),
    [
        ("It costs 1.200 đồng.", "It costs 1.2 dong.", VI_EN, ["1200"]),
        ("3.5 percent", "35 phần trăm", EN_VI, ["35"]),
        ("25 people on May 21", "52 người vào ngày 21 tháng 5", EN_VI, ["25"]),
        ("2 and 2", "hai", EN_VI, ["2"]),
        ("3 triệu người", "3 people", VI_EN, ["3"]),
        ("3 dogs", "3 triệu con chó", EN_VI, ["3"]),
        ("15 chairs", "3 cái ghế", EN_VI, ["15"]),
        ("1.500 reais", "some money", PT_EN, ["1500"]),
    ],
)
def test_lost_numbers_are_named(source: str, output: str, languages: tuple[str, str], lost: list[str]) -> None:
    assert lost_numbers(source, output, languages) == lost


def test_numbers_that_nobody_said_are_named_from_a_hundred_on() -> None:
    assert invented_numbers("It is dear.", "Nó có giá 300.000 đồng.", EN_VI) == ["300000"]
    assert invented_numbers("on Monday", "vào thứ 2", EN_VI) == []

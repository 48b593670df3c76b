from __future__ import annotations

import pytest

from tasks.engines.translation.llm.clock import in_clock_times, plainer
from tasks.engines.translation.llm.spelled import in_digits


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("en", "We start at half past nine.", "We start at 9:30."),
        ("en", "The bus leaves at twenty to nine every morning.", "The bus leaves at 8:40 every morning."),
        ("en", "It is for groups at five to ten people each.", "It is for groups at 5 to 10 people each."),
        ("en", "Look at one to one lessons.", "Look at one to one lessons."),
        ("en", "I waited for an hour and a half.", "I waited for 1 hour 30 minutes."),
        ("en", "It takes two and a half hours.", "It takes 2 hours 30 minutes."),
        ("en", "Take two tablets three times a day.", "Take 2 tablets 3 times a day."),
        ("en", "I weigh 62 kilos.", "I weigh 62 kg."),
        ("vi", "Xe chạy lúc 9 giờ kém 20 mỗi sáng.", "Xe chạy lúc 8:40 mỗi sáng."),
        ("vi", "Tôi đợi một tiếng rưỡi.", "Tôi đợi 1 giờ 30 phút."),
        ("vi", "Chúng tôi nợ 3 triệu rưỡi.", "Chúng tôi nợ 3,5 triệu."),
        ("vi", "Em bé nặng 3 ký 4 và dài 51 phân.", "Em bé nặng 3,4 kg và dài 51 cm."),
        ("vi", "Cứ chạy thêm 3 cây số nữa.", "Cứ chạy thêm 3 km nữa."),
        ("en", "Take one and a half tablets.", "Take 1.5 tablets."),
        ("vi", "Uống một viên rưỡi.", "Uống 1,5 viên."),
        ("vi", "Uống hai viên rưỡi.", "Uống 2,5 viên."),
        ("vi", "Hóa đơn 1 triệu 2 mà.", "Hóa đơn 1,2 triệu mà."),
        ("pt", "Esperei uma hora e meia.", "Esperei uma hora e meia."),
    ],
)
def test_what_a_small_model_gets_wrong_is_told_plainly(language: str, said: str, told: str) -> None:
    assert plainer(in_clock_times(in_digits(said, language), language), language) == told

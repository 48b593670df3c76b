"""Kinds of figures and signs that people write, each with several of its kind: what a listener hears of them."""

from __future__ import annotations

import pytest

from tasks.engines.tts.markup import unmarked
from tasks.engines.tts.speakable import speakable
from tasks.languages import described

KINDS: dict[str, list[tuple[str, str, str | None]]] = {
    "Roman numbers": [
        ("en", "World War II, World War I", "World War two, World War one"),
        ("en", "Henry VIII and Pope John Paul II", "Henry the eighth and Pope John Paul the second"),
        ("en", "Louis XIV's palace", "Louis the fourteenth's palace"),
        ("en", "Super Bowl LIV, Chapter IX, type II", "Super Bowl fifty-four, Chapter nine, type two"),
        ("en", "Rocky IV", "Rocky four"),
        ("en", "Give IV fluids. Start IV lines.", "Give IV fluids. Start IV lines."),
        ("en", "For my part I think so.", "For my part I think so."),
        ("en", "MIX, US VI, size XL, an IV line, Malcolm X", "MIX, US VI, size XL, an IV line, Malcolm X"),
        ("pt", "D. Pedro II, Luís XIV, Isabel I", "D. Pedro segundo, Luís quatorze, Isabel I"),
        ("pt", "Elizabeth II, séc. XXI, capítulo V", "Elizabeth segunda, século vinte e um, capítulo cinco"),
        ("pt", "João XXIII, tipo I", "João vinte e três, tipo um"),
        ("vi", "thế kỷ XXI, Quý II, quý I", "thế kỷ hai mươi mốt, Quý hai, quý một"),
        ("vi", "vua Louis XIV, chương V, TP VI", "vua Louis mười bốn, chương năm, TP VI"),
    ],
    "dates": [
        ("en", "6/13/26", "June thirteenth twenty twenty-six"),
        ("en", "13.06.2026 and 5.6.2026", "June thirteenth twenty twenty-six and June fifth twenty twenty-six"),
        ("en", "2026/06/13", "June thirteenth twenty twenty-six"),
        ("en", "2026-06-13T09:05:00Z", "June thirteenth twenty twenty-six, nine oh five"),
        ("en", "2026-06-13T09:05+07:00.", "June thirteenth twenty twenty-six, nine oh five."),
        ("pt", "15/03/26", "quinze de março de dois mil e vinte e seis"),
        ("pt", "15-03-2026", "quinze de março de dois mil e vinte e seis"),
        ("pt", "15.03.2026.", "quinze de março de dois mil e vinte e seis."),
        ("pt", "1/5/98", "primeiro de maio de mil novecentos e noventa e oito"),
        ("pt", "de 10/3 a 15/3", "de dez de março a quinze de março"),
        ("pt", "10/3 até 1/5.", "dez de março até primeiro de maio."),
        ("pt", "entre 10/3 e 15/3", "entre dez de março e quinze de março"),
        ("pt", "de 1/2 a 3/4 de xícara", "de meio a três quartos de xícara"),
        ("vi", "26.6.2022", "ngày hai mươi sáu tháng sáu năm hai nghìn không trăm hai mươi hai"),
        ("vi", "26/6/22", "ngày hai mươi sáu tháng sáu năm hai nghìn không trăm hai mươi hai"),
        ("vi", "từ 10/3 đến 15/3", "từ mười tháng ba đến mười lăm tháng ba"),
        ("vi", "ngày 10-15/3", "ngày mười đến mười lăm tháng ba"),
        ("vi", "sáng 5/6, lễ 30/4", "sáng năm tháng sáu, lễ ba mươi tháng tư"),
        ("vi", "đến 1/2 số người", "đến một phần hai số người"),
        ("vi", "từ 5/10 số phiếu", "từ năm trên mười số phiếu"),
        ("en", "version 1.2.3", "version one point two point three"),
    ],
    "sizes and factors": [
        ("en", "1280x720, 4 x 4", "twelve eighty by seven hundred twenty, four by four"),
        ("en", "10\u00d715cm", "ten by fifteen centimeters"),
        ("en", "3x faster, 2.5x", "three times faster, two point five times"),
        ("en", "5x5x5, 0x1F, x2", "five by five by five, zero x one F, x two"),
        ("pt", "1280x720, 2x mais", "mil duzentos e oitenta por setecentos e vinte, duas vezes mais"),
        ("vi", "3x4, 3x", "ba nhân bốn, ba lần"),
    ],
    "ratios": [
        ("en", "16:9, 2:1, 100:1", "sixteen to nine, two to one, one hundred to one"),
        ("en", "3:16", "three sixteen"),
        ("pt", "16:9", "dezesseis para nove"),
        ("vi", "16:9", "mười sáu trên chín"),
        ("en", "50/50, but 7/7", "fifty fifty, but seven over seven"),
    ],
    "amounts below zero, and more currencies": [
        (
            "en",
            "-$5, $-5.50, \u2212\u20ac5",
            "minus five dollars, minus five dollars and fifty cents, minus five euros",
        ),
        ("en", "-5€, $5-$10", "minus five euros, five dollars to ten dollars"),
        ("en", "₹500, 50¢, ₩1,000", "five hundred rupees, fifty cents, one thousand won"),
        ("pt", "-R$ 2, ₹2", "menos dois reais, duas rupias"),
        ("vi", "-50.000 đ", "âm năm mươi nghìn đồng"),
    ],
    "numbers in many groups": [
        ("en", "1-800-555-0199", "one, eight zero zero, five five five, zero one nine nine"),
        ("en", "ISBN 978-3-16-148410-0", "ISBN nine seven eight, three, one six, one four eight four one zero, zero"),
        ("en", "(555) 123 4567", "five five five, one two three, four five six seven"),
        ("pt", "0800-123-4567", "zero oito zero zero, um dois três, quatro cinco seis sete"),
        ("vi", "1900 1234", "một chín không không, một hai ba bốn"),
        ("vi", "(028) 3823 4567", "không hai tám, ba tám hai ba, bốn năm sáu bảy"),
        ("en", "1.000.000 and 12.345.678", None),
        ("en", "12,345,678 people, $12,345,678.50", None),
        (
            "pt",
            "12.345.678 pessoas",
            "doze milhões trezentas e quarenta e cinco mil seiscentas e setenta e oito pessoas",
        ),
        ("en", "12345678 is a number plate", "one two three four five six seven eight is a number plate"),
        ("pt", "1,234,567", "um milhão duzentos e trinta e quatro mil quinhentos e sessenta e sete"),
        ("vi", "1,000,000 đồng", "một triệu đồng"),
    ],
    "powers, units without raised digits, signs": [
        ("en", "10², x³, 2^10", "ten squared, x cubed, two to the power of ten"),
        ("en", "5 m2 and 3 km2, 2 m3", "five square meters and three square kilometers, two cubic meters"),
        ("pt", "5 m2, 10²", "cinco metros quadrados, dez ao quadrado"),
        ("vi", "2 m3, 10²", "hai mét khối, mười bình phương"),
        ("en", "§ 5, a note²", "section five, a note²"),
        ("en", "100s of people in 100s", "hundreds of people in one hundred seconds"),
        ("en", "http://localhost:8000/", "localhost, eight zero zero zero"),
    ],
    "what a Portuguese number counts": [
        ("pt", "2 ou 3 horas, 1 ou 2 dias", "duas ou três horas, um ou dois dias"),
        ("pt", "2-3 pessoas, 2 a 3 semanas", "duas a três pessoas, duas a três semanas"),
        ("pt", "300 mil mulheres, 22 mil pessoas", "trezentas mil mulheres, vinte e duas mil pessoas"),
        ("pt", "2 mil reais, 2 mil", "dois mil reais, dois mil"),
        ("pt", "às 2 da tarde, das 2 às 4", "às duas da tarde, das duas às quatro"),
        ("pt", "à 1, às 22, às 2h, às 2:30", "à uma, às vinte e duas, às duas horas, às duas e trinta"),
    ],
    "titles": [
        ("vi", "GS.TS. Lan và PGS.TS. Hoa", "giáo sư tiến sĩ Lan và phó giáo sư tiến sĩ Hoa"),
        ("vi", "PGS.TS Hoa", "phó giáo sư tiến sĩ Hoa"),
    ],
}
LONG = {
    "12,345,678 people, $12,345,678.50": (
        "twelve million three hundred forty-five thousand six hundred seventy-eight people, twelve million three "
        "hundred forty-five thousand six hundred seventy-eight dollars and fifty cents"
    ),
    "1.000.000 and 12.345.678": (
        "one million and twelve million three hundred forty-five thousand six hundred seventy-eight"
    ),
}
CASES = [(kind, *case) for kind, cases in KINDS.items() for case in cases]


@pytest.mark.parametrize(("kind", "language", "text", "said"), CASES)
def test_figures_are_said_as_people_say_them(kind: str, language: str, text: str, said: str | None) -> None:
    said = said or LONG[text]
    assert speakable(text, language) == said, kind
    assert speakable(said, language) == said, "what is speakable stays as it is"


ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXIV XXIX XXX XXXIX XL XLIX L LIV"


@pytest.mark.parametrize(("language", "word"), [("en", "Chapter"), ("pt", "capítulo"), ("vi", "chương")])
def test_every_chapter_has_its_number(language: str, word: str) -> None:
    numbers = [*range(1, 22), 24, 29, 30, 39, 40, 49, 50, 54]
    rules = described(language).spoken
    assert rules is not None
    for letters, number in zip(ROMAN.split(), numbers, strict=True):
        assert speakable(f"{word} {letters}", language) == f"{word} {rules.cardinal(number)}"


@pytest.mark.parametrize("mark", ["/", "-", "."])
@pytest.mark.parametrize("language", ["pt", "vi"])
def test_a_date_is_one_whatever_stands_between_its_parts(language: str, mark: str) -> None:
    rules = described(language).spoken
    assert rules is not None
    for day, month in ((1, 1), (5, 12), (28, 2), (31, 10), (15, 3)):
        said = speakable(f"{day:02d}{mark}{month:02d}{mark}2026", language)
        assert said.removeprefix("ngày ") == rules.date(day, month, 2026)


@pytest.mark.parametrize("language", ["en", "pt", "vi", "de"])
def test_emoji_and_smileys_are_not_read_out(language: str) -> None:
    pictures = [chr(code) for code in (*range(0x1F300, 0x1F650), *range(0x1F900, 0x1FA00), *range(0x2700, 0x27C0))]
    pictures += [
        "👨\u200d👩\u200d👧",
        "👋🏽",
        "❤\ufe0f",
        "🇧🇷",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    ]
    pictures += ["😀😀", "😀 👍", ":-)", ":)", ":D", ":-(", ";)", "=)", ":p"]
    for picture in pictures:
        assert speakable(f"So {picture} bom", language) == "So bom"
        assert speakable(f"So {picture}", language) == "So"
        assert speakable(f"{picture} bom", language) == "bom"
    assert speakable("👍", language) == ""
    assert unmarked("Yes 😂!") == "Yes!"
    assert unmarked("5\ufe0f\u20e3 of them") == "5 of them"


@pytest.mark.parametrize(
    "text", ["C♯ minor", "A → B", "f(x) = (1)", "x=[1]", "Time: 5:30", "8) Close it", "a:b", "© 2026"]
)
def test_what_is_no_picture_stays(text: str) -> None:
    assert unmarked(text) == text


@pytest.mark.parametrize("language", ["en", "pt", "vi"])
def test_no_text_of_these_kinds_is_slow(language: str) -> None:
    for text in ("1x" * 3000, "1-1" * 2000, "1:1 " * 2000, "XIV " * 2000, "1 ou " * 2000, "-$" * 3000, "1.1.1" * 1500):
        assert not any(character.isdecimal() for character in speakable(text, language))
    for text in (" " * 20_000 + "x", "👍 " * 3000, ":) " * 3000, "Aa " * 5000):
        assert len(speakable(text, language)) <= len(text)

from __future__ import annotations

import time

import pytest

from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.languages.english import English
from tasks.languages.portuguese import Portuguese
from tasks.languages.spoken_rules import SPELLED_BELOW, SpokenRules
from tasks.languages.vietnamese import Vietnamese

ENGLISH = [
    ("It costs $3.50, or $1.", "It costs three dollars and fifty cents, or one dollar."),
    ("£0.50 or €1,234.56", "fifty pence or one thousand two hundred thirty-four euros and fifty-six cents"),
    ("$3 million, $5k, US$2.5bn", "three million dollars, five thousand dollars, two point five billion dollars"),
    ("$10-$15", "ten dollars to fifteen dollars"),
    ("In 1905, 1998, 2000, 2007 and 2026.", None),
    ("the 1990s, the '80s, the 1800s", "the nineteen nineties, the eighties, the eighteen hundreds"),
    ("1,234,567 people", "one million two hundred thirty-four thousand five hundred sixty-seven people"),
    ("3.5 km at 20 °C and -5 °C.", None),
    ("10-15% off, or 10 \u2013 15%", "ten to fifteen percent off, or ten to fifteen percent"),
    ("March 14, 2026 and 14 March", "March fourteenth twenty twenty-six and March fourteenth"),
    (
        "Sept. 5, 2005-03-01, 3/14/2026",
        "September fifth, March first two thousand five, March fourteenth twenty twenty-six",
    ),
    ("at 3:30 p.m. Then 9:05 and 5pm.", "at three thirty PM. Then nine oh five and five PM."),
    ("at 9 a.m. on Monday", "at nine AM on Monday"),
    ("9:00, 14:00", "nine o'clock, fourteen hundred hours"),
    ("21st, 2nd, 12th, 100th", "twenty-first, second, twelfth, one hundredth"),
    ("Call 555-1234.", "Call five five five, one two three four."),
    ("A4, 5G, COVID-19, H2O", "A four, five G, COVID-nineteen, H two O"),
    ("1/2 cup, 1 1/2, 2½, 24/7, 5/10", None),
    ("version 2.0.1", "version two point zero point one"),
    ("room 007, No. 5, #7", "room zero zero seven, number five, number seven"),
    ("Dr. Smith & Mr. Jones, e.g. here, etc.", "Doctor Smith and Mister Jones, for example here, et cetera."),
    ("There were 5. Then 12.", "There were five. Then twelve."),
    ("1234567890", "one two three four five six seven eight nine zero"),
    ("May 5 may be 5 or more.", "May fifth may be five or more."),
    ("3-4 pm", "three to four PM"),
    ("9:00-17:00", "nine o'clock to seventeen hundred hours"),
    ("10:30 \u2013 11 am", "ten thirty to eleven AM"),
    ("\u20ac1.971,13 and $1,971.13", None),
    ("1 000 000 people, 12 500 km", "one million people, twelve thousand five hundred kilometers"),
    ("v2.0.1 and version v3.1", "version two point zero point one and version three point one"),
    ("192.168.1.1", "one nine two dot one six eight dot one dot one"),
    ("He is 5'10\" tall.", "He is five foot ten tall."),
    ("~50 of ~$5", "about fifty of about five dollars"),
    ("https://example.org/a?b=1&c=2", "example dot org slash a"),
    ("www.example.com, first.last@example.org", "example dot com, first dot last at example dot org"),
    ("2019-2021, pages 3\u20135", "twenty nineteen to twenty twenty-one, pages three to five"),
    ("SSN 123-45-6789, ZIP 12345-6789", None),
    ("4111 1111 1111 1111", "four one one one, one one one one, one one one one, one one one one"),
    ("PIN 4021, code: 777, order number 31337", None),
    ("+1 202 555 0143", "plus one, two zero two, five five five, zero one four three"),
    ("No. 5, vol. 4, p. 12, Jan. 5", "Number five, volume four, page twelve, January fifth"),
    ("10k, 2.5bn", "ten thousand, two point five billion"),
    ("a 5-year-old, the 3-2 score", "a five-year-old, the three to two score"),
    ("1'234'567.50 and 1.234.567,50", None),
    ("Room 7-9, 5-6 kg, 20-30%", "Room seven to nine, five to six kilograms, twenty to thirty percent"),
    ("2026-01-05", "January fifth twenty twenty-six"),
    ("0800 123 456", "zero eight zero zero, one two three, four five six"),
    ("10.0.0.1:8080", "one zero dot zero dot zero dot one dot eight zero eight zero"),
    ("It is 3.14, not 3,14.", None),
    ("a_b-c@x-y.co.uk", "a b c at x y dot co dot uk"),
    ("5 + 3 = 8", "five plus three equals eight"),
]
PORTUGUESE = [
    ("Custa R$ 3,50 ou R$ 1.", "Custa três reais e cinquenta centavos ou um real."),
    ("US$ 1.234,56", "mil duzentos e trinta e quatro dólares e cinquenta e seis centavos"),
    ("R$ 3 milhões, R$ 2,5 bi, R$ 1.000.000, R$ 5 mil", None),
    ("7.000 euros, 7.000. Mas 3,5 e 3.5", "sete mil euros, sete mil. Mas três vírgula cinco e três vírgula cinco"),
    ("Em 1998 e 2026", "Em mil novecentos e noventa e oito e dois mil e vinte e seis"),
    (
        "3,05 km a -5 °C, 60 km/h",
        "três vírgula zero cinco quilômetros a menos cinco graus Celsius, sessenta quilômetros por hora",
    ),
    ("10-15% de desconto", "dez a quinze por cento de desconto"),
    (
        "14/03/2026, dia 5/4, 1 de maio",
        "quatorze de março de dois mil e vinte e seis, dia cinco de abril, primeiro de maio",
    ),
    ("às 14:30, 9h, 1h, 21h30", "às quatorze e trinta, nove horas, uma hora, vinte e uma e trinta"),
    ("2ª vez, 21º andar, século XXI", "segunda vez, vigésimo primeiro andar, século vinte e um"),
    ("2 pessoas, 2 dias, 200 mulheres, 21 casas", "duas pessoas, dois dias, duzentas mulheres, vinte e uma casas"),
    ("2 milhões de pessoas, 2.000 pessoas", "dois milhões de pessoas, duas mil pessoas"),
    ("(11) 91234-5678", "um um, nove um dois três quatro, cinco seis sete oito"),
    ("O Dr. Silva e a Sra. Costa, etc.", "O Doutor Silva e a Senhora Costa, etcétera."),
    ("nº 5, £2, 1/2 copo, 1 1/2", "número cinco, duas libras, meio copo, um e meio"),
    ("CEP 01310-100", "CEP zero um três um zero, um zero zero"),
    ("CPF 123.456.789-09", "CPF um dois três, quatro cinco seis, sete oito nove, zero nove"),
    ("CNPJ 12.345.678/0001-90", None),
    ("9h-17h, 9:00-17:00", "nove horas a dezessete horas, nove horas a dezessete horas"),
    ("14h30-15h", "quatorze e trinta a quinze horas"),
    ("3-4 pessoas, 10-12 km", "três a quatro pessoas, dez a doze quilômetros"),
    ("$1,971.13 e € 1.971,13", None),
    ("1 000 000 de reais, 12 500 km", "um milhão de reais, doze mil e quinhentos quilômetros"),
    ("apto. 12, bl. 3", "apartamento doze, bloco três"),
    ("v2.0.1", "versão dois ponto zero ponto um"),
    ("192.168.1.1", "um nove dois ponto um seis oito ponto um ponto um"),
    ("~50 pessoas", "cerca de cinquenta pessoas"),
    ("www.exemplo.com.br/a?b=c", "exemplo ponto com ponto br barra a"),
    ("ana.lima@exemplo.org", "ana ponto lima arroba exemplo ponto org"),
    ("ramal 4021, senha: 777", "ramal quatro zero dois um, senha sete sete sete"),
    ("2019-2021", "dois mil e dezenove a dois mil e vinte e um"),
    ("+55 11 91234-5678", "mais cinco cinco, um um, nove um dois três quatro, cinco seis sete oito"),
    ("10k, R$ 5k", None),
    ("5'10\"", "cinco pés e dez polegadas"),
    ("4111 1111 1111 1111", "quatro um um um, um um um um, um um um um, um um um um"),
    ("pág. 3, cap. 2", "página três, capítulo dois"),
    ("às 8h-9h30", "às oito horas a nove e trinta"),
    ("12.345.678-9", "um dois, três quatro cinco, seis sete oito, nove"),
    ("conta 12345", "conta um dois três quatro cinco"),
    ("20-30%", "vinte a trinta por cento"),
    ("2026-01-05", "cinco de janeiro de dois mil e vinte e seis"),
    ("R$ 10-15", "dez reais a quinze"),
    ("5 + 3 = 8", "cinco mais três igual a oito"),
    ("0800 123 456", "zero oito zero zero, um dois três, quatro cinco seis"),
    ("7,5-8 m", "sete vírgula cinco a oito metros"),
    ("fev. 10", "fevereiro dez"),
    ("nº 7", "número sete"),
    ("10:30-11:00", "dez e trinta a onze horas"),
    ("https://exemplo.org", "exemplo ponto org"),
    ("3-4 vezes", "três a quatro vezes"),
]
VIETNAMESE = [
    ("50.000 đ, 3,5 triệu đồng, 100 USD", "năm mươi nghìn đồng, ba phẩy năm triệu đồng, một trăm đô la"),
    ("Ngày 14/3/2026, tháng 4, ngày 2/9", None),
    ("lúc 14:30, 9h, 8g05", "lúc mười bốn giờ ba mươi, chín giờ, tám giờ năm phút"),
    ("thứ 4, lần thứ 2, thứ 1", "thứ tư, lần thứ hai, thứ nhất"),
    ("35 °C, 10-15%", "ba mươi lăm độ xê, mười đến mười lăm phần trăm"),
    ("0912 345 678", "không chín một hai, ba bốn năm, sáu bảy tám"),
    ("TP. HCM, v.v.", "thành phố Hồ Chí Minh, vân vân."),
    ("3,14 và 0,05 và 3/4", "ba phẩy mười bốn và không phẩy không năm và ba phần tư"),
    ("8h30-9h", "tám giờ ba mươi đến chín giờ"),
    ("9:00-17:00", "chín giờ đến mười bảy giờ"),
    ("2tr, 500k, 2tr5", "hai triệu, năm trăm nghìn, hai triệu rưỡi"),
    ("Q.1, P. 5, tr. 7", "Quận một, phường năm, trang bảy"),
    ("3-4 giờ", "ba đến bốn giờ"),
    ("1 000 000 đồng", "một triệu đồng"),
    ("192.168.1.1", "một chín hai chấm một sáu tám chấm một chấm một"),
    ("~50 người", "khoảng năm mươi người"),
    ("v2.0.1", "phiên bản hai chấm không chấm một"),
    ("CCCD 012345678901", "CCCD không một hai ba bốn năm sáu bảy tám chín không một"),
    ("an@vidu.vn", "an a còng vidu chấm vn"),
    ("https://vidu.vn/a?b=c", "vidu chấm vn gạch chéo a"),
    ("20-30%", "hai mươi đến ba mươi phần trăm"),
    ("2019-2021", None),
    ("mã 4021", "mã bốn không hai một"),
    ("$1,971.13", None),
    ("50k-100k", "năm mươi nghìn đến một trăm nghìn"),
    ("7g-8g15", "bảy giờ đến tám giờ mười lăm"),
    ("5-6 kg", "năm đến sáu ki lô gam"),
    ("1.971,13", None),
    ("+84 912 345 678", "cộng tám bốn, chín một hai, ba bốn năm, sáu bảy tám"),
    ("4111 1111 1111 1111", "bốn một một một, một một một một, một một một một, một một một một"),
    ("14-3-2026", None),
    ("3tr2", "ba triệu hai"),
    ("1,5tr", "một phẩy năm triệu"),
    ("2tỷ", "hai tỷ"),
    ("2026-01-05", None),
    ("5 + 3 = 8", "năm cộng ba bằng tám"),
    ("100k", "một trăm nghìn"),
    ("8h-10h", "tám giờ đến mười giờ"),
    ("12 500 km", "mười hai nghìn năm trăm ki lô mét"),
    ("7,5-8 m", "bảy phẩy năm đến tám mét"),
    ("10:30-11:00", "mười giờ ba mươi đến mười một giờ"),
    ("ngày 5/6, 7/8", None),
    ("10-12 người", "mười đến mười hai người"),
    ("www.vidu.com", "vidu chấm com"),
    ("PIN 1234", "PIN một hai ba bốn"),
    ("0,5-1 lít", "không phẩy năm đến một lít"),
    ("24 giờ, 7 ngày", "hai mươi bốn giờ, bảy ngày"),
    ("~2tr", "khoảng hai triệu"),
    ("15-20 phút", "mười lăm đến hai mươi phút"),
    ("99,9%", "chín mươi chín phẩy chín phần trăm"),
]
LONGER = {
    "\u20ac1.971,13 and $1,971.13": (
        "one thousand nine hundred seventy-one euros and thirteen cents and one thousand nine hundred seventy-one "
        "dollars and thirteen cents"
    ),
    "SSN 123-45-6789, ZIP 12345-6789": (
        "SSN one two three, four five, six seven eight nine, ZIP one two three four five, six seven eight nine"
    ),
    "PIN 4021, code: 777, order number 31337": (
        "PIN four zero two one, code seven seven seven, order number three one three three seven"
    ),
    "1'234'567.50 and 1.234.567,50": (
        "one million two hundred thirty-four thousand five hundred sixty-seven point five zero and one million two "
        "hundred thirty-four thousand five hundred sixty-seven point five zero"
    ),
    "It is 3.14, not 3,14.": "It is three point one four, not three point one four.",
    "CNPJ 12.345.678/0001-90": ("CNPJ um dois, três quatro cinco, seis sete oito, zero zero zero um, nove zero"),
    "$1,971.13 e € 1.971,13": (
        "mil novecentos e setenta e um dólares e treze centavos e mil novecentos e setenta e um euros e treze centavos"
    ),
    "10k, R$ 5k": "dez mil, cinco mil reais",
    "2019-2021": "hai nghìn không trăm mười chín đến hai nghìn không trăm hai mươi mốt",
    "$1,971.13": "một nghìn chín trăm bảy mươi mốt phẩy mười ba đô la",
    "1.971,13": "một nghìn chín trăm bảy mươi mốt phẩy mười ba",
    "14-3-2026": "ngày mười bốn tháng ba năm hai nghìn không trăm hai mươi sáu",
    "2026-01-05": "năm tháng một năm hai nghìn không trăm hai mươi sáu",
    "ngày 5/6, 7/8": "ngày năm tháng sáu, bảy trên tám",
    "In 1905, 1998, 2000, 2007 and 2026.": (
        "In nineteen oh five, nineteen ninety-eight, two thousand, two thousand seven and twenty twenty-six."
    ),
    "3.5 km at 20 °C and -5 °C.": (
        "three point five kilometers at twenty degrees Celsius and minus five degrees Celsius."
    ),
    "1/2 cup, 1 1/2, 2½, 24/7, 5/10": (
        "one half cup, one and one half, two and one half, twenty-four seven, five over ten"
    ),
    "R$ 3 milhões, R$ 2,5 bi, R$ 1.000.000, R$ 5 mil": (
        "três milhões de reais, dois vírgula cinco bilhões de reais, um milhão de reais, cinco mil reais"
    ),
    "Ngày 14/3/2026, tháng 4, ngày 2/9": (
        "Ngày mười bốn tháng ba năm hai nghìn không trăm hai mươi sáu, tháng tư, ngày hai tháng chín"
    ),
}
CASES = [
    (language, text, words or LONGER[text])
    for language, cases in (("en", ENGLISH), ("pt", PORTUGUESE), ("vi", VIETNAMESE))
    for text, words in cases
]
PLAIN = {
    "en": "He said it was fine - no problem, the in-laws are coming; J. K. Rowling may, too.",
    "pt": "A cobra-coral, o Sr. não sabe; é assim.",
    "vi": "Xin chào các bạn, hôm nay trời đẹp.",
}


@pytest.mark.parametrize(("language", "text", "words"), CASES)
def test_what_is_written_short_is_said_in_words(language: str, text: str, words: str) -> None:
    assert speakable(text, language) == words
    assert speakable(words, language) == words, "what is speakable stays as it is"


@pytest.mark.parametrize(
    ("rules", "number", "words"),
    [
        (English(), 0, "zero"),
        (English(), 1_000_101, "one million one hundred one"),
        (English(), 999_999, "nine hundred ninety-nine thousand nine hundred ninety-nine"),
        (Portuguese(), 100, "cem"),
        (Portuguese(), 1100, "mil e cem"),
        (Portuguese(), 1_001_021, "um milhão mil e vinte e um"),
        (Portuguese(), 2_000_200, "dois milhões e duzentos"),
        (Vietnamese(), 21, "hai mươi mốt"),
        (Vietnamese(), 15, "mười lăm"),
        (Vietnamese(), 105, "một trăm linh năm"),
        (Vietnamese(), 1_000_001, "một triệu không trăm linh một"),
        (Vietnamese(), 2_005, "hai nghìn không trăm linh năm"),
    ],
)
def test_number_words(rules: SpokenRules, number: int, words: str) -> None:
    assert rules.cardinal(number) == words


@pytest.mark.parametrize("rules", [English(), Portuguese(), Vietnamese()])
def test_every_number_has_words_of_its_own(rules: SpokenRules) -> None:
    numbers = [*range(3000), *(10**power + extra for power in range(4, 15) for extra in (0, 1, 10, 101))]
    assert len({rules.cardinal(number) for number in numbers}) == len(set(numbers))
    assert rules.cardinal(SPELLED_BELOW - 1)


@pytest.mark.parametrize("language", ["en", "pt", "vi"])
def test_ordinary_text_stays_as_it_is(language: str) -> None:
    assert speakable(PLAIN[language], language) == PLAIN[language].replace("Sr.", "Senhor")


def test_a_language_that_is_not_known_stays_as_it_is() -> None:
    assert speakable("Es kostet 3,50 €.", "de") == "Es kostet 3,50 €."


@pytest.mark.parametrize("language", ["en", "pt", "vi"])
def test_no_digit_is_left_and_no_text_is_slow(language: str) -> None:
    hostile = [
        "1" * 4000, "1,2.3/4-5:6%7$8" * 200, "1.1" * 1000, "0/0/0000 31/31/2026 99:99 32/13/2026 13/32/2026",
        "2026-13-45 0th 00h 25h70 $ 5 5$ ½½ ٣٤ -- 1-2-3-4 1h2h3 +1+2", "a1b2" * 500, "1 " * 2000, "(" * 3000 + "1",
        "thứ 14 tháng 13/2026 0 0,0 1/0 século IVXLIVX 9.999.999.999.999.999,99 dólares", "$" * 2000, "1 000 " * 300,
    ]  # fmt: skip
    started = time.process_time()
    for text in hostile:
        assert not any(character.isdecimal() for character in speakable(text, language))
    assert time.process_time() - started < 10, "regular expressions must not run away"


def test_clauses_are_as_long_as_they_sound_and_keep_numbers_with_their_units() -> None:
    pieces = speakable_clauses("Custa R$ 1.234.567,50 por ano, ou 7.000 por mês. … Certo?", "pt", (22, 50, 80))
    assert pieces[0] == "Custa um milhão"
    assert all(len(piece) <= 90 for piece in pieces)
    assert " ".join(pieces) == (
        "Custa um milhão duzentos e trinta e quatro mil quinhentos e sessenta e sete reais e cinquenta centavos "
        "por ano, ou sete mil por mês. … Certo?"
    )
    assert speakable_clauses("… — ?!", "pt", (22,)) == []


@pytest.mark.parametrize(
    ("language", "text", "pieces"),
    [
        ("pt", "O bilhete custa R$ 3,50 e leva 45 minutos.", ["O bilhete custa", "três reais e cinquenta centavos"]),
        ("pt", "Em 1998 havia 2 mil pessoas.", ["Em mil novecentos e noventa e oito", "havia duas mil pessoas."]),
        ("en", "The ticket costs $3.50 and takes 45 minutes.", ["The ticket costs", "three dollars and fifty cents"]),
    ],
)
def test_a_number_stays_with_its_unit(language: str, text: str, pieces: list[str]) -> None:
    assert speakable_clauses(text, language, (22, 50))[: len(pieces)] == pieces

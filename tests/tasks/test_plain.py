"""Small texts, with the real models: courtesies, capitals, and what is no language."""

from __future__ import annotations

import pytest

from tasks.engines.base import EngineError, Translator
from tasks.engines.translation import faithful, plain
from tasks.languages import LANGUAGES
from tasks.languages.courtesies import MEANINGS, phrasebook
from tasks.languages.literals import edges, has_words, literals
from tests.support.translators import bergamot

LITERALS = [
    "first.last@example.org",
    "https://example.org/a/b?c=d&e=%20f#g",
    "https://example.org/" + "abc-123/" * 150 + "end",
    "www.example.com/x",
    "docs.example.io",
    "{name}",
    "{{ user.name }}",
    "${HOME}",
    "%s",
    "%(count)d",
    "%1$s",
    "<b>",
    "&nbsp;",
    r"{\an8}",
    r"{\i1}",
    r"{\b0}",
    r"{\pos(400,570)}",
    r"{\fad(200,200)\an8}",
    r"{\c&H00FFFF&}",
    r"{\fnArial\fs20}",
    r"{\k20}",
    "{c:$0000ff}",
    "{y:i,b}",
    "relatorio_final_v2.docx",
    "meu-ficheiro.pdf",
    "backup.tar.gz",
    "README.md",
    "lista_de_nomes",
    "MAX_RETRIES",
    "__init__",
    "minhaVariavel",
    "bPvQ4SKWDWeHe3mmwrtC",
    "y7y7y7y7",
    "550e8400e29b41d4a716446655440000",
    "`git push`",
    "/etc/nginx/nginx.conf",
    r"C:\Users\ana\file.txt",
    "@maria_s",
    "#general",
    "😆",
    "👨‍👩‍👧",
    "👍🏽",
    "🇧🇷",
    "❤️",
    "1️⃣",
    "™",
]


class Forgetful(Translator):
    """Loses whatever is not a small word; answers the rest in brackets."""

    name = "forgetful"
    pairs = frozenset({("en", "pt")})

    def translate(self, text: str, source: str, target: str) -> str:  # noqa: ARG002
        kept = [word for word in text.split() if word.islower()]
        if not kept:
            raise EngineError("nothing")
        return f"[{' '.join(kept)}]"


@pytest.mark.parametrize("literal", LITERALS)
def test_what_is_no_language_passes_byte_for_byte(literal: str) -> None:
    assert literals(literal) == [(0, len(literal))]
    assert not has_words(literal)
    assert faithful.translate(bergamot(), literal, "en", "pt").text == literal
    sentence = f"Please send {literal} to me today."
    assert literal in faithful.translate(bergamot(), sentence, "en", "pt").text
    assert (
        plain.translate(Forgetful(), f"please send {literal} to me", "en", "pt") == f"[please send] {literal} [to me]"
    )


@pytest.mark.parametrize("text", ["", " ", "🌷🌷", "12:30", "?!", "  😀 \n", "1.971,13", "— …", "{a} {b}", "3 + 4 = 7"])
def test_what_has_no_words_comes_back_as_it_is(text: str) -> None:
    assert faithful.translate(Forgetful(), text, "en", "pt").text == text


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith, no. 5: 10 kg",
        "C++ and C#",
        "10% of it",
        "a < b",
        "Is it 3:4?",
        "x=1; y=2",
        "My iPhone, eBay and YouTube",
        "B12 at 10am",
        "COVID-19 in 1990s",
        "2500km/h",
        "10h30min or 12h45min00",
        "a _very_ b",
        "Mr.Smith",
        "McDonald said so",
        "the end.Then",
        "3rd, 21st",
        "MP3 and PDF files",
    ],
)
def test_ordinary_text_has_no_literals(text: str) -> None:
    assert literals(text) == []


@pytest.mark.parametrize("unit", ["x", "a-", "a.b-", "1"])
def test_a_word_without_end_does_not_hold_anybody_up(unit: str) -> None:
    """Where the time grows with the square of the length, this outlasts the patience of the test runner."""
    assert not literals(unit * 300_000)


def test_emoji_at_the_edges_stay_there() -> None:
    assert edges(" 🎉 Well done! 👏👏 ") == (" 🎉 ", "Well done!", " 👏👏 ")
    assert edges("no emoji") == ("", "no emoji", "")
    assert edges("😆") == ("😆", "", "")


@pytest.mark.parametrize(
    ("text", "source", "target", "expected"),
    [
        ("Obrigada.", "pt", "en", "Thank you."),
        ("Pois é.", "pt", "en", "Exactly."),
        ("BOM DIA, TUDO BEM?", "pt", "en", "GOOD MORNING, HOW ARE YOU?"),
        ("tudo bem", "pt", "en", "all right"),
        ("Tudo bem?", "pt", "en", "How are you?"),
        ("Hello", "en", "pt", "Olá"),
        ("No, thank you!", "en", "pt", "Não, obrigado!"),
        ("I'm fine, thank you.", "en", "pt", "Estou bem, obrigado."),
        ("YES", "en", "pt", "SIM"),
        ("Cảm ơn!", "vi", "en", "Thank you!"),
        ("Xin chào, bạn khỏe không?", "vi", "pt", "Olá, como vai?"),
        ("Até amanhã 👋", "pt", "en", "See you tomorrow 👋"),
        ("You\u2019re welcome.", "en", "vi", "Không có gì."),
        ("PLEASE CLOSE THE DOOR", "en", "pt", "POR FAVOR, FECHE A PORTA"),
        ("THE DOOR IS OPEN. Please close it.", "en", "pt", "A PORTA ESTÁ ABERTA. Por favor, feche-o."),
        ("My room is No. 5.", "en", "pt", "Meu quarto é número 5."),
        ("Moro no apto. 12.", "pt", "en", "I live in apartment 12."),
        ("A REUNIÃO COMEÇA AMANHÃ", "pt", "en", "THE MEETING BEGINS TOMORROW"),
    ],
)
def test_small_texts(text: str, source: str, target: str, expected: str) -> None:
    assert plain.translate(bergamot(), text, source, target) == expected


@pytest.mark.parametrize("text", ["Please send it.", "Thank you for the report.", "No dogs.", "Right turn."])
def test_what_only_begins_like_a_courtesy_is_none(text: str) -> None:
    assert phrasebook("en", "pt").look_up(text) is None


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_courtesy_of_a_language_is_known_in_the_others(code: str) -> None:
    courtesies = LANGUAGES[code].courtesies
    if not courtesies:
        return
    assert set(courtesies) == MEANINGS
    for target in (other for other in LANGUAGES if other != code and LANGUAGES[other].courtesies):
        for forms in courtesies.values():
            for form in forms:
                mark = "?" if form.endswith("?") else "."
                assert phrasebook(code, target).look_up(form.removesuffix("?") + mark), form


@pytest.mark.parametrize("text", ["OK", "NATO", "UNESCO", "I am here", "USA and UK", "Hello WORLD"])
def test_a_few_capitals_are_no_shouting(text: str) -> None:
    assert not plain.shouted(text)


def test_lines_and_spaces_stay_where_something_is_special() -> None:
    text = "  Hello.  Thanks! \r\n\tThe door is open 🚪\n"
    assert plain.translate(bergamot(), text, "en", "pt") == "  Olá.  Obrigado! \r\n\tA porta está aberta 🚪\n"

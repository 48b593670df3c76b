"""A glossary leaves the sentence as it is, with the real models: the term, and what follows it in form, are all."""

from __future__ import annotations

import pytest

from tasks.engines.translation import faithful
from tasks.engines.translation.glossary import Span, Term
from tasks.engines.translation.terms import agrees, rendering, replaced
from tasks.languages.agreement import put
from tasks.languages.english import ENGLISH
from tasks.languages.portuguese import PORTUGUESE
from tests.support.translators import bergamot

SCHOOL = [Term("reunião", "assembly"), Term("diretora", "headmistress")]
COMPANY = [Term("board", "conselho"), Term("budget", "verba"), Term("meeting", "assembleia"), Term("report", "ata")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A diretora não veio à reunião.", "The headmistress did not come to the assembly."),
        ("A reunião é às três.", "The assembly is at three."),
        ("A diretora chegou.", "The headmistress arrived."),
        ("Quando começa a reunião?", "When does the assembly begin?"),
        ("A reunião foi cancelada.", "The assembly was cancelled."),
        ("Temos uma reunião amanhã.", "We have an assembly tomorrow."),
        ("O diretor e a diretora discutiram.", "The director and the headmistress discussed."),
        ("A diretora abriu a reunião às nove horas.", "The headmistress opened the assembly at nine o'clock."),
    ],
)
def test_portuguese_into_english(text: str, expected: str) -> None:
    found = faithful.translate(bergamot(), text, "pt", "en", SCHOOL)
    assert (found.text, found.losses) == (expected, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The board approved the budget at the last meeting.",
            "O conselho aprovou a verba na última assembleia.",
        ),
        ("The budget was approved.", "A verba foi aprovada."),
        ("A meeting was held yesterday.", "Uma assembleia foi realizada ontem."),
        ("Our budget is small.", "A nossa verba é pequena."),
        ("She left the meeting early.", "Ela deixou a assembleia cedo."),
        ("I wrote the report yesterday.", "Escrevi a ata ontem."),
    ],
)
def test_english_into_portuguese(text: str, expected: str) -> None:
    found = faithful.translate(bergamot(), text, "en", "pt", COMPANY)
    assert (found.text, found.losses) == (expected, 0)


def test_a_glossary_loses_a_term_rather_than_a_sentence() -> None:
    plain = bergamot()
    glossary = [Term(source, f"zz{number}") for number, source in enumerate(("of", "after the", "is", "we need"))]
    for text in ("The price of milk is high.", "After the lunch we need a rest.", "Is it one of ours?"):
        found = faithful.translate(plain, text, "en", "pt", glossary)
        without = faithful.translate(plain, text, "en", "pt")
        assert agrees(without.text, found.text, found.terms), found
        assert len(found.terms) + len(found.lost_terms) > 0


@pytest.mark.parametrize(
    ("plain", "other", "terms", "agree"),
    [
        (
            "The principal did not come to the meeting.",
            "The headmistress did not come to. Its neonos.",
            ["headmistress"],
            False,
        ),
        ("The meeting is at three.", "The assembly is the stress.", ["assembly"], False),
        ("The meeting is at three.", "The assembly is at three.", ["assembly"], True),
        ("A prancha se reuniu após o almoço.", "O conselho se reuniu após o almoço.", ["conselho"], True),
        ("O conselho aprovou.", "O conselho aprovou aprovou aprovou aprovou aprovou.", [], False),
        ("We meet at 3 in the hall.", "We meet at 5 in the hall.", [], False),
        ("The director left early because of the rain.", "The headmistress.", ["headmistress"], False),
        ("Good morning.", "Good morning.", [], True),
    ],
)
def test_what_placeholders_gave_must_say_the_same(plain: str, other: str, terms: list[str], *, agree: bool) -> None:
    assert agrees(plain, other, terms) is agree


def test_the_words_for_a_term_are_those_that_say_something() -> None:
    assert rendering("the Director of the", "en") == "Director"
    assert rendering("a reunião", "pt") == "reunião"
    assert rendering("the of", "en") == ""


def test_a_term_takes_the_place_that_it_has_in_the_source() -> None:
    spans = [Span(18, 26, "headmistress")]
    assert (
        replaced("The director and the director.", "O diretor e ela a diretora.", spans, [["Director"]], "en")
        == "The director and the headmistress."
    )
    assert replaced("Nothing of it.", "A diretora", [Span(2, 10, "x")], [["Director"]], "en") == "Nothing of it."


@pytest.mark.parametrize(
    ("text", "noun", "expected"),
    [
        ("O meu último # foi aprovado ontem.", "verba", "A minha última verba foi aprovada ontem."),
        ("Saiu da # pronta.", "relatório", "Saiu do relatório pronto."),
        ("Fui à #.", "escritório", "Fui ao escritório."),
        ("Pelos # abertos.", "janelas", "Pelas janelas abertas."),
        ("Esta # é muito longa.", "programa", "Este programa é muito longo."),
        ("A # acaba às três.", "encontro", "O encontro acaba às três."),
        ("Numa # boa.", "sistema", "Num sistema bom."),
        ("Nenhum # está fechado.", "porta", "Nenhuma porta está fechada."),
        ("Todas as # novas.", "dias", "Todos os dias novos."),
        ("AO #", "reunião", "À reunião"),
        ("Gosto de #.", "verba", "Gosto de verba."),
    ],
)
def test_what_stands_around_a_portuguese_noun_follows_it(text: str, noun: str, expected: str) -> None:
    at = text.index("#")
    assert put(text, at, at + 1, noun, PORTUGUESE.agreement) == expected


@pytest.mark.parametrize(
    ("text", "noun", "expected"),
    [
        ("This is a #.", "agenda", "This is an agenda."),
        ("An # began.", "meeting", "A meeting began."),
        ("a #", "hour", "an hour"),
        ("an #", "university", "a university"),
        ("a #", "user", "a user"),
        ("the #", "agenda", "the agenda"),
    ],
)
def test_the_english_article_follows_its_noun(text: str, noun: str, expected: str) -> None:
    at = text.index("#")
    assert put(text, at, at + 1, noun, ENGLISH.agreement) == expected

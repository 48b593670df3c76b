from __future__ import annotations

import pytest

from tasks.engines.stt.phantoms import is_phantom
from tasks.engines.text.repeats import Run, before_restart, restrained, runs
from tasks.languages.text import compression_ratio


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("Every purchase is a vote.", []),
        ("No, no, NO!", [Run(0, 1, 3)]),
        ("call 55 55 55 55", [Run(1, 1, 5)]),
        ("Please come here. Please come here.", [Run(0, 3, 6)]),
        ("It was very, very good and very, very long.", [Run(2, 1, 4), Run(6, 1, 8)]),
        ("I said well well no well well no well well no", [Run(2, 3, 11)]),
        ("Every purchase is a vote. Every purchase is a vote. Every pur", [Run(0, 5, 12)]),
        ("… … …", [Run(0, 1, 3)]),
    ],
)
def test_what_comes_again_is_found_wherever_it_stands(text: str, found: list[Run]) -> None:
    assert runs(text.split(), cut_off=True) == found


def test_a_last_word_counts_as_cut_off_only_where_it_may_be() -> None:
    words = ["We", "go", "on.", "We", "go", "on.", "We", "go", "o"]
    assert runs(words) == [Run(0, 3, 8)]
    assert runs(words, cut_off=True) == [Run(0, 3, 9)]


@pytest.mark.parametrize(
    ("source", "translation", "expected"),
    [
        ("Eu não sei se vou.", "I don't know if I don't know if I don't know if", "I don't know if"),
        ("Bem, não.", "well no no no no no", "well no no"),
        ("Estou aqui agora.", "I am here now. I am here now. I am he", "I am here now."),
    ],
)
def test_a_translation_says_nothing_more_often_than_its_source(source: str, translation: str, expected: str) -> None:
    assert restrained(translation, source) == (expected, True)


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Sim, sim, sim, sim.", "Yes, yes, yes, yes."),
        ("Ele vem aí. Ele está vindo.", "He is coming. He is coming."),
        ("cinco cinco cinco cinco cinco", "five five five five five"),
        ("Venha cá, por favor. Venha cá, por favor.", "Please come here. Please come here."),
        ("Foi muito, muito bom.", "It was very, very good."),
        (
            "Não pergunte o que o seu país pode fazer por você, mas o que pode fazer por ele.",
            "Ask not what your country can do for you, ask what you can do for your country.",
        ),
    ],
)
def test_what_the_source_repeats_its_translation_may(source: str, translation: str) -> None:
    assert restrained(translation, source) == (translation, False)


def test_compression_gives_a_loop_away() -> None:
    assert compression_ratio("mấy chút " * 30) > 2.4
    assert compression_ratio("The quick brown fox jumps over the lazy dog while nobody looks.") < 1.5


def test_phantoms_are_dropped_and_thanks_are_not() -> None:
    assert is_phantom("Thanks for watching!", "en", no_speech=0.0)
    assert is_phantom("Thank you.", "en", no_speech=0.5)
    assert not is_phantom("Thank you.", "en", no_speech=0.05)
    assert not is_phantom("Thank you for the report.", "en", no_speech=0.9)


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("It should be fine in form. It should be", "It should be fine in form."),
        ("It should be fine in form. It should be fi", "It should be fine in form."),
        ("Is it? Is it? Is it? Is", "Is it?"),
        ("One. Two. Three four. One. Two. Three fo", "One. Two. Three four."),
        ("It should be fine in form. It shall be fine", None),
        ("It should be fine and it should be fine", None),
        ("No. No. Yes.", None),
        ("", None),
    ],
)
def test_an_utterance_that_was_begun_anew_is_kept_once(text: str, once: str | None) -> None:
    assert before_restart(text) == once

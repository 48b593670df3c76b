from __future__ import annotations

import pytest

from tasks.engines.text.detect import LANGUAGES, detect

SENTENCES = {
    "en": ["Where can I find a doctor?", "The meeting starts at nine.", "I would like some water, please."],
    "pt": ["Onde posso encontrar um médico?", "A reunião começa às nove.", "Eu não sei onde ela está."],
    "vi": ["Tôi có thể tìm bác sĩ ở đâu?", "Cuộc họp bắt đầu lúc chín giờ.", "Xin cho tôi một ít nước."],
    "es": ["¿Dónde puedo encontrar un médico?", "La reunión empieza a las nueve."],
    "fr": ["Où puis-je trouver un médecin ?"],
    "de": ["Wo finde ich einen Arzt?"],
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in SENTENCES.items() for text in texts]
)
def test_the_language_of_a_sentence(language: str, text: str) -> None:
    found = detect(text)
    assert next(iter(found)) == language
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert sum(found.values()) == pytest.approx(1, abs=0.02)
    assert set(found) <= set(LANGUAGES)


def test_a_long_text_is_surer_than_a_short_one() -> None:
    assert detect(" ".join(SENTENCES["pt"]))["pt"] > 0.99
    assert detect("ok")["en"] < 0.5


@pytest.mark.parametrize("text", ["", " \n", "12:30", "?!", "😀"])
def test_what_has_no_letters_has_no_language(text: str) -> None:
    assert detect(text) == {}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hi", "en"), ("Hello!", "en"), ("yes", "en"), ("Sim", "pt"), ("BOM DIA", "pt"), ("Não", "pt"), ("Why?", "en"),
        ("Thanks a lot", "en"), ("obrigado", "pt"), ("Onde está?", "pt"), ("Where is it?", "en"), ("amanhã", "pt"),
        ("tomorrow", "en"), ("Por quê?", "pt"), ("GOOD LUCK", "en"), ("sim, claro", "pt"), ("vamos", "pt"),
        ("let's go", "en"), ("Parabéns 🎉", "pt"), ("Cảm ơn", "vi"), ("Xin chào, bạn khỏe không?", "vi"),
        ("https://example.org/onde/esta Help!", "en"),
    ],
)  # fmt: skip
def test_a_short_text_is_in_a_language_that_something_can_be_done_with(text: str, language: str) -> None:
    assert next(iter(detect(text, {"en", "pt"}))) == language


def test_what_several_languages_say_is_shared_out_among_those_asked_for() -> None:
    assert detect("OK", {"en", "pt"}) == {"en": 0.5, "pt": 0.5}
    assert set(detect("Guten Tag", {"en", "pt"})) <= {"en", "pt"}


def test_a_long_text_is_in_its_own_language_whatever_is_asked_for() -> None:
    assert next(iter(detect(SENTENCES["fr"][0] * 2, {"en", "pt"}))) == "fr"


def test_text_of_any_length_is_taken() -> None:
    assert next(iter(detect("Onde posso encontrar um médico? " * 5_000))) == "pt"

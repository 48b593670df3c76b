"""The interface in every language: nothing missing, nothing left over, and the reader's choice."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import get_args

import httpx
import pytest

from app.i18n import INTERFACE, catalogue, formats, gettext, ngettext, use
from app.media.policy.ladder import Reason
from app.rooms.forms import JoinForm
from app.rooms.texts import TEXTS
from app.talk.texts import TEXTS as OF_TALKS
from app.talk.texts import talk_texts
from app.web.assets import Assets
from app.web.templates import create_environment
from ops.catalogue import extracted, untranslated
from ops.harness.web_server import ROOT, csrf_of, new_room

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
TRANSLATIONS = [language for language in INTERFACE if language != catalogue.SOURCE]


def texts_of(message: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [message] if isinstance(message, str) else list(message or ())


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_is_translated_and_no_translation_is_left_over(language: str) -> None:
    source, catalog = extracted(), catalogue.read(language)
    assert len(source) > 90
    assert catalog.locale is not None
    ids = {str(message.id) for message in source if message.id}
    kept = {str(message.id) for message in catalog if message.id}
    assert ids - kept == set(), f"not in {language}.po: run `make catalogue` and translate them (docs/translating.md)"
    assert kept - ids == set(), f"used nowhere, yet in {language}.po: run `make catalogue`"
    assert [message.id for message in untranslated(catalog)] == []
    assert not any(message.fuzzy for message in catalog if message.id)
    for message in catalog:
        if not message.id:
            continue
        wanted = {name for text in texts_of(message.id) for name in PLACEHOLDER.findall(text)} - {"%(num)s"}
        for text in texts_of(message.string):
            assert set(PLACEHOLDER.findall(text)) - {"%(num)s"} == wanted, f"{language}: placeholders of {message.id!r}"


def test_no_catalogue_has_the_words_of_another() -> None:
    """Names of things may be the same in two languages; sentences are not."""
    sentences = [
        {text for message in catalogue.read(language) if message.id for text in texts_of(message.string) if " " in text}
        for language in TRANSLATIONS
    ]
    assert {text for text in set.intersection(*sentences) if len(text) > 20} == set()


def test_the_script_and_its_texts_have_the_same_keys() -> None:
    script = "\n".join(path.read_text() for path in (ROOT / "static" / "src").glob("*.js"))
    assert {key for key in TEXTS if not re.search(rf"\b{key}\b", script)} <= REASONS
    assert set(re.findall(r"\btexts\.(\w+)", script)) <= set(TEXTS)


REASONS = set(get_args(Reason))
"""Keys that the script gets from the bridge."""


def test_a_talk_says_nothing_of_original_voices_which_nobody_hears_by_it() -> None:
    use("en")
    said = talk_texts()
    assert set(OF_TALKS) - set(TEXTS) == {"micAgain"}, "they stand in place of those of calls"
    assert [key for key in (*REASONS, "interpreter_gone") if "original voice" in said[key]] == []


def test_a_catalogue_adds_a_language_of_the_pages_and_no_speech(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "INTERFACE", (*INTERFACE, "sw"))
    shown: dict[str, dict[str, str]] = dict(create_environment(Assets()).globals)  # type: ignore[arg-type]
    assert shown["interface"] == {"en": "English", "pt": "Português", "vi": "Tiếng Việt", "sw": "Kiswahili"}
    assert "sw" not in shown["languages"]
    swahili = {"name": "Ana", "speak": "sw", "read": "sw", "hear": "sw"}
    assert JoinForm.parse(swahili).errors.keys() == {"speak", "read", "hear"}


async def test_each_request_is_answered_in_its_own_language() -> None:
    async def answer(language: str) -> str:
        use(language)
        await asyncio.sleep(0)
        return gettext("Connected")

    assert await asyncio.gather(*map(answer, ("pt", "vi", "en", "xx"))) == [
        "Conectado",
        "Đã kết nối",
        "Connected",
        "Connected",
    ]


def test_plurals_numbers_and_dates_are_local() -> None:
    one, many = "Something is missing: see the marked field.", "Something is missing: see the marked fields."
    said = {}
    for language in INTERFACE:
        use(language)
        moment = formats.moment(datetime(2026, 3, 9, 14, 5, tzinfo=UTC), "long")
        said[language] = (formats.seconds(1.06), formats.number(12345.6, 1), formats.language_name("vi"), moment)
        assert ngettext(one, many, 1)
    assert said["en"][:3] == ("1.1 s", "12,345.6", "Vietnamese")
    assert said["pt"][:3] == ("1,1 s", "12.345,6", "vietnamita")
    assert said["vi"][:3] == ("1,1 s", "12.345,6", "Tiếng Việt")
    assert len({dates for *_, dates in said.values()}) == 3
    use("pt")
    assert (ngettext(one, many, 1), ngettext(one, many, 2)) == (
        "Falta algo: veja o campo marcado.",
        "Falta algo: veja os campos marcados.",
    )
    use("en")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_language_is_the_browsers_until_another_is_chosen(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    vietnamese = {"accept-language": "fr, vi-VN;q=0.9, en;q=0.3"}
    for path, words in (
        ("/", "Trò chuyện khi không chung ngôn ngữ"),
        (f"/rooms/{code}", "Tên của bạn"),
        (f"/rooms/{code}/call", "Đang kết nối…"),
        ("/nothing", "Ở đây không có gì"),
    ):
        page = await client.get(path, headers=vietnamese)
        assert '<html lang="vi">' in page.text
        assert words in page.text
    wrong = await client.post(f"/rooms/{code}/join", data={"_csrf_token": csrf_of(client)}, headers=vietnamese)
    assert "Hãy nhập tên mà mọi người sẽ thấy." in wrong.text
    back = re.search(r'href="(/language/pt\?back=[^"]+)"', (await client.get("/join?code=x", headers=vietnamese)).text)
    assert back
    chosen = await client.get(back[1], headers=vietnamese)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/join?code=x")
    page = await client.get(f"/rooms/{code}", headers=vietnamese)
    assert '<html lang="pt">' in page.text
    assert "Seu nome" in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_choosing_a_language_leads_nowhere_else(client: httpx.AsyncClient) -> None:
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/\nx"):
        answer = await client.get("/language/vi", params={"back": back})
        assert answer.headers["location"] == "/", back
    assert (await client.get("/language/xx")).status_code == 404

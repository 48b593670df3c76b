"""Languages changed in the middle of a call, what is said about them at once, and TURN credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest
import redis
from litestar.testing import AsyncTestClient

from app.main import create_app
from app.rooms.choices import suggested
from app.rooms.forms import MOST_AMONG, JoinForm
from app.settings.web import WebSettings
from ops.harness.captions import caption, say
from ops.harness.web_server import SESSION_COOKIE, csrf_of, join_form, new_room, token_of
from tasks.languages import LANGUAGES
from tasks.wire import keys
from tasks.wire.environment import SettingError
from tasks.wire.messages import Heartbeat, encode
from tests.web.test_entering import read
from tests.web.test_pages import config_of

BOX = re.compile(r'<input type="checkbox" id="hear_drafts"[^>]*?( checked|)>')
PACE = re.compile(r'<select id="whole_sentences".*?<option value="(1?)" selected>', re.DOTALL)
ABILITY = re.compile(r'<li data-source="(\w+)" data-complete="(\w+)">([^<]*)</li>')


def beat(broker: redis.Redis, **serves: Any) -> None:  # noqa: ANN401 - whatever a heartbeat holds
    """Let there be a worker."""
    offers = {"queues": ("stt", "translate", "speak"), "stt": ["en", "pt"], "translate": ["pt>en"], "speak": ["en"]}
    broker.set(keys.heartbeat("one"), encode(Heartbeat(worker="one", at=time.time(), **(offers | serves))))


async def change(client: httpx.AsyncClient, code: str, **fields: str) -> httpx.Response:
    """Send the form of the call page."""
    return await client.post(f"/rooms/{code}/choices", data={"_csrf_token": csrf_of(client), **fields})


async def test_new_choices_are_kept_signed_and_said_to_the_script(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    beat(broker)
    code = await new_room(client, name="Ana", speak="en", read="en", hear="original")
    answer = await change(client, code, speak="vi", read="en", hear="en", others="pt")
    assert answer.status_code == 200
    assert json.loads(answer.headers["hx-trigger"]) == {
        "choices": {
            "speak": "vi",
            "read": "en",
            "hear": "en",
            "hear_drafts": False,
            "whole_sentences": False,
            "among": [],
        }
    }
    assert ABILITY.findall(answer.text) == [
        ("pt", "true", "Portuguese: you read it in English and hear it in English.")
    ]
    assert 'id="captions"' not in answer.text, "who reads the same language keeps the captions as they are"
    meta: Any = read(settings, (await token_of(client, code))["token"])["meta"]
    assert (meta["name"], meta["speak"], meta["hear"]) == ("Ana", "vi", "en")


async def test_whether_drafts_are_spoken_is_asked_kept_and_said(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    beat(broker, drafts=["pt>en"])
    code = await new_room(client, speak="en", read="en", hear="en")
    lobby = (await client.get(f"/rooms/{code}")).text
    assert BOX.findall(lobby) == [""], "off at first"
    read_only = await client.get(f"/rooms/{code}/abilities?speak=en&read=en&hear=en&others=pt")
    assert "drafts with mistakes in them. They come in whole sentences. You read them" in read_only.text

    answer = await change(client, code, speak="en", read="en", hear="en", hear_drafts="1", others="pt")
    assert json.loads(answer.headers["hx-trigger"])["choices"]["hear_drafts"]
    assert BOX.findall(answer.text) == [" checked"]
    assert "drafts with mistakes in them. They come in whole sentences, and are spoken to you." in answer.text
    meta: Any = read(settings, (await token_of(client, code))["token"])["meta"]
    assert meta["hear_drafts"]
    assert config_of((await client.get(f"/rooms/{code}/call")).text)["hearDrafts"]
    assert BOX.findall((await client.get(f"/rooms/{code}")).text) == [" checked"], "the next form says so too"
    answer = await change(client, code, speak="en", read="en", hear="en", others="pt")
    assert BOX.findall(answer.text) == [""]


async def test_whether_translations_come_soon_or_in_whole_sentences_is_asked_kept_and_said(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    code = await new_room(client, speak="en", read="en", hear="pt")
    assert PACE.findall((await client.get(f"/rooms/{code}")).text) == [""], "as soon as possible at first"
    page = (await client.get(f"/rooms/{code}/call")).text
    assert f"/rooms/{code}/captions?lang=en&amp;sentences=soon&amp;" in page
    assert not config_of(page)["wholeSentences"]

    answer = await change(client, code, speak="en", read="en", hear="pt", whole_sentences="1")
    assert json.loads(answer.headers["hx-trigger"])["choices"]["whole_sentences"]
    assert PACE.findall(answer.text) == ["1"]
    assert f"/rooms/{code}/captions?lang=en&amp;sentences=whole&amp;" in answer.text, (
        "another feed, with the captions so far"
    )
    meta: Any = read(settings, (await token_of(client, code))["token"])["meta"]
    assert meta["whole_sentences"]
    assert config_of((await client.get(f"/rooms/{code}/call")).text)["wholeSentences"]
    assert "sentences=whole" in (await client.get(f"/rooms/{code}/projector")).text
    assert "sentences=soon" in (await client.get(f"/rooms/{code}/projector?sentences=soon")).text
    assert PACE.findall((await client.get(f"/rooms/{code}")).text) == ["1"], "the next form says so too"
    answer = await change(client, code, speak="en", read="en", hear="pt", whole_sentences="1")
    assert 'id="captions"' not in answer.text, "who reads as before keeps the captions as they are"
    answer = await change(client, code, speak="en", read="en", hear="pt", whole_sentences="")
    assert PACE.findall(answer.text) == [""]
    assert "sentences=soon" in answer.text


async def test_who_reads_another_language_gets_the_captions_so_far_in_it(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    code = await new_room(client, read="en", speak="en", hear="en")
    say(broker, caption(code, "s1", "Bom dia.", language="pt", source="pt"))
    answer = await change(client, code, speak="en", read="pt", hear="pt", others="")
    assert 'hx-swap-oob="outerHTML"' in answer.text
    assert f"/rooms/{code}/captions?lang=pt" in answer.text
    assert "Bom dia." in answer.text


async def test_what_cannot_be_done_is_said_with_the_reason_before_it_is_chosen(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    code = await new_room(client, read="en", speak="en", hear="en")
    await client.get("/")

    async def asked(**query: str) -> dict[str, tuple[bool, str]]:
        page = (await client.get(f"/rooms/{code}/abilities", params=query)).text
        return {source: (complete == "true", text) for source, complete, text in ABILITY.findall(page)}

    nobody = await asked(speak="en", read="en", hear="en", others="pt")
    assert not nobody["pt"][0]
    assert "workers are not answering" in nobody["pt"][1]
    beat(broker, translate=["pt>en", "en>pt"])
    both = await asked(speak="vi", read="en", hear="pt")
    assert set(both) == {"en", "pt"}, "without others: every language that somebody may bring"
    assert not both["en"][0]
    assert "No installed voice speaks Portuguese" in both["en"][1]
    assert both["pt"] == (True, "Portuguese: you read it in English and hear the original voice.")
    vietnamese = await asked(speak="en", read="en", hear="en", others="vi xx")
    assert list(vietnamese) == ["vi"]
    assert "No installed model understands Vietnamese" in vietnamese["vi"][1]


async def test_what_an_administrator_switched_off_is_named_and_no_model_is_asked_for(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    code = await new_room(client, read="en", speak="en", hear="en")
    await client.get("/")
    off = ["translate:pt>en", "speak:pt", "stt:vi"]
    beat(broker, translate=["en>pt"], off=off)
    pages = {
        query: (await client.get(f"/rooms/{code}/abilities?speak=en&{query}")).text
        for query in ("read=en&hear=original&others=pt", "read=pt&hear=pt&others=en", "read=en&hear=en&others=vi")
    }
    expected = (
        "Translating Portuguese into English has been switched off on this server.",
        "Speaking Portuguese has been switched off on this server.",
        "Understanding Vietnamese has been switched off on this server.",
    )
    for text, page in zip(expected, pages.values(), strict=True):
        assert text in page
        assert "models install" not in page
    beat(broker, translate=[])
    nobody = (await client.get(f"/rooms/{code}/abilities?speak=en&read=en&hear=original&others=pt")).text
    assert "No worker translates Portuguese into English now." in nobody
    assert "models install" not in nobody, "every installation has these models"


async def test_where_the_only_voice_is_not_understood_captions_come_first_and_hearing_it_is_a_choice(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    code = await new_room(client, read="en", speak="en", hear="en")
    client.cookies.delete(SESSION_COOKIE)
    vietnamese = {"accept-language": "vi"}

    async def heard_first() -> tuple[list[str], list[str]]:
        page = (await client.get(f"/rooms/{code}", headers=vietnamese)).text
        chosen = re.findall(r'<option value="(\w+)"[^>]* selected>', page)
        return chosen, re.findall(r'data-unclear="(\w+)"', page)

    beat(broker, translate=["en>vi"], speak=["en", "vi"], unclear=["vi"])
    assert await heard_first() == (["vi", "vi", "original"], ["vi"])
    await new_room(client, read="vi", speak="vi", hear="vi")
    assert (await heard_first())[0] == ["vi", "vi", "vi"], "what was chosen is kept"
    query = "speak=vi&read=vi&hear=vi&others=en"
    code = await new_room(client, read="vi", speak="vi", hear="vi")
    ((_, complete, text),) = ABILITY.findall((await client.get(f"/rooms/{code}/abilities?{query}")).text)
    assert (complete, "hardly understood" in text) == ("false", True)
    beat(broker, translate=["en>vi"], speak=["en", "vi"])
    ((_, complete, text),) = ABILITY.findall((await client.get(f"/rooms/{code}/abilities?{query}")).text)
    assert (complete, "hardly understood" in text) == ("true", False)
    client.cookies.delete(SESSION_COOKIE)
    assert await heard_first() == (["vi", "vi", "vi"], []), "another voice has been installed"


async def test_choices_that_make_no_sense_are_refused_with_the_form(client: httpx.AsyncClient) -> None:
    code = await new_room(client, name="Ana", speak="en", read="en", hear="en")
    answer = await change(client, code, speak="klingon", read="en", hear="pt")
    assert answer.status_code == 422
    assert "hx-trigger" not in answer.headers
    assert "Choose the language you speak." in answer.text
    assert (await client.post(f"/rooms/{code}/choices", data={"speak": "pt"})).status_code == 403
    client.cookies.delete(SESSION_COOKIE)
    await client.get("/")
    assert (await change(client, code, speak="pt", read="en", hear="pt")).status_code == 403
    assert (await client.get(f"/rooms/{code}/abilities?speak=en&read=en&hear=en")).status_code == 403


async def test_browsers_get_turn_credentials_that_expire(
    settings: WebSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "t" * 40
    turn = replace(
        settings, stun_urls=("stun:stun.example:3478",), turn_urls=("turn:turn.example:3478",), turn_secret=secret
    )
    async with AsyncTestClient(create_app(turn), base_url="http://calls.example") as client:
        client.follow_redirects = False
        answer = await token_of(client, await new_room(client))
    stun, relay = answer["ice_servers"]
    assert stun["urls"] == ["stun:stun.example:3478"]
    assert relay["urls"] == ["turn:turn.example:3478"]
    expires, _, participant = relay["username"].partition(":")
    assert participant == read(settings, answer["token"])["sub"]
    assert 0 < int(expires) - time.time() <= turn.turn_lifetime
    expected = hmac.new(secret.encode(), relay["username"].encode(), hashlib.sha1).digest()
    assert relay["credential"] == base64.b64encode(expected).decode()
    assert answer["ice_policy"] == "all"

    monkeypatch.setenv("TURN_URLS", "turn:turn.example:3478")
    monkeypatch.setenv("TURN_SECRET", "short")
    with pytest.raises(SettingError, match="TURN_SECRET"):
        WebSettings(session_secret="x", sfu_token_secret="x")
    monkeypatch.setenv("TURN_URLS", "turn.example")
    monkeypatch.setenv("TURN_SECRET", secret)
    with pytest.raises(SettingError, match="TURN_URLS"):
        WebSettings(session_secret="x", sfu_token_secret="x")


async def test_further_languages_are_offered_where_something_translates_them(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    code = await new_room(client, read="en", speak="en", hear="en")

    async def offered() -> list[str]:
        page = (await client.get(f"/rooms/{code}")).text
        field = page.split('name="read"')[1].split("</select>")[0]
        first, _, more = field.partition('<optgroup label="More languages">')
        assert re.findall(r'value="(\w+)"', first) == ["en", "pt", "vi"]
        return re.findall(r'value="(\w+)"', more)

    beat(broker, stt=["en", "pt", "es", "ja"])
    assert await offered() == []
    beat(broker, stt=["en", "pt", "es", "ja"], translate=["pt>en", "en>es", "en>ar"])
    assert await offered() == ["es", "ar"]
    page = (await client.get(f"/rooms/{code}/abilities?speak=en&read=es&hear=original")).text
    assert [source for source, _, _ in ABILITY.findall(page)] == ["pt", "vi", "es", "ar"]
    assert (await change(client, code, speak="en", read="ar", hear="original", others="")).status_code == 200
    say(broker, caption(code, "s1", "Good morning.", language="en", source="en"))
    say(broker, caption(code, "s1", "صباح الخير.", language="ar", source="en"))
    answer = await change(client, code, speak="en", read="en", hear="original", others="")
    answer = await change(client, code, speak="en", read="ar", hear="original", others="")
    assert 'class="translation" lang="ar" dir="rtl"' in answer.text
    assert '<option value="ar" lang="ar" selected>العربية</option>' in answer.text


def ticked(page: str) -> set[str]:
    """The languages that the form has ticked as spoken at one microphone."""
    return set(re.findall(r'name="among-(\w+)" value="1" checked', page))


async def test_several_people_at_one_microphone_say_which_languages_they_speak(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    beat(broker)
    code = await new_room(client, speak="pt", read="pt", hear="pt")
    lobby = (await client.get(f"/rooms/{code}")).text
    assert 'id="shares" name="shares" value="1" aria-describedby="shares-hint">' in lobby, "one person"
    assert ticked(lobby) == {"en", "pt", "vi"}, "nobody else is there whose language would say more"
    form = join_form(csrf_of(client), speak="pt", shares="1")
    alone = await client.post(f"/rooms/{code}/join", data=form | {"among-pt": "1"})
    assert alone.status_code == 422
    assert "two to eight" in alone.text
    # The language that they speak is one of them, ticked or not.
    assert (await client.post(f"/rooms/{code}/join", data=form | {"among-vi": "1"})).status_code == 303
    meta: Any = read(settings, (await token_of(client, code))["token"])["meta"]
    assert (meta["speak"], set(meta["among"]), meta["read"], meta["hear"]) == ("pt", {"pt", "vi"}, "pt", "en")
    call = (await client.get(f"/rooms/{code}/call")).text
    assert set(config_of(call)["among"]) == {"pt", "vi"}  # type: ignore[call-overload]
    assert ticked(call) == {"pt", "vi"}
    assert ticked((await client.get(f"/rooms/{code}")).text) == {"pt", "vi"}, "remembered for the next time"

    fields = {"speak": "pt", "read": "en", "hear": "pt"}
    kept = await change(client, code, **fields, shares="1", **{"among-vi": "1", "among-en": "1"})
    assert set(json.loads(kept.headers["hx-trigger"])["choices"]["among"]) == {"en", "pt", "vi"}
    alone = await change(client, code, **fields, **{"among-vi": "1"})
    assert json.loads(alone.headers["hx-trigger"])["choices"]["among"] == [], "without the tick they are one person"
    meta = read(settings, (await token_of(client, code))["token"])["meta"]
    assert meta["among"] == []


async def test_the_languages_of_the_room_are_ticked_first(client: httpx.AsyncClient) -> None:
    code = await new_room(client, speak="vi", read="vi", hear="vi")
    client.cookies.delete(SESSION_COOKIE)
    assert ticked((await client.get(f"/rooms/{code}", headers={"accept-language": "pt"})).text) == {"pt", "vi"}


def test_no_more_languages_are_ticked_first_than_may_be_sent() -> None:
    ticks = suggested("vi", list(LANGUAGES))
    assert (ticks[0], len(ticks)) == ("vi", MOST_AMONG)


def test_what_is_sent_about_a_shared_microphone_is_checked() -> None:
    data = join_form("token", speak="pt", shares="1")
    assert JoinForm.parse(data | {"among-xx": "1"}).errors.keys() == {"among"}, "no such language"
    assert JoinForm.parse(data | {f"among-{code}": "1" for code in LANGUAGES}).errors.keys() == {"among"}, "too many"
    assert JoinForm.parse(data | {"among-en": "1"}).spoken == ["en", "pt"]
    assert JoinForm.parse(join_form("token", **{"among-en": "1"})).spoken == []

"""Hosts let people interpret; what those say is shown to whoever reads it, and what they interpret is not."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import jwt
import msgspec
import pytest
import redis
from redis.asyncio import Redis
from sqlalchemy import update

from app.captions.history import History
from app.captions.published import is_shown_in
from app.db import create_engine, create_sessions
from app.rights import LISTENER, SPEAKER, rights
from app.settings.web import WebSettings
from app.tables import RoomLink
from ops.harness.captions import caption, say, stored
from ops.harness.sfu import Sfu
from tests.support.administrator import on_sqlite
from tests.web.test_hosting import People, act, event

BOTH = ["interpret:pt>en", "interpret:en>pt"]


@pytest.fixture
async def crowd(client: httpx.AsyncClient, sfu: Sfu) -> People:
    return People(client, sfu.url)


def test_who_interprets_has_a_voice_whatever_they_are_otherwise() -> None:
    assert rights("listener", interprets=["pt>en"]) == ("audio", "captions", *LISTENER, "interpret:pt>en")
    assert rights("speaker", only_hosts_speak=True, interprets=["pt>en"]) == (
        "audio",
        "captions",
        "video",
        "screen",
        "read",
        "interpret:pt>en",
    )
    assert set(rights("speaker", interprets=["pt>en"])) == {*SPEAKER, "interpret:pt>en"}


@on_sqlite
async def test_a_host_lets_somebody_interpret_and_takes_it_back_in_the_call(crowd: People) -> None:
    code = await crowd.make("ana")
    await crowd.join("lea", code)
    lea = await crowd.id("lea", code)

    async def let(name: str, **form: str) -> httpx.Response:
        return await crowd.post(name, f"/rooms/{code}/host/interpreter", **({"who": lea} | form))

    assert (await let("lea", source="pt", target="en")).status_code == 403
    assert (await let("ana", who="nobody", source="pt", target="en")).status_code == 404
    async with crowd.in_call("lea", code) as socket:
        assert (await let("ana", source="pt", target="en", both="1")).headers["location"] == f"/rooms/{code}/call"
        held = (await event(socket, "rights"))["rights"]
        assert held[-2:] == BOTH
        area = unescape((await crowd.get("ana", f"/rooms/{code}/host")).text)
        assert "interprets Portuguese into English" in area
        assert "interprets English into Portuguese" in area
        for source, target in (("pt", "pt"), ("pt", ""), ("pt", "xx"), ("xx", "pt")):
            await let("ana", source=source, target=target)
        claims: dict[str, Any] = jwt.decode(await crowd.token("lea", code), options={"verify_signature": False})
        assert claims["rights"][-2:] == BOTH, "what makes no sense changes nothing"
        await let("ana")
        assert (await event(socket, "rights"))["rights"] == list(SPEAKER)
        await let("ana", source="en", target="vi")
        assert (await event(socket, "rights"))["rights"][-1] == "interpret:en>vi"
    await act(crowd, "ana", code, "remove", lea)
    await act(crowd, "ana", code, "let-in", lea)
    await asyncio.sleep(1)  # tokens count whole seconds
    claims = jwt.decode(await crowd.token("lea", code), options={"verify_signature": False})
    assert claims["rights"] == list(SPEAKER), "who was removed comes back as anybody"


@on_sqlite
async def test_a_link_makes_an_interpreter_of_who_follows_it_until_a_host_or_time_says_otherwise(
    crowd: People, settings: WebSettings
) -> None:
    code = await crowd.make("ana")
    await crowd.join("bob", code)
    share = f"/rooms/{code}/share"

    async def make(name: str = "ana", **form: str) -> httpx.Response:
        data = {"source": "pt", "target": "en", "both": "1", "works": "day"} | form
        return await crowd.post(name, f"{share}/interpreter", **data)

    async def follow(name: str, made: httpx.Response) -> list[str]:
        key = unescape(made.text).split("?key=")[1].split('"')[0]
        assert (await crowd.get(name, f"/rooms/{code}?key={key}")).status_code == 303
        lobby = unescape((await crowd.get(name, f"/rooms/{code}")).text)
        assert ("You come as an interpreter: Portuguese into English" in lobby) is ('id="offering"' not in lobby)
        await crowd.join(name, code)
        await asyncio.sleep(1)  # tokens count whole seconds
        return list(jwt.decode(await crowd.token(name, code), options={"verify_signature": False})["rights"])

    assert (await make("bob")).status_code == 403
    for wrong in ({"target": "pt"}, {"source": ""}, {"works": "century"}, {"source": "", "target": ""}):
        assert (await make(**wrong)).status_code == 422
    first = await make()
    assert first.status_code == 200
    assert (await follow("lea", first))[-2:] == BOTH
    assert (await follow("ana", first))[-2:] == BOTH, "who is more already stays that"
    listed = unescape((await crowd.get("ana", share)).text)
    assert "for those who interpret: Portuguese into English, English into Portuguese" in listed
    assert "Until " in listed.split("for those who interpret")[1]

    lea = await crowd.id("lea", code)
    await crowd.post("ana", f"/rooms/{code}/host/interpreter", who=lea)
    assert await follow("lea", first) == list(SPEAKER), "what a host has decided since counts more"
    second = await make(both="")
    assert (await follow("lea", second))[-1] == "interpret:pt>en"
    newest = listed_links(unescape((await crowd.get("ana", share)).text))[0]
    assert (await crowd.post("ana", f"{share}/links/{newest}/revoke")).status_code == 303
    claims = jwt.decode(await crowd.token("lea", code), options={"verify_signature": False})
    assert claims["rights"] == list(SPEAKER), "nor does it last when the link is taken back"

    engine = create_engine(settings.sqlalchemy_url)
    async with create_sessions(engine).begin() as session:
        await session.execute(update(RoomLink).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    await engine.dispose()
    key = unescape(first.text).split("?key=")[1].split('"')[0]
    assert (await crowd.get("eve", f"/rooms/{code}?key={key}")).status_code == 403


@on_sqlite
async def test_who_offers_to_interpret_does_so_when_a_host_says_yes(crowd: People) -> None:
    code = await crowd.make("ana")
    offer = {"interpreter": "1", "source": "pt", "target": "en"}

    async def rights_of(name: str) -> list[str]:
        token = await crowd.token(name, code)
        return list(jwt.decode(token, options={"verify_signature": False})["rights"])

    wrong = await crowd.join("lea", code, **(offer | {"target": "pt"}))
    assert (wrong.status_code, "Choose two different languages" in wrong.text) == (422, True)
    for name in ("lea", "eva"):
        assert (await crowd.join(name, code, **offer, both="1")).headers["location"] == f"/rooms/{code}/call"
    assert await rights_of("lea") == list(SPEAKER), "an offer gives nothing"
    assert "You have offered to interpret" in (await crowd.get("lea", f"/rooms/{code}/call")).text
    async with crowd.in_call("lea", code) as lea, crowd.in_call("eva", code):
        area = unescape((await crowd.get("ana", f"/rooms/{code}/host")).text)
        asked = "Lea offers to interpret: Portuguese into English, English into Portuguese."
        assert asked in area
        assert "Eva offers" in area
        form = area.split(asked)[1].split("<form")[1]
        given = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form))
        assert (await crowd.post("ana", f"/rooms/{code}/host/interpreter", **given)).status_code == 303
        assert (await event(lea, "rights"))["rights"][-2:] == BOTH
        await crowd.post("ana", f"/rooms/{code}/host/interpreter", who=await crowd.id("eva", code))
        assert "offers to interpret" not in (await crowd.get("ana", f"/rooms/{code}/host")).text
    assert await rights_of("eva") == list(SPEAKER)
    assert "You come as an interpreter" in (await crowd.get("lea", f"/rooms/{code}")).text
    await crowd.join("ana", code, **offer)
    assert (await rights_of("ana"))[-1] == "interpret:pt>en", "a host asks nobody"


def listed_links(page: str) -> list[str]:
    """Ids of the links for interpreters that a share page lists, the newest first."""
    parts = page.split("<strong>for those who interpret")[1:]
    return [part.split("/share/links/")[1].split("/")[0] for part in parts]


@on_sqlite
async def test_readers_are_shown_what_is_said_to_them_live_and_stored(
    crowd: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code = await crowd.make("ana")
    replace = msgspec.structs.replace
    by_ana = replace(caption(code, "a-0", "Good morning.", speaker="ana"), elsewhere=("pt", "vi"))
    by_lea = replace(caption(code, "l-0", "Bom dia.", language="pt", source="pt", speaker="lea"), only=("pt", "vi"))
    relayed = replace(by_lea, language="vi", text="Chào buổi sáng.")
    plain = caption(code, "a-1", "How are you?", speaker="ana")
    everything = [by_ana, by_lea, relayed, plain]
    for one in everything:
        say(broker, one)
    expected = {
        "en": ["Good morning.", "How are you?"],
        "pt": ["Bom dia.", "How are you?"],
        "vi": ["Bom dia.", "Chào buổi sáng.", "How are you?"],
        "de": ["Good morning.", "How are you?"],
    }
    for language, texts in expected.items():
        assert [one.text for one in everything if is_shown_in(one, language)] == texts
    await stored(settings, len(everything))
    engine = create_engine(settings.sqlalchemy_url)
    async with Redis.from_url(settings.tasks.redis_url) as client:
        history = History(client, create_sessions(engine))
        for language, texts in expected.items():
            assert [one.caption.text for one in await history.stored_after(code, language, "")] == texts
    await engine.dispose()
    page = unescape((await crowd.get("ana", f"/rooms/{code}/transcript/files/txt?lang=pt")).text)
    assert "(interpreter)" in page
    assert "Good morning." not in page

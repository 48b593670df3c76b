"""Tokens for the SFU, and the demo."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import jwt
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select, update

from app.db import Sessions, create_engine, create_sessions
from app.main import create_app
from app.settings.web import WebSettings
from app.tables import Participant, Room
from app.web.origin import place
from ops.harness.web_server import SESSION_COOKIE, csrf_of, join_form, new_room, token_of
from tests.web.test_pages import config_of


def read(settings: WebSettings, token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token, settings.sfu_token_secret, ["HS256"], audience="jbcalling-sfu")
    return claims


def sessions_of(settings: WebSettings) -> Sessions:
    return create_sessions(create_engine(settings.sqlalchemy_url))


async def test_a_token_says_who_enters_which_room(client: httpx.AsyncClient, settings: WebSettings) -> None:
    code = await new_room(client, name="Ana", speak="pt", read="en", hear="original")
    answer = await token_of(client, code)
    claims = read(settings, answer["token"])
    config = config_of((await client.get(f"/rooms/{code}/call")).text)
    assert (claims["room"], claims["sub"], claims["role"]) == (code, config["participant"], "participant")
    assert claims["meta"] == {
        "name": "Ana",
        "speak": "pt",
        "among": [],
        "between": [],
        "mistaken": None,
        "read": "en",
        "hear": "original",
        "hear_drafts": False,
        "whole_sentences": False,
        "recording": None,
        "recording_id": None,
    }
    assert answer["expires_in"] == 120
    assert answer["url"] == f"ws://calls.example:{settings.sfu_port}/ws"


async def test_only_participants_get_tokens_and_only_from_our_pages(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    other = await new_room(client)
    accept = {"accept": "application/json"}
    assert (await client.post(f"/rooms/{code}/token", headers=accept)).status_code == 403
    client.cookies.delete(SESSION_COOKIE)
    await new_room(client)  # a participant, of another room
    for room in (code, other):
        refused = await client.post(f"/rooms/{room}/token", headers=accept | {"x-csrftoken": csrf_of(client)})
        assert refused.status_code == 403


async def test_the_address_of_the_sfu_can_be_set(settings: WebSettings) -> None:
    public = replace(settings, sfu_public_url="wss://calls.example/sfu")
    async with AsyncTestClient(create_app(public), base_url="https://calls.example") as client:
        client.follow_redirects = False
        code = await new_room(client)
        assert (await token_of(client, code))["url"] == "wss://calls.example/sfu"
        page = await client.get("/")
        assert "connect-src 'self' wss://calls.example;" in page.headers["content-security-policy"]


async def test_rooms_are_spread_over_several_sfu_machines_and_stay_where_they_are(settings: WebSettings) -> None:
    urls = [f"wss://sfu{n}.example/ws" for n in (1, 2, 3)]
    several = replace(settings, sfu_public_url=", ".join(urls))
    async with AsyncTestClient(create_app(several), base_url="https://calls.example") as client:
        client.follow_redirects = False
        code = await new_room(client)
        assert {(await token_of(client, code))["url"] for _ in range(3)} == {place(code, urls)}
        policy = (await client.get("/")).headers["content-security-policy"]
        assert "connect-src 'self' wss://sfu1.example wss://sfu2.example wss://sfu3.example;" in policy
    rooms = [f"room-{n}" for n in range(900)]
    before = {room: place(room, urls[:2]) for room in rooms}
    after = {room: place(room, urls) for room in rooms}
    shares = [sum(url == one for url in after.values()) for one in urls]
    assert all(240 < share < 360 for share in shares), shares
    assert all(after[room] in (before[room], urls[2]) for room in rooms), "only the new machine's share moves"


async def enter_demo(client: httpx.AsyncClient) -> str:
    await client.get("/")
    entered = await client.post("/demo", data={"_csrf_token": csrf_of(client)})
    assert entered.status_code == 303
    return str(entered.headers["location"].split("/")[2])


async def test_the_demo_names_its_recording(client: httpx.AsyncClient, settings: WebSettings) -> None:
    code = await enter_demo(client)
    page = await client.get(f"/rooms/{code}/call")
    config = config_of(page.text)
    assert (config["demo"], config["reader"], config["read"], config["hear"]) == (True, True, "pt", "pt")
    meta = read(settings, (await token_of(client, code))["token"])["meta"]
    assert isinstance(meta, dict)
    async with sessions_of(settings)() as session:
        speaker = (await session.scalars(select(Participant).where(Participant.kind == "recording"))).one()
    assert (meta["recording"], meta["recording_id"]) == ("demo-en", speaker.id)
    assert (speaker.speak, speaker.name) == ("en", "Demo")


async def test_more_visitors_than_demo_rooms_share_the_newest(client: httpx.AsyncClient) -> None:
    first, second, third, fourth = [await enter_demo(client) for _ in range(4)]
    assert first != second
    assert second == third == fourth


async def test_an_old_demo_makes_place_and_is_closed(
    client: httpx.AsyncClient, app: Litestar, settings: WebSettings
) -> None:
    assert app
    old = await enter_demo(client)
    async with sessions_of(settings).begin() as session:
        await session.execute(
            update(Room).where(Room.code == old).values(created_at=datetime.now(UTC) - timedelta(hours=13))
        )
    assert await enter_demo(client) != old
    assert (await client.get(f"/rooms/{old}/call")).status_code == 410


@pytest.mark.parametrize("path", ["/rooms/{}/captions", "/rooms/{}/captions?format=json"])
async def test_captions_are_for_participants_only(client: httpx.AsyncClient, path: str) -> None:
    code = await new_room(client)
    client.cookies.delete(SESSION_COOKIE)
    assert (await client.get(path.format(code))).status_code == 403


async def test_a_feed_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    accept = {"accept": "text/event-stream"}
    for query in ("lang=xx", "after=17", "format=xml", "sentences=half"):
        answer = await client.get(f"/rooms/{code}/captions?{query}", headers=accept)
        assert answer.status_code == 400, query
    assert (await client.get(f"/rooms/{code}/captions", headers=accept | {"last-event-id": "x"})).status_code == 400


async def test_a_room_that_is_entered_counts_as_used(client: httpx.AsyncClient, settings: WebSettings) -> None:
    code = await new_room(client)
    long_ago = datetime.now(UTC) - timedelta(days=100)
    async with sessions_of(settings).begin() as session:
        await session.execute(update(Room).where(Room.code == code).values(used_at=long_ago))
    await token_of(client, code)
    async with sessions_of(settings)() as session:
        used = await session.scalar(select(Room.used_at).where(Room.code == code))
    assert used
    assert datetime.now(UTC) - used < timedelta(minutes=1)


async def test_two_tabs_that_enter_at_once_lose_no_room_and_the_twenty_first_is_remembered(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    async with sessions_of(settings).begin() as session:
        codes = [f"room-{number:02d}" for number in range(25)]
        session.add_all(Room(code=code, name=code, kind="call") for code in codes)
    await client.get(f"/rooms/{codes[0]}")
    before = dict(client.cookies)
    for code in codes:  # each answer writes the cookie as if it were the only one
        client.cookies.clear()
        client.cookies.update(before)
        joined = await client.post(f"/rooms/{code}/join", data=join_form(csrf_of(client)))
        assert joined.status_code == 303
    for code in codes:
        assert (await client.get(f"/rooms/{code}/call")).status_code == 200, code
    ids = {await participant_in(client, code) for code in codes}
    assert len(ids) == len(codes), "nobody can tell that they are one person"
    again = await client.post(f"/rooms/{codes[0]}/join", data=join_form(csrf_of(client), name="Ana again"))
    assert again.status_code == 303
    assert await participant_in(client, codes[0]) in ids
    client.cookies.delete(SESSION_COOKIE)
    assert (await client.get(f"/rooms/{codes[0]}/call")).headers["location"] == f"/rooms/{codes[0]}"


async def participant_in(client: httpx.AsyncClient, code: str) -> str:
    return str(config_of((await client.get(f"/rooms/{code}/call")).text)["participant"])


async def test_one_browser_that_enters_twice_in_the_same_moment_is_one_person(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    code = await new_room(client)
    client.cookies.delete(SESSION_COOKIE)
    await client.get(f"/rooms/{code}")
    form = join_form(csrf_of(client))
    answers = await asyncio.gather(*(client.post(f"/rooms/{code}/join", data=form) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {303}
    async with sessions_of(settings)() as session:
        assert await session.scalar(select(func.count()).select_from(Participant)) == 2

"""Two people at one device: who may begin a talk, what its token says, and what is forgotten when it is over."""

from __future__ import annotations

import re
from html import unescape
from itertools import product
from typing import Any

import httpx
import msgspec
import pytest
import redis
from sqlalchemy import select

from app.settings.web import WebSettings
from app.tables import Participant, Room
from ops.harness.captions import caption, say, stored
from ops.harness.web_server import csrf_of
from tasks.wire import keys
from tasks.wire.keys import CaptionKey
from tasks.wire.messages import Part
from tests.support.administrator import on_sqlite
from tests.web.test_entering import read, sessions_of
from tests.web.test_making_rooms import site
from tests.web.test_pages import config_of

pytestmark = on_sqlite
DEVICE = {"near": "en", "far": "pt"}


async def begun(client: httpx.AsyncClient, **choices: str) -> str:
    """Begin a talk; the code of its room."""
    await client.get("/talk")
    made = await client.post("/talk", data={"_csrf_token": csrf_of(client), **DEVICE, **choices})
    assert made.status_code == 303, made.text
    return str(made.headers["location"].split("/")[2])


async def meta_of(client: httpx.AsyncClient, settings: WebSettings, code: str, **said: str) -> dict[str, Any]:
    """What the token says of the device."""
    answer = await client.post(f"/rooms/{code}/token", params=said, headers={"x-csrftoken": csrf_of(client)})
    assert answer.status_code == 200, answer.text
    meta = read(settings, answer.json()["token"])["meta"]
    assert isinstance(meta, dict)
    return meta


async def device_of(settings: WebSettings) -> tuple[Room, Participant]:
    async with sessions_of(settings)() as session:
        return (await session.scalars(select(Room))).one(), (await session.scalars(select(Participant))).one()


async def test_a_talk_is_a_room_with_one_device_that_hears_both(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    code = await begun(client)
    page = await client.get(f"/rooms/{code}/talk")
    config: dict[str, Any] = config_of(page.text)
    assert config["between"] == ["en", "pt"]
    near, far = (half["words"] for half in config["halves"])
    assert (near["hold"], far["hold"]) == ("Hold to speak", "Segure para falar"), "each half in its reader's language"
    assert (near["wrong_pt"], far["wrong_en"]) == ("This was Portuguese", "Isto era inglês")
    room, _ = await device_of(settings)
    assert (room.kind, room.stores, room.guests) == ("talk", False, "nobody")
    meta = await meta_of(client, settings, code)
    assert (meta["among"], meta["between"], meta["hear"]) == (["en", "pt"], ["en", "pt"], "original")
    assert meta["mistaken"] is None
    pressed = await meta_of(client, settings, code, speak="pt", segment="s-1", language="en")
    assert (pressed["among"], pressed["speak"], pressed["between"]) == ([], "pt", ["en", "pt"])
    assert pressed["mistaken"] == {"segment": "s-1", "language": "en"}
    line = await meta_of(client, settings, code, segment="s-1.1", language="en")
    assert line["mistaken"] == {"segment": "s-1", "language": "en"}, "the bridge keeps the whole utterance"
    strange = await meta_of(client, settings, code, speak="vi", segment="s-1", language="vi")
    assert (strange["among"], strange["mistaken"]) == (["en", "pt"], None), "none of this talk's languages"


@pytest.mark.parametrize(("prefers", "chosen"), [("vi, en;q=0.5", ["vi", "en"]), ("en-GB", ["en", "pt"])])
async def test_this_side_speaks_what_the_browser_prefers_until_something_else_was_chosen(
    client: httpx.AsyncClient, prefers: str, chosen: list[str]
) -> None:
    async def offered() -> list[str]:
        page = (await client.get("/talk", headers={"accept-language": prefers})).text
        return re.findall(r'<option value="(\w+)"[^>]* selected', page)

    assert await offered() == chosen
    await begun(client, near="pt", far="vi")
    assert await offered() == ["pt", "vi"]


@pytest.mark.parametrize(("near", "far", "field"), [("en", "en", "far"), ("xx", "pt", "near"), ("en", "", "far")])
async def test_a_talk_needs_two_languages(client: httpx.AsyncClient, near: str, far: str, field: str) -> None:
    await client.get("/talk")
    answer = await client.post("/talk", data={"_csrf_token": csrf_of(client), "near": near, "far": far})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


async def test_its_link_opens_it_on_another_device_and_the_rooms_own_does_not(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    code = await begun(client)
    page = (await client.get(f"/rooms/{code}/talk")).text
    (link,) = re.findall(rf"/rooms/{code}\?key=[\w-]+", page)
    mine = client.cookies
    client.cookies = httpx.Cookies()
    assert (await client.get(f"/rooms/{code}/talk")).status_code == 403
    await client.get("/")
    headers = {"x-csrftoken": csrf_of(client)}
    assert (await client.post(f"/rooms/{code}/token", headers=headers)).status_code == 403
    opened = await client.get(link, follow_redirects=True)
    assert opened.url.path == f"/rooms/{code}/talk"
    _, device = await device_of(settings)
    assert config_of(opened.text)["participant"] == device.id, "one device at a time is in it"
    assert (await meta_of(client, settings, code))["between"] == ["en", "pt"]
    client.cookies = mine
    for path in (f"/rooms/{code}", f"/rooms/{code}/call"):
        answer = await client.get(path, follow_redirects=True)
        assert answer.url.path == f"/rooms/{code}/talk", "a talk has no lobby, and no call page"


async def test_a_link_for_those_who_listen_gives_nobody_the_device(client: httpx.AsyncClient) -> None:
    code = await begun(client)
    form = {"_csrf_token": csrf_of(client), "kind": "listener"}
    made = unescape((await client.post(f"/rooms/{code}/share/entry", data=form)).text)
    (key,) = re.findall(rf"/rooms/{code}\?key=([\w-]+)", made)
    client.cookies = httpx.Cookies()
    assert (await client.get(f"/rooms/{code}?key={key}", follow_redirects=True)).status_code == 403
    assert (await client.get(f"/rooms/{code}/talk")).status_code == 403


async def test_a_line_is_taken_back_whose_language_was_found_out(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    code = await begun(client, keep="1")
    _, device = await device_of(settings)
    for segment in ("s-0", "s-1", "s-1.1"):
        say(broker, caption(code, segment, f"{segment} here", speaker=device.id))
    say(broker, caption(code, "s-1", "s-1 aqui", language="pt", speaker=device.id))
    await stored(settings, 4)

    async def mistaken(segment: str) -> int:
        form = {"_csrf_token": csrf_of(client), "segment": segment}
        return (await client.post(f"/rooms/{code}/talk/mistaken", data=form)).status_code

    assert await mistaken("s-1") == 409, "who spoke was said with a button"
    cut = msgspec.json.encode([Part("en", 0, 20_000), Part("pt", 20_000, 50_000)])
    broker.set(keys.identified("s-1"), cut, ex=keys.PCM_TTL)
    assert await mistaken("s-1.1") == 204, "one line of two in one breath: it was all in one language"
    assert await mistaken("s-1") == 409, "once"
    assert await stored(settings, 1) == ["s-0 here"]
    assert broker.xlen(keys.CAPTIONS) == 1
    for key in product(("s-1", "s-1.1"), ("en", "pt")):
        assert broker.exists(keys.final_published(CaptionKey(*key))), "nor does it come again"
    other = await begun(client)
    broker.set(keys.identified("s-0"), msgspec.json.encode([Part("en", 0, 50_000)]), ex=keys.PCM_TTL)
    answer = await client.post(f"/rooms/{other}/talk/mistaken", data={"_csrf_token": csrf_of(client), "segment": "s-0"})
    assert answer.status_code == 409, "of another talk"


@pytest.mark.parametrize("keep", ["", "1"])
async def test_what_was_said_goes_when_the_talk_is_over_unless_it_is_kept(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis, keep: str
) -> None:
    code = await begun(client, **({"keep": keep} if keep else {}))
    _, device = await device_of(settings)
    say(broker, caption(code, "s-0", "Good morning.", speaker=device.id))
    if keep:
        await stored(settings, 1)
    headers = {"x-csrftoken": csrf_of(client)}
    assert (await client.post(f"/rooms/{code}/talk/over", headers=headers)).status_code == 204
    assert broker.xlen(keys.CAPTIONS) == (1 if keep else 0)
    await stored(settings, 1 if keep else 0)
    client.cookies = httpx.Cookies()
    await client.get("/")
    headers = {"x-csrftoken": csrf_of(client)}
    assert (await client.post(f"/rooms/{code}/talk/over", headers=headers)).status_code == 403


@pytest.mark.parametrize("rooms_by", ["link", "admin", "key"])
async def test_talks_are_begun_by_whom_rooms_are_made(settings: WebSettings, rooms_by: str) -> None:
    async with site(settings, rooms_by) as client:
        assert 'action="/talk"' not in (await client.get("/talk")).text
        assert 'href="/talk"' not in (await client.get("/")).text
        assert (await client.post("/talk", data={"_csrf_token": csrf_of(client), **DEVICE})).status_code == 403

"""Rooms as an administrator sees and changes them, beside a real SFU."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
import redis
from litestar.testing import AsyncTestClient
from sqlalchemy import select, update
from websockets.asyncio.client import ClientConnection, connect

from app.admin.room_form import RoomSettings
from app.admin.rooms import RoomAdmin, Show
from app.auth.read_tokens import ReadTokens
from app.auth.tokens import ParticipantMeta, participant_token
from app.db import Sessions, create_engine, create_sessions
from app.main import create_app
from app.media.bridge.interpreters import silent
from app.media.policy.interpreting import Pair
from app.media.policy.ladder import Level, Rung
from app.media.policy.notices import notices
from app.media.policy.room import Room as MediaRoom
from app.rooms.sfu import SfuOperator
from app.settings.web import WebSettings
from app.tables import Correction, Participant, Room, StoredCaption
from ops.harness.bridge_client import bridge
from ops.harness.captions import caption, say, stored
from ops.harness.sfu import Sfu
from ops.harness.web_server import SESSION_COOKIE, new_room, token_of
from tasks.wire import keys
from tests.support.administrator import be, enter, log_in, make, on_sqlite, send

pytestmark = pytest.mark.usefixtures("sfu")


@pytest.fixture
async def sessions(settings: WebSettings) -> AsyncIterator[Sessions]:
    engine = create_engine(settings.sqlalchemy_url)
    yield create_sessions(engine)
    await engine.dispose()


async def hello(socket: ClientConnection, client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    token = (await token_of(client, code))["token"]
    await socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
    answer: dict[str, Any] = json.loads(await socket.recv())
    return answer


async def room_id(client: httpx.AsyncClient, code: str) -> int:
    page = (await client.get("/admin/rooms", params={"words": code})).text
    return int(page.split('href="/admin/rooms/')[1].split('"')[0])


@on_sqlite
async def test_a_call_is_seen_and_closed_and_the_room_opened_again(
    client: httpx.AsyncClient, settings: WebSettings, sfu: Sfu
) -> None:
    code = await new_room(client, name="Ana", speak="pt", read="en", hear="en")
    await enter(client, settings)
    number = await room_id(client, code)
    assert "Nobody is in this room" in (await client.get(f"/admin/rooms/{number}/now")).text
    async with connect(sfu.url) as ana:
        assert "ok" in await hello(ana, client, code)
        now = (await client.get(f"/admin/rooms/{number}/now")).text
        assert all(words in now for words in ("Ana", "Português", "English", "interpreter process is not running"))
        async with bridge(sfu.url, sfu.secret) as interpreter:
            meta = ParticipantMeta(name="Ana", speak="pt", read="vi", hear="vi")
            talking = MediaRoom(code, {"ana": meta})
            said = notices(talking, "ana", lambda _source, _target: Rung(Level.SOURCE_CAPTIONS, "no_translation"))
            assert said
            talking.interpreting.on[Pair("pt", "en")] = "ana"
            for key, payload in [*said.items(), *silent(talking)]:
                await interpreter.request("notice", room=code, key=key, payload=payload)
            now = unescape((await client.get(f"/admin/rooms/{number}/now")).text)
            assert "captions in the spoken language" in now
            assert "No installed model translates Português into Tiếng Việt" in now
            assert "The interpreter is silent: the machine interprets Português into English" in now
        closed = await send(client, f"/admin/rooms/{number}/close")
        assert closed.headers["location"] == f"/admin/rooms/{number}?told=closed"
        while (heard := json.loads(await ana.recv()))["event"] != "closing":
            pass
        assert heard["data"]["code"] == "room_closed"
    assert (await client.get(f"/rooms/{code}")).status_code == 410
    assert code not in (await client.get("/admin/rooms")).text  # shows those that are open
    await send(client, f"/admin/rooms/{number}/open")
    assert (await client.get(f"/rooms/{code}")).status_code == 200
    log = (await client.get("/admin/audit")).text
    assert "Closed a room" in log
    assert "Opened a room again" in log


@on_sqlite
async def test_a_room_is_made_with_its_limits_and_wrong_ones_come_back_as_typed(
    client: httpx.AsyncClient, settings: WebSettings, sfu: Sfu, sessions: Sessions
) -> None:
    await enter(client, settings)
    form = {"name": "Clinic <3>", "opens_at": "", "closes_at": "", "retention_days": "0", "capacity": "1"}
    wrong = form | {"opens_at": "2031-01-02T10:00", "closes_at": "2031-01-02T09:00"}
    wrong |= {"capacity": "0", "retention_days": "x"}
    refused = await send(client, "/admin/rooms", **wrong)
    assert refused.status_code == 422
    for words in ("close before it opens", "from 1 to 1000", "from 0 to 3650", "2031-01-02T09:00", "Clinic &lt;3&gt;"):
        assert words in refused.text
    made = await send(client, "/admin/rooms", **form)
    page = (await client.get(made.headers["location"])).text
    code = page.split("<code>")[1].split("</code>")[0]
    async with sessions() as session:
        room = await session.get(Room, int(made.headers["location"].rsplit("/", 1)[1]))
    assert room
    assert (room.name, room.retention_days, room.capacity, room.code) == ("Clinic <3>", 0, 1, code)
    join = {"speak": "pt", "read": "pt", "hear": "en"}
    await send(client, f"/rooms/{code}/join", name="Ana", **join)
    async with connect(sfu.url) as ana, connect(sfu.url) as bob:
        assert "ok" in await hello(ana, client, code)
        client.cookies.delete(SESSION_COOKIE)
        await client.get("/")
        await send(client, f"/rooms/{code}/join", name="Bob", **join)
        assert (await hello(bob, client, code))["error"]["code"] == "limit"


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2031-01-02T10:00", "10:00"), ("2031-01-02T10:00+05:00", "05:00"), ("2031-01-02T10:00Z", "10:00"),
        ("2031-01-02 10:00-03:00", "13:00"), ("2031-01-02T10:00:30+05:30", "04:30:30"), ("20310102T1000+0200", "08:00"),
        ("2031-01-02T10:00+00:00", "10:00"), ("2031-01-02T23:00-01:00", "00:00"), ("2031-01-02T10:00-09:30", "19:30"),
        ("2031-01-02T10:00+14:00", "20:00"), ("2031-01-02T10:00+05", "05:00"),
    ],
)  # fmt: skip
def test_a_time_with_its_zone_is_taken_as_that(typed: str, utc: str) -> None:
    form = RoomSettings.parse({"name": "x", "opens_at": typed, "retention_days": "1"})
    assert form.errors == {}
    assert form.opens_at
    assert form.opens_at.utcoffset() == timedelta(0)
    assert f"{form.opens_at:%H:%M:%S}".removesuffix(":00" if utc.count(":") == 1 else "") == utc


def test_what_is_no_time_or_no_number_is_told() -> None:
    for typed in ("0001-01-01T00:00+05:00", "9999-12-31T23:00-05:00", "10:00+05:00", "2031-01-02T10:00+25:00", "soon"):
        assert set(RoomSettings.parse({"opens_at": typed, "retention_days": "1"}).errors) == {"opens_at"}, typed
    for days in ("", " ", "\t", "-1", "1.5", "3651", "\u0661", "1e2", "+1", "0x1", "none", "\u00a0", "1 0"):
        assert set(RoomSettings.parse({"retention_days": days}).errors) == {"retention_days"}, repr(days)
    assert set(RoomSettings.parse({}).errors) == {"retention_days"}
    assert RoomSettings.parse({"retention_days": "0"}).retention_days == 0


async def test_rooms_are_found_and_closed_when_their_time_is_over(settings: WebSettings, sessions: Sessions) -> None:
    rooms, now = RoomAdmin(sessions, SfuOperator(settings)), datetime.now(UTC)
    hour = timedelta(hours=1)
    times: dict[str, tuple[datetime | None, datetime | None]] = {
        "over": (None, now - hour),
        "running": (now - hour, now + hour),
    }
    times |= {"later": (now + hour, None), "100%": (None, None)}
    async with sessions.begin() as session:
        for name, (opens, closes) in times.items():
            session.add(Room(code=name, name=f"Room {name}", kind="call", opens_at=opens, closes_at=closes))

    async def found(words: str, show: Show) -> list[str]:
        return sorted(room.code for room in (await rooms.find(words, show, 0))[0])

    assert await found("", "open") == ["100%", "running"]
    assert await found("", "early") == ["later"]
    assert await found("", "closed") == ["over"]
    assert await found("0%", "all") == ["100%"]  # a wildcard of the database is a letter here
    assert await found("ROOM R", "all") == ["running"]
    assert await rooms.close_due() == 1
    assert await rooms.close_due() == 0
    async with sessions.begin() as session:
        await session.execute(update(Room).where(Room.code == "running").values(closes_at=now))
    away = RoomAdmin(sessions, SfuOperator(replace(settings, sfu_port=9)))
    assert await away.close_due() == 0  # the SFU is away: tried again later
    assert await rooms.close_due() == 1


@on_sqlite
async def test_what_was_said_is_deleted_when_that_is_meant_and_nothing_else_is(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    first, second = [await new_room(client, name="Ana", speak="pt", read="pt", hear="pt") for _ in range(2)]
    say(broker, caption(first, "one", "a secret"))
    say(broker, caption(first, "one", "um segredo", language="pt"))
    say(broker, caption(second, "two", "something else"))
    await stored(settings, 3)
    await enter(client, settings)
    number = await room_id(client, first)
    path = f"/admin/rooms/{number}/transcript/delete"
    assert (await client.post(path, data={"sure": "yes"})).status_code == 403  # not from a page of ours
    asked = await send(client, path)
    assert (asked.status_code, "Tick this first." in asked.text) == (422, True)
    await stored(settings, 3)
    done = await send(client, path, sure="yes")
    assert "is deleted" in (await client.get(done.headers["location"])).text
    assert await stored(settings, 1) == ["something else"]
    assert not any(b"secret" in entry or b"segredo" in entry for entry in _streamed(broker))
    assert "um segredo" not in (await client.get(f"/rooms/{first}/transcript")).text
    log = (await client.get("/admin/audit")).text
    assert "Deleted what was said in a room" in log
    assert "2 captions" in log
    be(client, "")
    assert (await send(client, path, sure="yes")).headers["location"].startswith("/admin/login")


@on_sqlite
async def test_a_room_is_deleted_when_that_is_meant_and_those_in_it_are_told(
    client: httpx.AsyncClient, settings: WebSettings, sessions: Sessions, sfu: Sfu, broker: redis.Redis
) -> None:
    first, second = [await new_room(client, name=name, speak="pt", read="pt", hear="pt") for name in ("Ana", "Bob")]
    say(broker, caption(first, "one", "a secret"))
    say(broker, caption(second, "two", "something else"))
    await stored(settings, 2)
    async with sessions.begin() as session:
        said = await session.scalar(select(StoredCaption.id).where(StoredCaption.text == "a secret"))
        session.add(Correction(caption_id=said, text="a secret, mended", author="Ana"))
    await enter(client, settings)
    number = await room_id(client, first)
    path = f"/admin/rooms/{number}/delete"
    async with connect(sfu.url) as ana:
        assert "ok" in await hello(ana, client, first)
        assert (await client.post(path, data={"sure": "yes"})).status_code == 403  # not from a page of ours
        asked = await send(client, path)
        assert (asked.status_code, asked.text.count("Tick this first.")) == (422, 1)
        assert (await client.get(f"/rooms/{first}")).status_code == 200
        done = await send(client, path, sure="yes")
        while (heard := json.loads(await ana.recv()))["event"] != "closing":
            pass
        assert heard["data"]["code"] == "room_closed"
    assert "The room is deleted." in (await client.get(done.headers["location"])).text
    token = ReadTokens(settings.session_keys).make(first, "pt", timedelta(hours=1))
    for gone in ("", "/transcript", "/share", "/token", f"/captions?token={token}", f"/projector?token={token}"):
        assert (await client.get(f"/rooms/{first}{gone}")).status_code in {404, 405}, gone
    assert (await client.get(f"/embed/{first}?token={token}")).status_code == 404
    assert (await client.get(f"/admin/rooms/{number}")).status_code == 404
    assert await stored(settings, 1) == ["something else"]
    async with sessions() as session:
        assert [room.code for room in await session.scalars(select(Room))] == [second]
        assert {one.name for one in await session.scalars(select(Participant))} == {"Bob"}
        assert (await session.scalars(select(Correction))).first() is None
    assert not any(b"secret" in entry for entry in _streamed(broker))
    log = (await client.get("/admin/audit")).text
    assert "Deleted a room" in log
    assert "1 captions" in log
    be(client, "")
    assert (await send(client, path, sure="yes")).headers["location"].startswith("/admin/login")


def _streamed(broker: redis.Redis) -> list[bytes]:
    """What the stream of captions holds."""
    entries: Any = broker.xrange(keys.CAPTIONS)
    return [value for _, fields in entries for value in fields.values()]


@on_sqlite
async def test_without_the_sfu_the_page_says_what_to_start(settings: WebSettings) -> None:
    await make(settings)
    app = create_app(replace(settings, sfu_port=9))
    async with AsyncTestClient(app, base_url="http://calls.example") as client:
        client.headers["accept"] = "text/html"
        client.follow_redirects = False
        await log_in(client)
        code = await new_room(client)
        page = (await client.get("/admin/rooms")).text
        assert "Start the sfu process" in page
        number = page.split('href="/admin/rooms/')[1].split('"')[0]
        closed = await send(client, f"/admin/rooms/{number}/close")
        assert closed.headers["location"].endswith("told=not_ended")
        assert (await client.get(f"/rooms/{code}")).status_code == 410
        kept = await send(client, f"/admin/rooms/{number}/delete", sure="yes")
        assert "not deleted: the SFU does not answer" in (await client.get(kept.headers["location"])).text


@on_sqlite
async def test_a_call_in_a_room_that_is_closed_or_gone_ends_wherever_it_is(
    settings: WebSettings, sessions: Sessions, sfu: Sfu
) -> None:
    second = Sfu(secret=sfu.secret)
    await asyncio.to_thread(second.start)
    try:
        both = replace(settings, sfu_operators=(f"127.0.0.1:{sfu.port}", f"127.0.0.1:{second.port}"))
        rooms, now = RoomAdmin(sessions, SfuOperator(both)), datetime.now(UTC)
        times = {"open": {}, "early": {"opens_at": now + timedelta(hours=1)}, "closed": {"closed_at": now}}
        async with sessions.begin() as session:
            session.add_all(Room(code=code, name=code, kind="call", **when) for code, when in times.items())
        async with AsyncExitStack() as calls:
            sockets = {}
            for code, where in (("open", sfu), ("early", second), ("closed", sfu), ("gone", second)):
                socket = sockets[code] = await calls.enter_async_context(connect(where.url))
                meta = ParticipantMeta(name="Ana", speak="pt", read="pt", hear="pt")
                token = participant_token(sfu.secret, room=code, participant="ana", meta=meta)
                await socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
                assert "ok" in json.loads(await socket.recv())
            state = await rooms.now()
            assert state
            assert set(state.rooms) == set(sockets)
            assert await rooms.end_strays() == 2
            for code in ("closed", "gone"):
                assert json.loads(await sockets[code].recv())["data"]["code"] == "room_closed"
            state = await rooms.now()
            assert state
            assert set(state.rooms) == {"open", "early"}
            assert await rooms.end_strays() == 0
            await asyncio.to_thread(second.kill)
            assert not await rooms.close(
                next(room for room in (await rooms.find("", "open", 0))[0] if room.code == "open")
            )
            assert json.loads(await sockets["open"].recv())["data"]["code"] == "room_closed", "one of two was told"
    finally:
        second.kill()

"""Several `web` processes, and a room that is on several SFUs: what one is told holds at all of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from litestar.testing import AsyncTestClient
from redis.asyncio import Redis
from sqlalchemy import delete, update
from websockets.asyncio.client import ClientConnection, connect

from app.auth.tokens import ParticipantMeta, participant_token
from app.captions.feed_limits import Client
from app.captions.feeds import Feed, FeedEndedError, Feeds, Wish
from app.db import Sessions, create_engine, create_sessions
from app.main import create_app
from app.rights import Role
from app.rooms.knocks import Knocks
from app.rooms.links import RoomLinks
from app.rooms.moderation import Moderation
from app.rooms.placing import Places
from app.rooms.sfu import SfuOperator
from app.settings.web import WebSettings
from app.tables import Participant, Room, RoomLink
from ops.harness.ports import free_port
from ops.harness.sfu import Sfu
from ops.harness.web_server import csrf_of, join_form
from tasks.wire import keys
from tests.support.administrator import on_sqlite
from tests.support.feeds import no_feeds
from tests.support.local import visited

pytestmark = on_sqlite

ROUTER = "203.0.113.9"


@pytest.fixture
async def sessions(settings: WebSettings) -> AsyncIterator[Sessions]:
    engine = create_engine(settings.sqlalchemy_url)
    yield create_sessions(engine)
    await engine.dispose()


@pytest.fixture
async def redis(settings: WebSettings) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.tasks.redis_url) as client:
        yield client


@pytest.fixture(scope="module")
def second(sfu: Sfu) -> Iterator[Sfu]:
    other = Sfu(secret=sfu.secret)
    other.start()
    yield other
    other.stop()


def moderation_of(settings: WebSettings, sessions: Sessions, redis: Redis, feeds: Feeds) -> tuple[Moderation, Places]:
    """What one `web` has of them."""
    places = Places(settings, redis, feeds)
    sfu = SfuOperator(settings, places.operators)
    return Moderation(sessions, sfu, places, feeds, RoomLinks(sessions), Knocks(redis)), places


def person(room: Room, name: str, role: Role = "speaker", *, vouched: bool = False) -> Participant:
    chosen = {"speak": "en", "read": "en", "hear": "en"}
    return Participant(id=name, room_id=room.id, name=name, kind="person", role=role, vouched=vouched, **chosen)


async def room_of(sessions: Sessions, code: str) -> Room:
    async with sessions.begin() as session:
        room = Room(code=code, name=code, kind="call")
        session.add(room)
    return room


def over(feeds: dict[str, Feed]) -> dict[str, str]:
    """Those that have ended, and why."""
    found: dict[str, str] = {}
    for name, feed in feeds.items():
        try:
            feed.check()
        except FeedEndedError as ended:
            found[name] = ended.reason
    return found


async def test_feeds_end_whichever_web_was_told_that_somebody_may_not_read(
    settings: WebSettings, sessions: Sessions, redis: Redis
) -> None:
    feeds = no_feeds()
    moderation, _ = moderation_of(settings, sessions, redis, feeds)
    rooms = {code: await room_of(sessions, code) for code in ("open", "closed", "deleted")}
    async with sessions.begin() as session:
        session.add_all(person(rooms["open"], name) for name in ("ana", "eve"))
        for link in ("kept", "revoked"):
            session.add(RoomLink(room_id=rooms["open"].id, kind="read", lookup=link, language="en", maker="Ana"))
    wanted = {
        "ana": ("open", Client("10.0.0.1", participant="ana")),
        "eve": ("open", Client("10.0.0.1", participant="eve")),
        "kept": ("open", Client("10.0.0.1", token="kept")),
        "revoked": ("open", Client("10.0.0.1", token="revoked")),
        "closed": ("closed", Client("10.0.0.1", token="other")),
        "deleted": ("deleted", Client("10.0.0.1", token="another")),
    }
    with ExitStack() as stack:
        opened = {
            name: stack.enter_context(feeds.open(Wish(code, "en"), client)) for name, (code, client) in wanted.items()
        }
        await moderation.look_at_feeds()
        assert over(opened) == {}
        now = datetime.now(UTC)
        async with sessions.begin() as session:  # as another `web` does it
            await session.execute(update(Participant).where(Participant.id == "eve").values(standing="removed"))
            await session.execute(update(RoomLink).where(RoomLink.lookup == "revoked").values(revoked_at=now))
            await session.execute(update(Room).where(Room.code == "closed").values(closed_at=now))
            await session.execute(delete(Room).where(Room.code == "deleted"))
        await moderation.look_at_feeds()
        assert over(opened) == {"eve": "closed", "revoked": "expired", "closed": "closed", "deleted": "closed"}


@asynccontextmanager
async def two_webs(settings: WebSettings, address: str = "127.0.0.1") -> AsyncIterator[Sequence[httpx.AsyncClient]]:
    """A browser at each of two `web`, which comes from that address."""
    async with AsyncExitStack() as stack:
        webs = [
            await stack.enter_async_context(
                AsyncTestClient(visited(create_app(settings)), base_url="http://calls.example")
            )
            for _ in range(2)
        ]
        for client in webs:
            client.follow_redirects = False
            client.headers.update({"accept": "text/html", "x-test-peer": address})
            await client.get("/")
        yield webs


async def test_what_an_address_may_do_it_may_do_once_and_not_at_each_web(settings: WebSettings) -> None:
    async with two_webs(replace(settings, rooms_per_address=6), ROUTER) as webs:

        async def post(number: int, path: str, **fields: str) -> httpx.Response:
            client = webs[number % 2]
            return await client.post(path, data={"_csrf_token": csrf_of(client), **fields})

        made = [await post(number, "/rooms", name="Town hall") for number in range(8)]
        assert [answer.status_code for answer in made] == [303] * 6 + [429] * 2
        path = made[0].headers["location"]
        await join(webs[0], path, "Ana")
        await post(0, f"{path}/holding", guests="speaker", has_password="1", password="palavra secreta")
        for client in webs:
            client.cookies.clear()  # somebody else, at the same address
            await client.get("/")
        form = join_form("", name="Eve", password="open sesame")
        del form["_csrf_token"]
        said = [(await post(number, f"{path}/join", **form)).text for number in range(6)]
        assert ["Too many wrong passwords" in page for page in said] == [False] * 5 + [True]
        spent = [(await post(number, "/rooms", name="x" * 200)).status_code for number in range(60)]
        assert spent == [422] * spent.index(429) + [429] * (60 - spent.index(429))
        # Eight rooms, a newcomer, how the room is held and six guesses were posted before.
        assert spent.index(429) == (600 - 8 * 10 - 3 - 10 - 6 * 3) // 10


@pytest.mark.usefixtures("sfu")
async def test_a_host_sees_who_waits_whichever_web_their_page_asks(settings: WebSettings) -> None:
    async with two_webs(settings) as (one, two):
        made = await one.post("/rooms", data={"_csrf_token": csrf_of(one), "name": "Town hall"})
        path = made.headers["location"]
        await join(one, path, "Ana")
        holding = {"_csrf_token": csrf_of(one), "guests": "speaker", "waiting_room": "1"}
        assert (await one.post(f"{path}/holding", data=holding)).status_code == 303
        assert (await join(two, path, "Bob")).headers["location"] == f"{path}/wait"
        assert "Bob is waiting" not in (await one.get(f"{path}/host")).text, "their page has not asked"
        assert (await two.get(f"{path}/wait")).status_code == 200
        assert "Bob is waiting to be let in" in (await one.get(f"{path}/host")).text


async def join(client: httpx.AsyncClient, path: str, name: str) -> httpx.Response:
    return await client.post(f"{path}/join", data=join_form(csrf_of(client), name=name))


async def enter(stack: AsyncExitStack, sfu: Sfu, room: str, who: str) -> ClientConnection:
    """Somebody's socket in the call, on one of the SFUs: whichever, for no token says which."""
    socket = await stack.enter_async_context(connect(sfu.url))
    meta = ParticipantMeta(name=who, speak="en", read="en", hear="en")
    token = participant_token(sfu.secret, room=room, participant=who, meta=meta)
    await socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
    assert "ok" in json.loads(await socket.recv())
    return socket


async def told(socket: ClientConnection) -> dict[str, Any]:
    """Why a socket is closed."""
    async with asyncio.timeout(5):
        while (message := json.loads(await socket.recv())).get("event") != "closing":
            pass
    data: dict[str, Any] = message["data"]
    return data


async def test_a_room_on_two_sfus_is_one_room_and_brought_together(
    settings: WebSettings, sessions: Sessions, redis: Redis, sfu: Sfu, second: Sfu
) -> None:
    several = replace(
        settings,
        sfu_public_url=f"{sfu.url},{second.url}",
        sfu_operators=tuple(f"127.0.0.1:{one.port}" for one in (sfu, second)),
    )
    moderation, places = moderation_of(several, sessions, redis, no_feeds())
    room = await room_of(sessions, "town")
    async with sessions.begin() as session:
        session.add_all([person(room, "ana", "host"), person(room, "eve", vouched=True)])
    here, elsewhere = (sfu, second) if await places.of("town") == sfu.url else (second, sfu)
    async with AsyncExitStack() as stack:
        ana = await enter(stack, here, "town", "ana")
        eve = await enter(stack, elsewhere, "town", "eve")
        assert {one.id for one in (await moderation.scene(room)).inside} == {"ana", "eve"}
        await redis.delete(keys.placed("town"))
        await moderation.look()  # where Redis does not say where the room is, they would be thrown to and fro
        for socket in (ana, eve):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(told(socket), 0.3)
        assert await places.of("town") == here.url
        await moderation.look()
        closing = await told(eve)
        assert (closing["code"], closing["retry"]) == ("moved", True)
        async with sessions() as session:
            found = await session.get(Participant, "eve")
            assert found
            assert not found.stands_in, "a host is there: nobody follows them"
        await enter(stack, here, "town", "eve")
        await moderation.look()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(told(ana), 0.3)


async def test_an_sfu_that_has_left_the_ring_is_told_too_what_cannot_be_made_up_for(
    settings: WebSettings, sfu: Sfu, second: Sfu
) -> None:
    both = tuple(f"127.0.0.1:{one.port}" for one in (sfu, second))
    operator = SfuOperator(replace(settings, sfu_operators=both), lambda: both[:1])
    async with AsyncExitStack() as stack:
        eve = await enter(stack, second, "left", "eve")
        await operator.order("left", mute=["eve"])
        async with asyncio.timeout(5):
            while json.loads(await eve.recv()).get("event") != "muted":
                pass
        assert await operator.end("left", ended=True)
        assert (await told(eve))["code"] == "call_ended"
    nowhere = (both[0], f"127.0.0.1:{free_port()}")
    gone = SfuOperator(replace(settings, sfu_operators=nowhere), lambda: nowhere[:1])
    await gone.order("left", mute=["eve"])  # nobody waits for one that is dead

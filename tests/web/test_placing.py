"""Rooms on several SFUs: which of these answer is known to all `web` processes, and rooms leave those that do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

import pytest
from litestar.testing import AsyncTestClient
from redis.asyncio import Redis

from app import redis_away
from app.cancellation import end
from app.captions.feed_limits import Client
from app.captions.feeds import Feeds, Moved, Wish
from app.main import create_app
from app.rooms import placing
from app.rooms.placing import Places
from app.rooms.sfu import SfuDownError, SfuOperator
from app.settings.web import WebSettings
from app.web.origin import place
from ops.harness.ports import free_port
from ops.harness.redis_server import RedisServer
from ops.harness.waiting import until
from ops.harness.web_server import new_room, token_of
from tasks.wire import keys
from tasks.wire.environment import SettingError
from tests.support.administrator import on_sqlite
from tests.support.feeds import no_feeds

pytestmark = [pytest.mark.service, on_sqlite]

URLS = ("wss://sfu1.example/ws", "wss://sfu2.example/ws")
SOON = 0.05
GONE = 0.6
WITHIN = 10.0


class Health:
    """The `/health` of an SFU, which can die and come back."""

    def __init__(self) -> None:
        self.port = free_port()
        self.status = "200 OK"
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # who asked has ended
            await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {self.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @property
    def operator(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "LOOK_EVERY", SOON)
    monkeypatch.setattr(placing, "GONE_AFTER", GONE)


@pytest.fixture
async def sfus() -> AsyncIterator[list[Health]]:
    both = [Health(), Health()]
    for one in both:
        await one.start()
    yield both
    for one in both:
        await one.stop()


@pytest.fixture
async def redis(shared_redis: RedisServer) -> AsyncIterator[Redis]:
    async with Redis.from_url(shared_redis.url) as client:
        await client.flushall()
        yield client


@pytest.fixture
def several(settings: WebSettings, sfus: list[Health]) -> WebSettings:
    operators = tuple(one.operator for one in sfus)
    return replace(settings, sfu_public_url=",".join(URLS), sfu_operators=operators)


@asynccontextmanager
async def placed(settings: WebSettings, redis: Redis, feeds: Feeds | None = None) -> AsyncIterator[Places]:
    """A `web` that places rooms."""
    places = Places(settings, redis, feeds or no_feeds())
    task = asyncio.create_task(places.run())
    try:
        yield places
    finally:
        await end([task])


async def ring(places: Places, *wanted: str) -> None:
    """Wait until these are in the ring, and no other."""

    async def so() -> bool:
        return places.ring == wanted

    await until(so, WITHIN)


def on(url: str, ring: tuple[str, ...] = URLS) -> str:
    """A room that is placed there."""
    return next(room for n in range(100) if place(room := f"room-{n}", ring) == url)


async def test_rooms_of_an_sfu_that_dies_are_placed_on_another_and_stay_there(
    several: WebSettings, sfus: list[Health], redis: Redis
) -> None:
    first, second = on(URLS[0]), on(URLS[1])
    async with placed(several, redis) as places, placed(several, redis) as other:
        assert [await places.of(room) for room in (first, second)] == list(URLS)
        await sfus[1].stop()
        for web in (places, other):
            await ring(web, URLS[0])
            assert web.gone == (URLS[1],)
            assert web.operators() == (sfus[0].operator,), "nobody waits for one that is gone"
            assert [await web.of(room) for room in (first, second)] == [URLS[0]] * 2
        await sfus[1].start()
        for web in (places, other):
            await ring(web, *URLS)
            assert await web.of(second) == URLS[0], "it stays where people are"
            assert await web.of(on(URLS[1]) + "-new") in URLS
        await redis.delete(keys.placed(second))  # nobody has been there for minutes
        async with placed(several, redis) as third:
            assert await third.of(second) == URLS[1], "home again"


async def test_an_sfu_is_gone_when_no_web_has_an_answer(several: WebSettings, sfus: list[Health], redis: Redis) -> None:
    cut_off = replace(several, sfu_operators=(sfus[0].operator, f"127.0.0.1:{free_port()}"))
    async with placed(cut_off, redis) as places, placed(several, redis):
        await asyncio.sleep(2 * GONE)
        assert places.ring == URLS, "another reaches it"
        sfus[1].status = "503 Service Unavailable"
        await ring(places, URLS[0])


async def test_where_none_answers_rooms_stay_where_they_are(
    several: WebSettings, sfus: list[Health], redis: Redis
) -> None:
    room = on(URLS[1])
    async with placed(several, redis) as places:
        assert await places.of(room) == URLS[1]
        for one in sfus:
            await one.stop()
        await asyncio.sleep(2 * GONE)
        await ring(places, *URLS)
        assert await places.of(room) == URLS[1]
        with pytest.raises(SfuDownError):
            await SfuOperator(several, places.operators).look()


async def test_without_redis_each_web_goes_by_what_it_sees(several: WebSettings, sfus: list[Health]) -> None:
    feeds, room = no_feeds(), on(URLS[1])
    nowhere = Redis.from_url(f"redis://127.0.0.1:{free_port()}")
    async with nowhere, placed(several, nowhere, feeds) as places, AsyncExitStack() as page:
        page.enter_context(feeds.open(Wish(room, "pt"), Client("10.0.0.1", participant="ana")))
        assert await places.of(room) == URLS[1]
        await sfus[1].stop()
        await ring(places, URLS[0])
        assert await places.of(room) == URLS[0]
        await sfus[1].start()
        await ring(places, *URLS)
        assert await places.of(room) == URLS[0], "it remembers"


async def test_pages_are_told_at_once_though_redis_says_nothing(
    several: WebSettings, sfus: list[Health], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_away, "REDIS_WITHIN", 0.2)
    feeds = no_feeds()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Redis.from_url(f"redis://127.0.0.1:{port}") as hangs, AsyncExitStack() as pages:
        rooms = [f"room-{number}" for number in range(40)]
        opened = [
            pages.enter_context(feeds.open(Wish(room, "pt"), Client("10.0.0.1", participant=room))) for room in rooms
        ]
        async with placed(several, hangs, feeds) as places:
            await sfus[1].stop()
            await ring(places, URLS[0])
            async with asyncio.timeout(2.0):  # one by one they would wait for eight seconds
                assert {await feed.next(WITHIN) for feed in opened} == {Moved(URLS[0])}


async def test_pages_of_people_are_told_and_readers_are_not(
    several: WebSettings, sfus: list[Health], redis: Redis
) -> None:
    feeds = no_feeds()
    room = on(URLS[1])
    people, readers = Client("10.0.0.1", participant="ana"), Client("10.0.0.1", token="link")
    with feeds.open(Wish(room, "pt"), people) as feed, feeds.open(Wish(room, "pt"), readers) as reader:
        async with placed(several, redis, feeds) as places:
            await places.of(room)
            await sfus[1].stop()
            assert await feed.next(WITHIN) == Moved(URLS[0])
            assert await reader.next(0.1) is None


async def test_the_token_leads_to_where_the_room_is(several: WebSettings, sfus: list[Health]) -> None:
    async with AsyncTestClient(create_app(several), base_url="https://calls.example") as client:
        client.follow_redirects = False
        code = await new_room(client)
        before = (await token_of(client, code))["url"]
        await sfus[URLS.index(before)].stop()

        async def moved() -> bool:
            return bool((await token_of(client, code))["url"] != before)

        await until(moved, WITHIN)


def test_each_sfu_has_to_have_both_of_its_addresses(settings: WebSettings) -> None:
    with pytest.raises(SettingError, match="SFU_OPERATORS"):
        replace(settings, sfu_public_url=",".join(URLS), sfu_operators=("10.0.0.7:8010",))


def test_spaces_between_addresses_are_as_good_as_commas(settings: WebSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFU_PUBLIC_URL", "ws://one.example:1/ws  ws://two.example:1/ws,ws://three.example:1/ws")
    read = WebSettings(
        session_secret=settings.session_secret,
        sfu_token_secret=settings.sfu_token_secret,
        keep_secret=settings.keep_secret,
    )
    assert read.sfu_urls == tuple(f"ws://{name}.example:1/ws" for name in ("one", "two", "three"))

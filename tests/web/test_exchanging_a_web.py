"""Two `web` behind the deploy plan's proxy: each is updated during a call, and whoever reads or comes in is served."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import redis
from sqlalchemy import select

from app.db import create_engine, create_sessions
from app.tables import StoredCaption
from ops.harness.captions import say
from ops.harness.ports import free_port
from ops.harness.proxy import Proxy, proxy
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.waiting import until
from ops.harness.web_server import WebServer, csrf_of, join_form, new_room, token_of
from tests.support.feeds import Reader, count, live, spoken

READERS = 6
EVERY = 0.1
"""Seconds between two captions."""


@dataclass
class Site:
    """Two processes of `web`, their Redis, and the proxy before them."""

    webs: list[WebServer]
    redis: RedisServer
    proxy: Proxy
    said: int = 0
    refused: list[str] = field(default_factory=list)
    """What somebody who came in was told that was not as it should be."""

    def browser(self) -> httpx.AsyncClient:
        """Somebody's, without a session."""
        return httpx.AsyncClient(base_url=self.proxy.url, verify=self.proxy.trust, timeout=30)

    async def speak(self, code: str) -> None:
        """One caption after the other, for ever."""
        with redis.Redis.from_url(self.redis.url) as broker:
            for number in itertools.count():
                say(broker, spoken(code, f"s{number}", "hello", language="pt", seq=number))
                self.said += 1
                await asyncio.sleep(EVERY)

    async def come_in(self, code: str) -> None:
        """One newcomer after the other, each of whom asks for what a page asks for, for ever."""
        while True:
            async with self.browser() as person:
                try:
                    await person.get(f"/rooms/{code}")
                    joined = await person.post(f"/rooms/{code}/join", data=join_form(csrf_of(person)))
                    assert (joined.status_code, joined.headers["location"]) == (303, f"/rooms/{code}/call")
                    assert (await person.get(joined.headers["location"])).status_code == 200
                    await token_of(person, code)
                except (httpx.HTTPError, AssertionError) as error:
                    self.refused.append(repr(error))
            await asyncio.sleep(EVERY)  # all of them come from one address, which may send so much a minute


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    with redis_server() as server:
        database = f"sqlite+aiosqlite:///{tmp_path / 'jbcalling.db'}"
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()
        webs = [WebServer(folder, server.url, database) for folder in folders]
        try:
            webs[0].migrate()
            await asyncio.gather(*(asyncio.to_thread(web.start) for web in webs))
            with proxy(tmp_path, free_port(), [web.port for web in webs], free_port()) as before:
                yield Site(webs, server, before)
        finally:
            for web in webs:
                web.kill()


async def test_each_is_exchanged_and_nothing_is_lost_and_nobody_turned_away(site: Site, tmp_path: Path) -> None:
    async with AsyncExitStack() as leaving:
        directly = [await leaving.enter_async_context(httpx.AsyncClient(base_url=web.url)) for web in site.webs]
        for web in directly:
            await live(web)
        host = await leaving.enter_async_context(site.browser())
        code = await new_room(host, read="pt")
        readers = [Reader() for _ in range(READERS)]
        tasks = [asyncio.create_task(reader.follow(host, code)) for reader in readers]

        async def shared() -> bool:
            there = [await count(web, "jbc_caption_readers") for web in directly]
            return sum(there) == READERS and min(there) > 0

        await until(shared, 20)  # the proxy gives each some of them
        speaking = asyncio.create_task(site.speak(code))
        tasks.append(asyncio.create_task(site.come_in(code)))
        for server, asked in zip(site.webs, directly, strict=True):
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            await live(asked)
        speaking.cancel()
        await asyncio.wait([speaking])

        async def read() -> bool:
            return all(len(set(reader.read)) == site.said for reader in readers)

        with suppress(TimeoutError):
            await until(read, 20)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert site.refused == []
    wanted = Counter({(f"{code}.s{number}", "pt"): 1 for number in range(site.said)})
    for reader in readers:
        assert Counter(reader.read) == wanted
    engine = create_engine(f"sqlite+aiosqlite:///{tmp_path / 'jbcalling.db'}")
    rows: list[tuple[str, str]] = []

    async def stored() -> bool:
        async with create_sessions(engine)() as session:
            found = await session.execute(select(StoredCaption.segment, StoredCaption.language))
        rows[:] = [(segment, language) for segment, language in found]
        return len(rows) >= site.said

    with suppress(TimeoutError):
        await until(stored, 20)  # people read it before it is in the database
    await engine.dispose()
    assert Counter(rows) == wanted

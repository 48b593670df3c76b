"""The way that browsers take on a server: TLS by Caddy, as the deploy plan configures it, to pages, feed and SFU."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
import redis
import websockets
from playwright.async_api import async_playwright

from ops.harness.captions import say
from ops.harness.people import CHROMIUM, FLAGS, Person, room_from_front_page
from ops.harness.ports import free_port
from ops.harness.proxy import Proxy, proxy
from ops.harness.recordings import recordings
from ops.harness.stack import Stack
from ops.harness.web_server import new_room, token_of
from tests.support.feeds import count, feed, live, spoken, take

pytestmark = pytest.mark.asyncio(loop_scope="session")

AT_ONCE = 1.0
"""Seconds within which a line passes the proxy; buffered, it would wait for the feed to end."""


@dataclass(frozen=True)
class Site:
    """The edge behind its proxy."""

    stack: Stack
    proxy: Proxy

    def client(self) -> httpx.AsyncClient:
        """A browser's connection: HTTP/2, trusting the proxy's authority only."""
        return httpx.AsyncClient(base_url=self.proxy.url, http2=True, verify=self.proxy.trust, timeout=20)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Everything but workers: what passes here are original voices, and captions that the tests write."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    stack = Stack(folder, SFU_PUBLIC_URL=f"wss://localhost:{port}/ws")
    del stack.lines["worker"]
    async with stack:
        with proxy(Path(folder), port, [int(stack.env["WEB_PORT"])], int(stack.env["SFU_PORT"])) as running:
            yield Site(stack, running)


async def test_the_feed_comes_line_by_line_over_http_2_and_ends_with_its_reader(site: Site) -> None:
    async with httpx.AsyncClient(base_url=site.stack.url) as directly:
        await live(directly)
        before = await count(directly, "jbc_caption_readers")
        with redis.Redis.from_url(site.stack.redis_url) as broker:
            async with site.client() as client:
                code = await new_room(client, read="en")
                assert (await client.get("/health")).http_version == "HTTP/2"
                async with feed(client, code) as events:
                    assert await count(directly, "jbc_caption_readers") == before + 1
                    for number in range(3):
                        said = time.monotonic()
                        say(broker, spoken(code, f"s{number}", "hello", seq=number))
                        await take(events, 1)
                        assert time.monotonic() - said < AT_ONCE
        async with asyncio.timeout(10):  # its connection is closed
            while await count(directly, "jbc_caption_readers") > before:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


async def test_the_proxy_says_who_the_client_is_and_hides_what_is_internal(site: Site) -> None:
    async with site.client() as client:
        page = await client.get("/", headers={"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.1"})
        assert page.headers["strict-transport-security"].startswith("max-age=")
        assert f"connect-src 'self' wss://localhost:{site.proxy.port}" in page.headers["content-security-policy"]
        assert all("secure" in cookie.lower() for cookie in page.headers.get_list("set-cookie"))
        for internal in ("/metrics", "/metrics/", "/ready", "/ready/"):
            assert (await client.get(internal)).status_code == 404


async def test_signalling_passes_as_a_websocket(site: Site) -> None:
    async with site.client() as client:
        token = (await token_of(client, await new_room(client)))["token"]
    url = f"wss://localhost:{site.proxy.port}/ws"
    async with websockets.connect(url, ssl=site.proxy.trust) as socket:
        await socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token}}))
        answer = json.loads(await asyncio.wait_for(socket.recv(), 10))
    assert answer["id"] == 1
    assert "routerRtpCapabilities" in answer["ok"]


async def test_people_hear_each_other_and_read_captions_through_the_proxy(site: Site) -> None:
    clip = recordings()["en_ls_198"].path.read_bytes()
    async with async_playwright() as playwright, AsyncExitStack() as leaving:
        # Chromium keeps a list of authorities of its own; ours is known to the other tests.
        flags = [*FLAGS, "--ignore-certificate-errors"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        leaving.push_async_callback(browser.close)
        room = await room_from_front_page(browser, site.proxy.url)
        ana, bea = [
            await Person.join(browser, room, name, speak="en", read="en", hear="original") for name in ("Ana", "Bea")
        ]
        await bea.wait_for("document.querySelectorAll('audio').length > 0")
        await bea.record()
        await ana.say(clip)
        heard = await bea.heard()
        assert np.abs(heard).max() > 0.05, "Bea hears Ana"
        with redis.Redis.from_url(site.stack.redis_url) as broker:
            say(broker, spoken(room.rsplit("/", 1)[1], "s1", "read through the proxy"))
        await bea.wait_for("document.querySelector('#captions')?.textContent.includes('read through the proxy')")
        assert ana.errors == bea.errors == []

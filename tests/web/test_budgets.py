"""One address cannot fill the server, and a class behind one router comes in at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.web_server import csrf_of, join_form, new_room, token_of
from tests.support.administrator import on_sqlite
from tests.support.local import visited

ROUTER = "203.0.113.9"


@asynccontextmanager
async def browser(app: Litestar, address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncTestClient(app, base_url="http://calls.example") as client:
        client.follow_redirects = False
        client.headers.update({"accept": "text/html", "x-test-peer": address})
        yield client


@on_sqlite
async def test_a_class_behind_one_router_comes_in_at_once(client: httpx.AsyncClient) -> None:
    client.headers["x-test-peer"] = ROUTER
    code = await new_room(client)
    token = csrf_of(client)
    join = [client.post(f"/rooms/{code}/join", data=join_form(token, name=f"Child {number}")) for number in range(35)]
    assert Counter(answer.status_code for answer in await asyncio.gather(*join)) == {303: 35}
    for _ in range(35):
        await token_of(client, code)


@on_sqlite
@pytest.mark.parametrize("addresses", [[ROUTER], [f"2001:db8:0:7::{host:x}" for host in range(1, 9)]])
async def test_a_script_makes_no_more_rooms_than_its_address_may(settings: WebSettings, addresses: list[str]) -> None:
    app = visited(create_app(replace(settings, rooms_per_address=5)))
    async with browser(app, addresses[0]) as client:
        await client.get("/")
        form = {"_csrf_token": csrf_of(client), "name": "Full"}
        answers = [
            await client.post("/rooms", data=form, headers={"x-test-peer": addresses[number % len(addresses)]})
            for number in range(12)
        ]
        assert [answer.status_code for answer in answers] == [303] * 5 + [429] * 7
        assert 3_000 < int(answers[-1].headers["retry-after"]) <= 3_600
        assert "Too many requests" in answers[-1].text
        other = await client.post("/rooms", data=form, headers={"x-test-peer": "2001:db8:0:8::1"})
        assert other.status_code == 303
        forged = {"x-test-peer": addresses[0], "x-forwarded-for": "198.51.100.1"}
        assert (await client.post("/rooms", data=form, headers=forged)).status_code == 429


@on_sqlite
async def test_forms_are_limited_by_address(client: httpx.AsyncClient) -> None:
    client.headers["x-test-peer"] = ROUTER
    await client.get("/")
    statuses = [(await client.post("/nothing-of-ours", data={})).status_code for _ in range(3)]
    assert set(statuses) <= {403, 404, 405}
    form = {"_csrf_token": csrf_of(client), "name": "x" * 200}
    answers = [(await client.post("/rooms", data=form)).status_code for _ in range(70)]
    assert answers == [422] * 60 + [429] * 10

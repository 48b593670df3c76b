"""Host names as machines have them, and two installations on one host: browsers keep cookies by host, not by port."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from litestar.testing import AsyncTestClient

from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.web_server import csrf_of, join_form, new_room


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("my_pc:8000", "my_pc"),
        ("my_pc", "my_pc"),
        ("_gateway:8000", "_gateway"),
        ("build-1_2.lan:8000", "build-1_2.lan"),
        ("PC:8000", "PC"),
        ("calls.example.", "calls.example."),
        ("xn--bcher-kva.example:8000", "xn--bcher-kva.example"),
        ("192.168.1.20:8000", "192.168.1.20"),
        ("[fd00::20]:8000", "[fd00::20]"),
        ("localhost:8000", "localhost"),
    ],
)
async def test_the_page_finds_the_sfu_on_the_host_that_it_came_from(
    client: httpx.AsyncClient, settings: WebSettings, host: str, name: str
) -> None:
    page = await client.get("/", headers={"host": host})
    assert f"ws://{name}:{settings.sfu_port}" in page.headers["content-security-policy"]


@pytest.mark.parametrize("host", ["a b", "x;y", "evil.example/", "a,b", "ex'ample", 'ex"ample', "bücher"])
async def test_a_host_that_is_none_does_not_reach_our_headers(
    client: httpx.AsyncClient, settings: WebSettings, host: str
) -> None:
    page = await client.get("/", headers={b"host": host.encode()})
    assert f"ws://127.0.0.1:{settings.sfu_port}" in page.headers.get("content-security-policy", "ws://127.0.0.1")


async def test_two_installations_on_one_host_leave_each_others_people_in(settings: WebSettings) -> None:
    other = replace(settings, session_secret="another-installation-" + "o" * 20)
    async with (
        AsyncTestClient(create_app(settings), base_url="http://calls.example") as one,
        AsyncTestClient(create_app(other), base_url="http://calls.example") as two,
    ):
        rooms = {}
        for client in (one, two):
            client.follow_redirects = False
            rooms[client] = await new_room(client)
            entered = await client.post(f"/rooms/{rooms[client]}/join", data=join_form(csrf_of(client)))
            assert entered.status_code == 303
        both = {**one.cookies, **two.cookies}  # a browser sends the cookies of a host to all its ports
        assert len(both) == len(one.cookies) + len(two.cookies)
        for client, room in rooms.items():
            client.cookies.update(both)
            assert (await client.get(f"/rooms/{room}/call")).status_code == 200

"""Behind a proxy each visitor is somebody of their own, and nobody else can say that they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar import Litestar

from app.main import create_app
from app.settings.networks import LOOPBACK
from app.settings.web import WebSettings
from app.web.proxy import TrustedProxyMiddleware, plain
from ops.harness.web_server import csrf_of
from tests.support.administrator import NAME, PASSWORD, make, on_sqlite

DOCKER = (*LOOPBACK, "172.18.0.0/16", "10.0.0.5/32", "fd00::/8")


async def seen(trusted: tuple[str, ...], peer: str, *forwarded: str, proto: str = "") -> tuple[str, str]:
    """The client's address and scheme as handlers see them."""
    found: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG001
        found.append((scope["client"][0], scope["scheme"]))

    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope: Any = {"type": "http", "client": (peer, 5), "headers": headers, "scheme": "http"}
    await TrustedProxyMiddleware(app, trusted)(scope, None, None)  # type: ignore[arg-type]
    return found[0][0], found[0][1]


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        (LOOPBACK, "127.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        (LOOPBACK, "127.0.0.53", ("203.0.113.9",), "203.0.113.9"),
        (LOOPBACK, "::1", ("203.0.113.9",), "203.0.113.9"),
        (LOOPBACK, "::ffff:127.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        (LOOPBACK, "172.18.0.5", ("203.0.113.9",), "172.18.0.5"),
        (LOOPBACK, "203.0.113.7", ("127.0.0.1",), "203.0.113.7"),
        (DOCKER, "172.18.0.5", ("203.0.113.9",), "203.0.113.9"),
        (DOCKER, "::ffff:172.18.0.5", ("203.0.113.9",), "203.0.113.9"),
        (DOCKER, "10.0.0.5", ("203.0.113.9, 172.18.0.7",), "203.0.113.9"),
        (DOCKER, "10.0.0.5", ("1.1.1.1, 203.0.113.9",), "203.0.113.9"),  # the first is what the client said itself
        (DOCKER, "10.0.0.5", ("1.1.1.1", "203.0.113.9"), "203.0.113.9"),
        (DOCKER, "10.0.0.6", ("203.0.113.9",), "10.0.0.6"),
        (DOCKER, "fd00::1", ("2001:db8::9",), "2001:db8::9"),
        (DOCKER, "10.0.0.5", ("203.0.113.9:51234",), "203.0.113.9"),
        (DOCKER, "10.0.0.5", ("[2001:db8::9]:51234",), "2001:db8::9"),
        (DOCKER, "10.0.0.5", ("[2001:db8::9]",), "2001:db8::9"),
        (DOCKER, "10.0.0.5", (), "10.0.0.5"),
        (DOCKER, "10.0.0.5", ("",), "10.0.0.5"),
    ],
)
async def test_the_word_of_a_trusted_proxy_counts_and_no_others(
    trusted: tuple[str, ...], peer: str, forwarded: tuple[str, ...], client: str
) -> None:
    assert (await seen(trusted, peer, *forwarded))[0] == client
    believed = client != plain(peer)
    assert (await seen(trusted, peer, *forwarded, proto="https"))[1] == ("https" if believed else "http")


async def log_in(app: Litestar, peer: str, visitor: str, password: str) -> int:
    """How an attempt ends that comes through `peer`."""
    transport = httpx.ASGITransport(app, client=(peer, 1))  # type: ignore[arg-type]
    headers = {"x-forwarded-for": visitor, "accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="http://calls.example", headers=headers) as browser:
        await browser.get("/admin/login")
        form = {"_csrf_token": csrf_of(browser), "name": NAME, "password": password}
        return (await browser.post("/admin/login", data=form)).status_code


@on_sqlite
@pytest.mark.parametrize("peer", ["127.0.0.1", "172.18.0.5"])
async def test_who_guesses_passwords_behind_a_proxy_locks_nobody_else_out(settings: WebSettings, peer: str) -> None:
    app = create_app(replace(settings, trusted_proxies=(*LOOPBACK, "172.18.0.0/16")))
    async with app.lifespan():
        await make(settings)
        assert [await log_in(app, peer, "203.0.113.9", "wrong") for _ in range(6)] == [422] * 5 + [429]
        assert await log_in(app, peer, "203.0.113.9", PASSWORD) == 429
        for visitor in ("203.0.113.10", "198.51.100.1", "2001:db8::1"):
            assert await log_in(app, peer, visitor, PASSWORD) == 303


def test_the_setting_takes_addresses_and_networks(monkeypatch: pytest.MonkeyPatch, settings: WebSettings) -> None:
    assert settings.trusted_proxies == LOOPBACK
    monkeypatch.setenv("SESSION_SECRET", "x" * 64)
    monkeypatch.setenv("SFU_TOKEN_SECRET", "y" * 64)
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.5, 172.18.0.0/16 fd00::/8")
    assert WebSettings().trusted_proxies == (*LOOPBACK, "10.0.0.5/32", "172.18.0.0/16", "fd00::/8")

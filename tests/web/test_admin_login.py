"""Getting into the administration, and being kept out of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import httpx
import pytest
import redis
from click.testing import CliRunner
from litestar import Litestar
from sqlalchemy import select, update

from app.admin.agents import in_words
from app.auth import login_throttle, setup_code
from app.commands.cli import main
from app.db import create_engine, create_sessions
from app.settings.web import WebSettings
from app.tables import Admin, AdminSession
from ops.harness.web_server import ADMIN_COOKIE
from tests.support.administrator import NAME, PASSWORD, audit_log, be, enter, log_in, make, on_sqlite, send

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
IPHONE = "iPhone; CPU iPhone OS 18_6 like Mac OS X"
LOGGED = ("who", "action", "subject")


@on_sqlite
async def test_the_first_password_needs_the_code_that_only_the_owner_can_read(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    assert (await client.get("/admin/login")).headers["location"] == "/admin/setup"
    await client.get("/admin/setup")
    form = {"name": NAME, "password": PASSWORD, "again": PASSWORD}
    refused = await send(client, "/admin/setup", code="", **form)  # while there is no code at all
    assert (refused.status_code, "That is not the code" in refused.text) == (422, True)
    code = setup_code.make(settings.var_dir)
    assert (settings.var_dir / setup_code.NAME).stat().st_mode & 0o777 == 0o600
    short = await send(client, "/admin/setup", code=code, name=NAME, password="short", again="short")
    assert (short.status_code, "at least 12 characters" in short.text, code in short.text) == (422, True, True)
    for name in ("", "x" * 61):
        nameless = await send(client, "/admin/setup", code=code, **form | {"name": name})
        assert "1 to 60 characters" in nameless.text
    done = await send(client, "/admin/setup", code=code.upper(), **form)
    assert (done.status_code, done.headers["location"]) == (303, "/admin")
    cookie = SimpleCookie(done.headers["set-cookie"])[ADMIN_COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin", True, "strict")
    assert (await client.get("/admin/audit")).status_code == 200
    again = await send(client, "/admin/setup", code=code, **form)  # the code is used up, and there is somebody
    assert again.headers["location"] == "/admin/login"
    assert not setup_code.read(settings.var_dir)
    assert await audit_log(settings, *LOGGED) == [
        ("", "login.failed", "setup code"),
        (NAME, "password.set", NAME),
        (NAME, "login.done", ""),
    ]


@on_sqlite
async def test_nothing_opens_without_a_session_and_no_address_leads_elsewhere(
    client: httpx.AsyncClient, app: Litestar, settings: WebSettings
) -> None:
    await make(settings)
    await client.get("/")
    open_to_all = {"/admin/login", "/admin/setup"}
    ours = [route.path_format for route in app.routes if route.path.startswith("/admin")]
    assert len(ours) > 10
    for path in (re.sub(r"\{\w+\}", "1", path) for path in ours if path not in open_to_all):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers.get("location", "")[:12]) in {(303, "/admin/login"), (405, "")}
        assert (await send(client, path)).status_code in {303, 405}, path
    by_htmx = await client.get("/admin/audit", headers={"hx-request": "true"})
    assert (by_htmx.status_code, by_htmx.headers["hx-redirect"]) == (401, "/admin/login")
    for wanted, lands in (("/admin/audit", "/admin/audit"), ("https://evil.example/admin/", "/admin")):
        assert (await log_in(client, next=wanted)).headers["location"] == lands
    for wanted in ("//evil.example/admin/", "/admin/..//evil.example", "/admin/\\evil"):
        assert (await log_in(client, next=wanted)).headers["location"] == "/admin"
    without = await client.post("/admin/logout", data={})
    assert without.status_code == 403  # no CSRF token
    assert (await client.get("/admin/audit")).status_code == 200


async def test_a_session_survives_redis_and_ends_when_it_should(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    await enter(client, settings)
    broker.flushall()
    assert (await client.get("/admin/account")).status_code == 200
    old = client.cookies[ADMIN_COOKIE]
    assert (await send(client, "/admin/logout")).headers["location"] == "/admin/login"
    be(client, old)
    assert (await client.get("/admin/account")).status_code == 303

    engine = create_engine(settings.sqlalchemy_url)
    for column, ago in ((AdminSession.seen_at, 2.1), (AdminSession.created_at, 12.1)):
        be(client, "")
        await log_in(client)
        assert (await client.get("/admin/account")).status_code == 200
        async with create_sessions(engine).begin() as session:
            then = datetime.now(UTC) - timedelta(hours=ago)
            await session.execute(update(AdminSession).values({column: then}))
        assert (await client.get("/admin/account")).status_code == 303
    be(client, "")
    await log_in(client)
    first = be(client, "")
    await log_in(client)
    changed = {"current": PASSWORD, "password": "another good long password", "again": "another good long password"}
    wrong = await send(client, "/admin/account/password", **changed | {"current": "not this one"})
    assert "That is not your password" in wrong.text
    assert (await send(client, "/admin/account/password", **changed)).status_code == 303
    assert (await client.get("/admin/account")).status_code == 200  # here it goes on
    be(client, first)
    assert (await client.get("/admin/account")).status_code == 303  # the other browser is out
    async with create_sessions(engine)() as session:
        kept = (await session.scalars(select(Admin.password))).one()
        tokens = list(await session.scalars(select(AdminSession.digest)))
    await engine.dispose()
    assert kept.startswith("$argon2id$")
    assert first not in tokens


@on_sqlite
async def test_guessing_is_slowed_and_logged_and_the_words_typed_are_not(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await make(settings)
    for _ in range(login_throttle.MAX_FAILURES):
        assert (await log_in(client, "a wrong password")).status_code == 422
    for _ in range(2):
        blocked = await log_in(client)  # even the right one
        assert (blocked.status_code, "Try again in 15 min" in blocked.text) == (429, True)
    assert await audit_log(settings, *LOGGED) == [(NAME, "login.failed", "")] * login_throttle.MAX_FAILURES + [
        ("", "login.blocked", "")
    ]
    assert "a wrong password" not in str(await audit_log(settings, *LOGGED))


@on_sqlite
async def test_the_list_of_sessions_says_in_words_which_browser_it_is(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    client.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
    await enter(client, settings)
    for language, words in (("en", "Firefox 143 on Windows"), ("vi", "Firefox 143 trên Windows")):
        page = await client.get("/admin/account", headers={"accept-language": language})
        assert f">{words}</td>" in page.text


@pytest.mark.parametrize(
    ("system", "product", "words"),
    [
        ("X11; Linux x86_64", f"{BLINK} Safari/537.36", "Chrome 142 on Linux"),
        ("Linux; Android 10; K", f"{BLINK} Mobile Safari/537.36", "Chrome 142 on Android"),
        ("X11; CrOS x86_64 14541.0.0", f"{BLINK} Safari/537.36", "Chrome 142 on ChromeOS"),
        ("Windows NT 10.0; Win64; x64", f"{BLINK} Safari/537.36 Edg/142.0.0.0", "Edge 142 on Windows"),
        ("Windows NT 10.0; Win64; x64", f"{BLINK} Safari/537.36 OPR/125.0.0.0", "Opera 125 on Windows"),
        ("Linux; Android 10; K", f"SamsungBrowser/28.0 {BLINK} Safari/537.36", "Samsung Internet 28 on Android"),
        ("Macintosh; Intel Mac OS X 10_15_7", f"{WEBKIT} Version/18.6 Safari/605.1.15", "Safari 18 on macOS"),
        (IPHONE, f"{WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1", "Safari 18 on iPhone"),
        (IPHONE, f"{WEBKIT} CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1", "Chrome 142 on iPhone"),
        ("Macintosh; Intel Mac OS X 10.15; rv:143.0", "Gecko/20100101 Firefox/143.0", "Firefox 143 on macOS"),
        ("Windows NT 10.0", "Something/1.0", "Windows"),
        ("Haiku", "Something/1.0", "unknown"),
    ],
)
def test_a_browser_is_known_by_what_it_calls_itself(system: str, product: str, words: str) -> None:
    assert in_words(f"Mozilla/5.0 ({system}) {product}") == words


def test_an_address_waits_for_its_oldest_failure_to_be_forgotten() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    ago = [now - timedelta(minutes=minutes) for minutes in (1, 2, 3, 4, 14, 15)]
    assert login_throttle.wait(ago, now) == timedelta(minutes=1)
    assert login_throttle.wait(ago[:4], now) == login_throttle.wait(ago[2:], now) == timedelta(0)
    assert login_throttle.source("2001:db8:1:2:3::9") == login_throttle.source("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert login_throttle.source("::ffff:192.0.2.7") == "192.0.2.7"


def test_the_command_sets_a_password_and_never_a_poor_one(migrated: str) -> None:
    assert migrated
    code = CliRunner().invoke(main, ["admin", "setup-code"]).output
    poor = CliRunner().invoke(main, ["admin", "set-password", "--password", "aaaaaaaaaaaaaaaa"])
    assert (poor.exit_code, "more different characters" in poor.output) == (1, True)
    done = CliRunner().invoke(main, ["admin", "set-password"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert (done.exit_code, "password of admin is set" in done.output) == (0, True)
    assert CliRunner().invoke(main, ["admin", "setup-code"]).output != code  # the one before is gone

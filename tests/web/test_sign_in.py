"""Signing in by another service: a real one on loopback, as it should be and as an attacker would have it."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import CliRunner
from joserfc.jwk import ECKey, OctKey, RSAKey
from litestar.testing import AsyncTestClient

from app.auth import setup_code
from app.auth.admins import Admins
from app.commands.cli import main
from app.db import create_engine, create_sessions
from app.main import create_app
from app.rooms import making
from app.settings.oidc import OidcSettings
from app.settings.web import WebSettings
from app.sign_in import provider, under_way
from ops.harness.web_server import ADMIN_COOKIE, SESSION_COOKIE
from tests.support.administrator import NAME, PASSWORD, audit_log, be, log_in, make, on_sqlite, send
from tests.support.local import visited
from tests.support.oidc_provider import CLIENT, SECRET, Claims, Service, oidc_provider

ROLES = "owner=ada@example.org, operator=realm_access.roles:calls, auditor=groups:readers, host=@example.org"
Cheat = Callable[[Service, Claims], None]
LOGGED = ("who", "action", "subject", "detail")


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with oidc_provider() as one:
        yield one


@pytest.fixture
def service(running: Service) -> Service:
    """The service, honest again."""
    honest = Service(running.issuer, key=running.key)
    vars(running).update(vars(honest))
    return running


def by(service: Service, settings: WebSettings, monkeypatch: pytest.MonkeyPatch, **more: str) -> WebSettings:
    """The settings with which people sign in there."""
    monkeypatch.setenv("OIDC_ISSUER", service.issuer)
    monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
    monkeypatch.setenv("OIDC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("OIDC_ROLES", ROLES)
    return replace(settings, oidc=OidcSettings(), **more)  # type: ignore[arg-type]


@pytest.fixture
async def site(
    service: Service, settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in front of an application where people sign in by the service, as administrators and as hosts."""
    app = visited(create_app(by(service, settings, monkeypatch, rooms_by="login")))
    async with AsyncTestClient(app, base_url="http://calls.example") as browser:
        browser.follow_redirects = False
        browser.headers["accept"] = "text/html"
        yield browser


async def sign_in(browser: httpx.AsyncClient, service: Service, purpose: str = "admin", **more: str) -> httpx.Response:
    """Go to the service, sign in there and come back."""
    gone = await browser.get("/sign-in", params={"purpose": purpose, **more})
    assert gone.status_code == 303, gone.text
    return await browser.get(service.authorized(gone.headers["location"]))


async def administrators(settings: WebSettings) -> dict[str, str]:
    engine = create_engine(settings.sqlalchemy_url)
    found = {one.name: one.role for one in await Admins(create_sessions(engine)).everybody()}
    await engine.dispose()
    return found


@on_sqlite
async def test_an_administrator_comes_by_the_service_and_goes(
    site: httpx.AsyncClient, service: Service, settings: WebSettings
) -> None:
    assert "/sign-in?purpose=admin" in (await site.get("/admin/setup")).text
    done = await sign_in(site, service, next="/admin/audit")
    assert (done.status_code, 'content="0; url=/admin/audit"' in done.text) == (200, True)
    assert "samesite=strict" in done.headers["set-cookie"].lower()
    assert (await site.get("/admin/audit")).status_code == 200
    assert await administrators(settings) == {"ada@example.org": "owner"}
    assert ("ada@example.org", "login.done", "", "localhost") in await audit_log(settings, *LOGGED)
    account = (await site.get("/admin/account")).text
    assert "You sign in with localhost" in account
    assert 'name="current"' not in account
    for way in ({"password": ""}, {"password": PASSWORD}):
        assert (await log_in(site, **way)).status_code == 422
    left = await send(site, "/admin/logout")
    assert (await site.get("/admin/audit")).status_code == 303
    goodbye = (await site.get(left.headers["location"])).text
    assert f'href="{service.issuer}/sign-out"' in goodbye
    for wanted in ("https://evil.example/", "//evil.example", "/admin/login"):
        assert 'content="0; url=/admin"' in (await sign_in(site, service, next=wanted)).text


def claim(**changes: object) -> Cheat:
    def cheat(service: Service, _: Claims) -> None:
        service.cheat = lambda claims: claims.update(changes)

    return cheat


def without(name: str) -> Cheat:
    def cheat(service: Service, _: Claims) -> None:
        service.cheat = lambda claims: claims.pop(name)

    return cheat


def signed_by(key: RSAKey | ECKey | OctKey, algorithm: str = "") -> Cheat:
    def cheat(service: Service, _: Claims) -> None:
        service.sign = lambda claims: service.signed(claims, key, algorithm)

    return cheat


def unsigned(service: Service, _: Claims) -> None:
    service.sign = service.unsigned


def with_its_public_key_as_secret(service: Service, _: Claims) -> None:
    def sign(claims: Claims) -> str:  # by hand: the library does not do it
        head = json.dumps({"alg": "HS256", "kid": "first"}).encode()
        parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (head, json.dumps(claims).encode())]
        made = hmac.digest(service.key.as_pem(private=False), b".".join(parts), "sha256")
        return b".".join([*parts, base64.urlsafe_b64encode(made).rstrip(b"=")]).decode()

    service.sign = sign


def changed_on_the_way(service: Service, _: Claims) -> None:
    def sign(claims: Claims) -> str:
        head, _, tail = service.signed(claims).split(".")
        body = service.unsigned(claims | {"sub": "2"}).split(".")[1]
        return f"{head}.{body}.{tail}"

    service.sign = sign


ATTACKS: dict[str, Cheat] = {
    "another nonce": claim(nonce="of another sign-in"),
    "no nonce": without("nonce"),
    "another audience": claim(aud="another client"),
    "several, made for another": claim(aud=[CLIENT, "other"], azp="other"),
    "several, made for nobody": claim(aud=[CLIENT, "other"]),
    "no audience": without("aud"),
    "expired": claim(exp=int(time.time()) - provider.LEEWAY - 5, iat=int(time.time()) - 900),
    "never expires": without("exp"),
    "from the future": claim(iat=int(time.time()) + 86_400, exp=int(time.time()) + 90_000),
    "another issuer": claim(iss="http://localhost:1"),
    "nobody": without("sub"),
    "no signature": unsigned,
    "another key of the same name": signed_by(RSAKey.generate_key(2048, {"kid": "first"})),
    "another key": signed_by(ECKey.generate_key("P-256", {"kid": "mine"})),
    "the client's secret as the key": signed_by(OctKey.import_key(SECRET + "x" * 16, {"kid": "first"}), "HS256"),
    "the public key as a secret": with_its_public_key_as_secret,
    "changed on the way": changed_on_the_way,
    "no token at all": lambda service, _: setattr(service, "sign", lambda _: ""),
    "words": lambda service, _: setattr(service, "sign", lambda _: "a.b.c"),
}


@on_sqlite
async def test_what_the_service_has_not_signed_for_this_browser_and_now_opens_nothing(
    site: httpx.AsyncClient, service: Service, settings: WebSettings
) -> None:
    honest = vars(service).copy()
    for name, attack in ATTACKS.items():
        vars(service).update(honest)
        attack(service, {})
        refused = await sign_in(site, service)
        assert (refused.status_code, "cannot be trusted" in refused.text) == (403, True), name
        assert ADMIN_COOKIE not in site.cookies, name
    assert await administrators(settings) == {}
    assert len([1 for _, action, *_ in await audit_log(settings, *LOGGED) if action == "login.refused"]) == len(ATTACKS)
    vars(service).update(honest)
    for skew in (-provider.LEEWAY + 10, provider.LEEWAY - 10):  # its clock is off
        now = int(time.time()) + skew
        claim(iat=now, exp=now + 5)(service, {})
        assert (await sign_in(site, service)).status_code == 200, skew


@on_sqlite
async def test_a_browser_comes_back_once_from_where_it_was_sent(
    site: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = await site.get("/sign-in/back?state=made-up&code=made-up")
    assert (stranger.status_code, "Begin again" in stranger.text) == (403, True)
    gone = await site.get("/sign-in?purpose=admin")
    session = site.cookies[SESSION_COOKIE]
    address = service.authorized(gone.headers["location"])
    asked = parse_qs(urlsplit(gone.headers["location"]).query)
    assert {"state", "nonce", "code_challenge"} < asked.keys()
    assert not any(asked[name][0] in session for name in ("state", "nonce")), "scripts and people cannot read it"
    other = await site.get(address.replace(asked["state"][0], "of-another-browser"))
    assert other.status_code == 403
    site.cookies.set(SESSION_COOKIE, session, domain="calls.example")
    assert (await site.get(address)).status_code == 200
    be(site, "")
    site.cookies.set(SESSION_COOKIE, session, domain="calls.example")  # somebody has copied the cookie and the address
    replayed = await site.get(address)
    assert (replayed.status_code, "Begin again" in replayed.text) == (403, True)

    gone = await site.get("/sign-in?purpose=admin")
    bad_code = await site.get(service.authorized(gone.headers["location"]).replace("code=", "code=not-"))
    assert "cannot be trusted" in bad_code.text
    gone = await site.get("/sign-in?purpose=admin")
    mixed = await site.get(service.authorized(gone.headers["location"]) + "&iss=https://evil.example")
    assert "cannot be trusted" in mixed.text, "another service's answer"
    gone = await site.get("/sign-in?purpose=admin")
    state = parse_qs(urlsplit(gone.headers["location"]).query)["state"][0]
    told = await site.get("/sign-in/back?error=call-0900-123&state=of-a-link-in-a-mail")
    assert ("Begin again" in told.text, "says: call" in told.text) == (True, False)
    gone = await site.get("/sign-in?purpose=admin")
    state = parse_qs(urlsplit(gone.headers["location"]).query)["state"][0]
    denied = await site.get(f"/sign-in/back?error=access_denied&state={state}")
    assert (denied.status_code, "localhost says: access_denied" in denied.text) == (403, True)
    gone = await site.get("/sign-in?purpose=admin")
    late = time.time() + under_way.WITHIN
    with monkeypatch.context() as later:
        later.setattr(under_way, "time", SimpleNamespace(time=lambda: late))
        assert (await site.get(service.authorized(gone.headers["location"]))).status_code == 403
    site.headers["x-test-peer"] = "198.51.100.7"
    for _ in range(under_way.TRIES):
        await site.get("/sign-in/back?state=x&code=y")
    assert (await site.get("/sign-in")).status_code == 429


@on_sqlite
async def test_who_somebody_is_there_decides_what_they_are_here(
    site: httpx.AsyncClient, service: Service, settings: WebSettings
) -> None:
    await make(settings, "ola@example.com")
    people: list[tuple[Claims, str]] = [
        ({"sub": "1", "email": "Ada@Example.org", "email_verified": True}, "owner"),
        (
            {"sub": "2", "preferred_username": "ola@example.com", "realm_access": {"roles": ["other", "calls"]}},
            "operator",
        ),
        ({"sub": "3", "email": "ola@example.com", "preferred_username": "aud", "groups": "readers"}, "auditor"),
        ({"sub": "4", "email": "ada@example.org"}, ""),  # of which the service does not say that it is theirs
        ({"sub": "5", "email": "eve@example.org", "email_verified": True}, ""),  # makes rooms, and no more
        ({"sub": "6", "email": "ada@example.org.evil.net", "email_verified": True}, ""),
        ({"sub": "7", "groups": ["readers2"], "realm_access": "calls"}, ""),
    ]
    for claims, role in people:
        be(site, "")
        service.claims = claims
        came = await sign_in(site, service)
        assert came.status_code == (200 if role else 403), claims
        assert ("nobody has given you access" in came.text) == (not role)
    known = {
        "Ada@Example.org": "owner",
        "ola@example.com": "owner",
        "ola@example.com (2)": "operator",
        "aud": "auditor",
    }
    assert await administrators(settings) == known, "nobody takes the place of somebody with a password"
    service.claims = {"sub": "2", "email": "new@example.com", "groups": ["readers"]}
    assert (await sign_in(site, service)).status_code == 200
    assert await administrators(settings) == known | {"ola@example.com (2)": "auditor"}, "the same person"


@on_sqlite
async def test_who_comes_first_and_owns_nothing_keeps_no_owner_out(
    site: httpx.AsyncClient, service: Service, settings: WebSettings
) -> None:
    held: list[Claims] = [{"realm_access": {"roles": ["calls"]}}, {"groups": ["readers"]}]
    for claims in held:
        service.claims = {"sub": "2", "preferred_username": "ola"} | claims
        assert (await sign_in(site, service)).status_code == 200
    assert await administrators(settings) == {"ola": "auditor"}
    be(site, "")
    await site.get("/admin/setup")
    form = {"code": setup_code.make(settings.var_dir), "password": PASSWORD, "again": PASSWORD}
    assert "Somebody has this name already" in (await send(site, "/admin/setup", name="ola", **form)).text
    assert (await send(site, "/admin/setup", name=NAME, **form)).headers["location"] == "/admin"
    assert await administrators(settings) == {"ola": "auditor", NAME: "owner"}
    assert (await site.get("/admin/setup")).headers["location"] == "/admin/login"


@on_sqlite
async def test_who_is_disabled_comes_in_by_no_way(
    site: httpx.AsyncClient, service: Service, settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(site, service)
    ada = be(site, "")
    await make(settings)
    await log_in(site)
    engine = create_engine(settings.sqlalchemy_url)
    people = {one.name: one.id for one in await Admins(create_sessions(engine)).everybody()}
    await engine.dispose()
    await sign_in(site, service, "host")
    assert 'action="/rooms"' in (await site.get("/")).text
    path = f"/admin/administrators/{people['ada@example.org']}"
    assert (await send(site, f"{path}/disable")).status_code == 303
    assert 'action="/rooms"' not in (await site.get("/")).text
    assert (await send(site, "/rooms", name="Class")).status_code == 403, "who is disabled makes no rooms, either"
    last = await send(site, f"/admin/administrators/{people[NAME]}/disable")
    assert last.headers["location"].endswith("told=last_owner")
    owner = be(site, ada)
    assert (await site.get("/admin/rooms")).status_code == 303, "out at once"
    for purpose in ("admin", "host"):
        refused = await sign_in(site, service, purpose)
        assert (refused.status_code, "Your account is disabled" in refused.text) == (403, True)
    be(site, owner)
    assert (await send(site, f"{path}/enable")).status_code == 303
    assert (await sign_in(site, service)).status_code == 200
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("JBC_VAR", str(settings.var_dir))
    assert {(who, action, subject) for who, action, subject, _ in await audit_log(settings, *LOGGED)} >= {
        (NAME, "admin.disabled", "ada@example.org"),
        (NAME, "admin.enabled", "ada@example.org"),
        ("ada@example.org", "login.refused", "disabled"),
    }


@on_sqlite
async def test_who_has_signed_in_makes_rooms(
    site: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.claims = {"sub": "5", "email": "eve@example.org", "email_verified": True}
    front = (await site.get("/")).text
    assert ('href="/sign-in"' in front, 'action="/rooms"' in front) == (True, False)
    assert (await send(site, "/rooms", name="Class")).status_code == 403, "by hand"
    assert (await sign_in(site, service, "host")).headers["location"] == "/"
    assert "Signed in as eve@example.org" in (await site.get("/")).text
    assert (await send(site, "/rooms", name="Class")).status_code == 303
    assert (await site.get("/admin/rooms")).status_code == 303
    assert (await site.post("/sign-out")).status_code == 403, "no CSRF token"
    assert (await send(site, "/sign-out")).status_code == 303
    assert [f'href="{service.issuer}/sign-out"' in (await site.get("/")).text for _ in range(2)] == [True, False]
    assert (await send(site, "/rooms", name="Class")).status_code == 403
    await sign_in(site, service, "host")
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(making, "time", SimpleNamespace(time=lambda: tomorrow))
    assert (await send(site, "/rooms", name="Class")).status_code == 403


@on_sqlite
async def test_a_key_that_is_exchanged_is_looked_for_and_a_service_that_is_away_is_said_to_be(
    site: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await sign_in(site, service)).status_code == 200
    old, service.key = service.key, ECKey.generate_key("P-256", {"kid": "second"})
    assert (await sign_in(site, service)).status_code == 403, "it has just looked"
    monkeypatch.setattr(provider, "KEYS_AGAIN", 0)
    assert (await sign_in(site, service)).status_code == 200
    service.key = old
    assert (await sign_in(site, service)).status_code == 200
    lies: dict[str, object] = {
        "issuer": "https://evil.example",
        "authorization_endpoint": "https://login.example:99999/",
        "token_endpoint": "http://evil.example/t",
        "jwks_uri": 0,
    }
    for name, lie in lies.items():
        service.described = {name: lie}
        monkeypatch.setattr(provider, "KNOWN_FOR", 0)
        away = await site.get("/sign-in")
        assert (away.status_code, "does not answer as a sign-in service" in away.text) == (502, True)


async def test_of_many_who_wait_for_a_service_that_is_away_each_is_told_with_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "https://login.example.org")
    monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
    asked = []

    async def away(_: object, url: str) -> dict[str, object]:
        asked.append(url)
        await asyncio.sleep(0)  # the others come meanwhile
        raise TimeoutError

    monkeypatch.setattr(provider, "_json", away)
    one = provider.Provider(OidcSettings())
    told = await asyncio.gather(*(one.begin("http://calls.example/") for _ in range(5)), return_exceptions=True)
    assert [type(error) for error in told] == [provider.UnreachableError] * 5
    assert len(asked) == 1
    with pytest.raises(provider.UnreachableError):
        await one.begin("http://calls.example/")
    assert len(asked) == 2, "who comes later asks again"


@on_sqlite
async def test_without_a_service_there_is_no_such_page(client: httpx.AsyncClient) -> None:
    for path in ("/sign-in", "/sign-in/back?state=x&code=y"):
        assert (await client.get(path)).status_code == 404
    assert "/sign-in" not in (await client.get("/")).text


def test_the_command_disables_and_enables(migrated: str) -> None:
    assert migrated
    CliRunner().invoke(main, ["admin", "set-password", "--password", PASSWORD])
    CliRunner().invoke(main, ["admin", "set-password", "--name", "Ola", "--password", PASSWORD])
    assert CliRunner().invoke(main, ["admin", "disable", "Ola"]).exit_code == 0
    assert "Ola: owner, disabled" in CliRunner().invoke(main, ["admin", "list"]).output
    assert CliRunner().invoke(main, ["admin", "disable", "admin"]).exit_code == 1
    assert CliRunner().invoke(main, ["admin", "enable", "Ola"]).exit_code == 0
    assert CliRunner().invoke(main, ["admin", "disable", "admin"]).exit_code == 0

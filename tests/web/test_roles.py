"""What each role of administrators may do, asked for by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from app.admin.pages import NAVIGATION
from app.auth import login_throttle
from app.auth.admins import Admins, LastOwnerError
from app.auth.roles import may
from app.db import create_engine, create_sessions
from app.settings.web import WebSettings
from tests.support.administrator import NAME, PASSWORD, be, enter, on_sqlite, send

LOOKED_AT = {
    "/admin/rooms",
    *(f"/admin/{one}" for one in ("invitations", "pairs", "models", "glossary", "voices", "keys", "kept")),
}
"""Pages where there is something to change."""


async def as_somebody(client: httpx.AsyncClient, name: str) -> None:
    """Log in as another administrator."""
    be(client, "")
    await client.get("/admin/login")
    assert (await send(client, "/admin/login", name=name, password=PASSWORD)).status_code == 303


async def added(client: httpx.AsyncClient, name: str, role: str) -> httpx.Response:
    """Make an administrator on the page."""
    await client.get("/admin/administrators")
    return await send(client, "/admin/administrators", name=name, password=PASSWORD, role=role)


@on_sqlite
async def test_an_operator_and_an_auditor_are_refused_everything_that_is_not_theirs(
    client: httpx.AsyncClient, app: Litestar, settings: WebSettings
) -> None:
    await enter(client, settings)
    assert (await added(client, "Ola", "operator")).status_code == 303
    assert (await added(client, "Aud", "auditor")).status_code == 303
    listed = (await client.get("/admin/administrators")).text
    assert re.findall(r'<th scope="row" class="word">(\w+)</th>', listed) == [NAME, "Aud", "Ola"]
    assert "Somebody has this name already" in (await added(client, "Ola", "owner")).text
    posts = [
        re.sub(r"\{(\w+):?\w*\}", "1", route.path_format)
        for route in app.routes
        if route.path.startswith("/admin") and "POST" in getattr(route, "methods", ())
    ]
    assert len(posts) > 20
    theirs = ("/admin/logout", "/admin/account", "/admin/sessions", "/admin/login", "/admin/setup")
    operators = ("/admin/rooms", "/admin/invitations", "/admin/pairs", "/admin/glossary")
    for name, allowed in (("Aud", ()), ("Ola", operators)):
        await as_somebody(client, name)
        refused = [path for path in posts if not path.startswith((*theirs, *allowed))]
        for path in refused:
            answer = await send(client, path)
            assert answer.status_code == 403, (name, path)
            assert "Your role does not allow this" in answer.text, (name, path)
        assert (await client.get("/admin/administrators")).status_code == 403
        assert (await client.get("/admin/rooms")).status_code == 200
        assert (await client.get("/admin/audit")).status_code == 200
    made = await send(client, "/admin/rooms", name="Ola's room")
    assert made.status_code in {303, 422}, "an operator gets as far as the form"


@on_sqlite
async def test_pages_offer_each_role_what_it_may_do_and_say_what_that_is(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await enter(client, settings)
    await added(client, "Ola", "operator")
    await added(client, "Aud", "auditor")
    made = await send(client, "/admin/rooms", name="Town hall", retention_days="30")
    await send(client, "/admin/invitations", name="Choir")
    await send(client, "/admin/keys", name="A program", translate="yes")
    term = {
        "source_language": "en",
        "target_language": "pt",
        "source": "board",
        "target": "conselho",
        "translate": "yes",
    }
    await send(client, "/admin/glossary", **term)
    room = made.headers["location"].partition("?")[0]
    pages = [address for _, address, _ in NAVIGATION]
    offered: dict[str, set[str]] = {}
    for name, role in ((NAME, "owner"), ("Ola", "operator"), ("Aud", "auditor")):
        await as_somebody(client, name)
        offered[role] = set()
        for address in [*pages, room]:
            text = (await client.get(address)).text
            forms = set(re.findall(r'<form action="([^"]+)" method="post"', text))
            buttons = {
                form for form in forms if not form.startswith(("/admin/logout", "/admin/account", "/admin/sess"))
            }
            refused = {form for form in buttons if not may(role, "POST", form)}
            assert refused == set(), (role, address)
            told = "You can look at this page" in text
            assert told == (address in {*LOOKED_AT, room} and not may(role, "POST", address)), (role, address)
            if told:
                assert {"operator": "language pairs and glossary", "auditor": "auditor: reads"}[role] in text
            assert ('href="/admin/administrators"' in text) == (role == "owner") or address.endswith("/administrators")
            offered[role] |= buttons
    assert {re.sub(r"\d+", "1", form) for form in offered["owner"] - offered["operator"]} == {
        "/admin/keys", "/admin/keys/1/revoke", "/admin/administrators", "/admin/administrators/1/role",
        "/admin/administrators/1/remove", "/admin/administrators/1/disable",
    }  # fmt: skip
    assert offered["operator"] < offered["owner"]
    assert {f"{room}/close", f"{room}/delete", room, "/admin/pairs", "/admin/glossary/import"} < offered["operator"]
    assert offered["auditor"] == set()


@on_sqlite
async def test_a_role_counts_from_the_next_request_and_who_is_removed_is_out(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await enter(client, settings)
    await added(client, "Ola", "owner")
    engine = create_engine(settings.sqlalchemy_url)
    admins = Admins(create_sessions(engine))
    people = {one.name: one.id for one in await admins.everybody()}
    ada = be(client, "")
    await as_somebody(client, "Ola")
    assert (await client.get("/admin/administrators")).status_code == 200
    ola = be(client, ada)
    assert (await send(client, f"/admin/administrators/{people['Ola']}/role", role="operator")).status_code == 303
    be(client, ola)
    assert (await client.get("/admin/administrators")).status_code == 403
    number = next(session.id for session, name in await admins.sessions() if name == NAME)
    assert (await send(client, f"/admin/sessions/{number}/end")).status_code == 404, "another's session"
    be(client, ada)
    for path, form in (("role", {"role": "auditor"}), ("remove", {})):
        kept = await send(client, f"/admin/administrators/{people[NAME]}/{path}", **form)
        assert kept.headers["location"].endswith("told=last_owner")
    assert "make another owner first" in (await client.get("/admin/administrators?told=last_owner")).text
    assert (await send(client, f"/admin/administrators/{people['Ola']}/remove")).status_code == 303
    be(client, ola)
    assert (await client.get("/admin/rooms")).status_code == 303, "out at once"
    with pytest.raises(LastOwnerError):
        await admins.remove(people[NAME])
    await engine.dispose()


@on_sqlite
async def test_a_name_is_braked_wherever_the_guesses_come_from_but_not_for_its_owner(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await enter(client, settings)
    be(client, "")
    await client.get("/admin/login")
    for number in range(login_throttle.MAX_FAILURES_BY_NAME):
        client.headers["x-test-peer"] = f"192.0.2.{number}"
        assert (await send(client, "/admin/login", name=NAME, password="a wrong one")).status_code == 422
    client.headers["x-test-peer"] = "198.51.100.1"
    late = await send(client, "/admin/login", name=NAME, password=PASSWORD)
    assert (late.status_code, "were tried for this name" in late.text) == (429, True)
    del client.headers["x-test-peer"]
    assert (await send(client, "/admin/login", name=NAME, password=PASSWORD)).status_code == 303, "known from before"


def test_what_is_not_known_is_for_owners() -> None:
    assert may("owner", "POST", "/admin/anything")
    assert not may("operator", "POST", "/admin/anything")
    assert not may("auditor", "POST", "/admin/rooms")
    assert not may("operator", "POST", "/admin/roomsomething")
    assert may("auditor", "GET", "/admin/rooms")
    assert not may("nobody", "POST", "/admin/rooms")
    assert timedelta(days=1) < login_throttle.KNOWN_FOR

"""Who may make rooms: anybody, those with an invitation, the administration, programs with a key."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from litestar.testing import AsyncTestClient

from app.auth.api_keys import ApiKeys
from app.db import create_engine, create_sessions
from app.main import create_app
from app.rooms.invitations import Invitations
from app.settings.web import WebSettings
from ops.harness.web_server import SESSION_COOKIE
from tests.support.administrator import enter, on_sqlite, send
from tests.support.local import visited


@asynccontextmanager
async def site(settings: WebSettings, rooms_by: str) -> AsyncIterator[httpx.AsyncClient]:
    app = visited(create_app(replace(settings, rooms_by=rooms_by)))
    async with AsyncTestClient(app, base_url="http://calls.example") as client:
        client.follow_redirects = False
        client.headers["accept"] = "text/html"
        yield client


async def make_room(client: httpx.AsyncClient, name: str = "Class") -> int:
    await client.get("/")
    return (await send(client, "/rooms", name=name)).status_code


@on_sqlite
@pytest.mark.parametrize("rooms_by", ["link", "admin", "key"])
async def test_a_hidden_form_is_refused_too_and_the_administration_always_may(
    settings: WebSettings, rooms_by: str
) -> None:
    async with site(settings, rooms_by) as client:
        assert 'action="/rooms"' not in (await client.get("/")).text
        assert await make_room(client) == 403
        assert (await send(client, "/demo")).status_code == 303
        await enter(client, settings)
        made = await send(client, "/admin/rooms", name="Class", retention_days="30")
        assert made.status_code == 303, made.text


@on_sqlite
async def test_an_invitation_is_good_for_its_rooms_until_it_is_revoked(settings: WebSettings) -> None:
    async with site(settings, "link") as client:
        await enter(client, settings)
        assert (await send(client, "/admin/invitations", name="", uses="0", days="x")).status_code == 422
        made = await send(client, "/admin/invitations", name="Evening school", uses="2", days="30")
        link = re.search(r'<code class="secret">http://calls.example(/invitations/[\w-]+)</code>', made.text)
        assert link
        assert link[1] not in (await client.get("/admin/invitations")).text
        client.cookies.delete(SESSION_COOKIE)
        assert (await client.get(link[1])).headers["location"] == "/"
        assert 'action="/rooms"' in (await client.get("/")).text
        assert await make_room(client, "x" * 200) == 422, "a mistake uses nothing up"
        assert [await make_room(client) for _ in range(4)] == [303, 303, 403, 403]
        assert (await client.get(link[1])).status_code == 403
        other = await send(client, "/admin/invitations", name="Other", uses="", days="")
        link = re.search(r'<code class="secret">http://calls.example(/invitations/[\w-]+)</code>', other.text)
        assert link
        await client.get(link[1])
        assert await make_room(client) == 303
        assert (await send(client, "/admin/invitations/2/revoke")).status_code == 303
        assert await make_room(client) == 403, "a session with the old link is refused, too"
        assert (await send(client, "/admin/invitations/2/revoke")).status_code == 404
        assert (await client.get("/invitations/wrong")).status_code == 403


async def test_of_many_at_once_no_more_are_let_in_than_were_invited(settings: WebSettings) -> None:
    engine = create_engine(settings.sqlalchemy_url)
    invitations = Invitations(create_sessions(engine))
    token = await invitations.make("Few", 3, None)
    assert Counter(await asyncio.gather(*(invitations.use(token) for _ in range(10)))) == {True: 3, False: 7}
    gone = await invitations.make("Gone", None, -1)
    assert (await invitations.good(gone), await invitations.use(gone)) == (False, False)
    await engine.dispose()


@on_sqlite
@pytest.mark.parametrize(("rooms_by", "status"), [("key", 201), ("anybody", 201), ("admin", 403)])
async def test_a_program_makes_rooms_with_a_key_that_is_good_for_it(
    settings: WebSettings, rooms_by: str, status: int
) -> None:
    engine = create_engine(settings.sqlalchemy_url)
    known = ApiKeys(create_sessions(engine))
    good, narrow = await known.create("one", ("rooms",)), await known.create("two", ("translate",))
    async with site(settings, rooms_by) as client:

        async def ask(key: str) -> httpx.Response:
            return await client.post(
                "/api/v1/rooms", json={"name": "Class"}, headers={"authorization": f"Bearer {key}"}
            )

        assert ((await ask("wrong")).status_code, (await ask(narrow)).status_code) == (401, 403)
        made = await ask(good)
        assert made.status_code == status, made.text
        if status == 201:
            path = made.json()["link"].removeprefix("http://calls.example")
            assert "Class" in (await client.get(path)).text
            as_host = made.json()["host_link"].removeprefix("http://calls.example")
            assert (await client.get(as_host)).headers["location"] == path
    await engine.dispose()

"""Who comes in, who decides, and what a hand-written client is answered that wants more: beside a real SFU."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import jwt
import pytest
import redis
from redis.asyncio import Redis
from sqlalchemy import select, update
from websockets.asyncio.client import ClientConnection, connect

from app.auth.read_tokens import ReadTokens
from app.captions.history import History
from app.db import create_engine, create_sessions
from app.rights import HOST, SPEAKER
from app.settings.web import WebSettings
from app.tables import Participant, Room
from app.transcripts.retention import Retention
from ops.harness.captions import caption, say, stored
from ops.harness.sfu import Sfu
from ops.harness.web_server import SECRETS, csrf_of, join_form, token_of
from tasks.wire import keys
from tests.support.administrator import enter, on_sqlite

pytestmark = [on_sqlite, pytest.mark.usefixtures("sfu")]
KINDS = ("makes hosts", "for those who listen", "reads the captions")
WITHIN = 2.0
"""Seconds in which what a host has decided holds everywhere."""
LOOKED_AFTER = 2 * WITHIN
"""Seconds in which what the SFU and the database say differently is put right."""


def rights_in(token: str) -> list[str]:
    """What a token says."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return list(claims["rights"])


@dataclass
class People:
    """Several browsers in front of one application: each has cookies of its own."""

    client: httpx.AsyncClient
    url: str
    jars: dict[str, Any] = field(default_factory=dict)
    now: str = ""

    def be(self, name: str) -> httpx.AsyncClient:
        if name != self.now:
            self.jars[self.now] = self.client.cookies
            self.client.cookies = self.jars.get(name, httpx.Cookies())
            self.now = name
        return self.client

    async def post(self, who: str, path: str, /, **data: str) -> httpx.Response:
        client = self.be(who)
        if not any(cookie.startswith("jbc_csrf_") for cookie in client.cookies):
            await client.get("/")
        return await client.post(path, data={"_csrf_token": csrf_of(client), **data})

    async def get(self, name: str, path: str, **headers: str) -> httpx.Response:
        return await self.be(name).get(path, headers=headers)

    async def make(self, name: str) -> str:
        """A room whose host is inside; its code."""
        made = await self.post(name, "/rooms", name="Town hall")
        code = str(made.headers["location"].rsplit("/", 1)[1])
        assert (await self.join(name, code)).headers["location"] == f"/rooms/{code}/call"
        return code

    async def join(self, name: str, code: str, **more: str) -> httpx.Response:
        client = self.be(name)
        await client.get("/")
        return await self.post(name, f"/rooms/{code}/join", **join_form(csrf_of(client), name=name.title(), **more))

    async def token(self, name: str, code: str) -> str:
        return str((await token_of(self.be(name), code))["token"])

    async def refused_token(self, name: str, code: str) -> int:
        client = self.be(name)
        headers = {"x-csrftoken": csrf_of(client), "accept": "application/json"}
        return (await client.post(f"/rooms/{code}/token", headers=headers)).status_code

    async def id(self, name: str, code: str) -> str:
        return str(jwt.decode(await self.token(name, code), options={"verify_signature": False})["sub"])

    @asynccontextmanager
    async def in_call(self, name: str, code: str, token: str = "") -> AsyncIterator[ClientConnection]:
        """A socket of somebody in the call."""
        async with connect(self.url) as socket:
            answer = await knock(socket, token or await self.token(name, code))
            assert "ok" in answer, answer
            yield socket


async def knock(socket: ClientConnection, token: str, **more: str) -> dict[str, Any]:
    await socket.send(json.dumps({"id": 1, "method": "hello", "data": {"token": token, **more}}))
    answer: dict[str, Any] = json.loads(await socket.recv())
    return answer


async def event(socket: ClientConnection, name: str, within: float = WITHIN) -> dict[str, Any]:
    """The next event of a kind, which comes in time (seconds)."""
    async with asyncio.timeout(within):
        while (message := json.loads(await socket.recv())).get("event") != name:
            pass
    data: dict[str, Any] = message["data"]
    return data


@pytest.fixture
async def people(client: httpx.AsyncClient, sfu: Sfu) -> People:
    return People(client, sfu.url)


async def act(people: People, name: str, code: str, action: str, who: str = "") -> httpx.Response:
    return await people.post(name, f"/rooms/{code}/host/{action}", who=who)


async def hold(people: People, name: str, code: str, **how: str) -> httpx.Response:
    return await people.post(name, f"/rooms/{code}/holding", **({"guests": "speaker"} | how))


async def test_who_makes_a_room_is_host_and_keeps_the_link_that_is_shown_once(people: People) -> None:
    made = await people.post("ana", "/rooms", name="Town hall")
    path = made.headers["location"]
    code = path.rsplit("/", 1)[1]
    page = (await people.get("ana", path)).text
    link = unescape(page.split('id="host-link">')[1].split("<")[0])
    assert 'id="host-link"' not in (await people.get("ana", path)).text  # once
    await people.join("ana", code)
    assert rights_in(await people.token("ana", code)) == list(HOST)
    await people.join("bob", code)
    assert rights_in(await people.token("bob", code)) == list(SPEAKER)
    followed = await people.get("phone", link.removeprefix("http://calls.example"))
    assert followed.headers["location"] == path  # the key does not stay in the address
    await people.join("phone", code)
    assert rights_in(await people.token("phone", code)) == list(HOST)
    forged = await people.get("eve", f"{path}?key={'x' * 32}")
    assert (forged.status_code, "revoked" in forged.text) == (403, True)
    other = await people.make("eve")
    assert (await people.get("bob", f"/rooms/{other}?{link.split('?')[1]}")).status_code == 403  # of another room


async def test_nobody_but_a_host_decides(people: People) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    ana = await people.id("ana", code)
    elsewhere = await people.make("eve")
    for name in ("bob", "eve", "nobody"):
        for action in ("mute", "remove", "name", "end", "close", "let-in"):
            answer = await act(people, name, code, action, ana)
            assert answer.status_code == 403, (name, action)
        assert (await hold(people, name, code, locked="1")).status_code == 403
        assert (await people.get(name, f"/rooms/{code}/holding")).status_code == 403
    assert "Mute" not in (await people.get("bob", f"/rooms/{code}/host")).text
    assert (await people.get("nobody", f"/rooms/{code}/host")).status_code == 403
    # a host of one room is none of another, and reaches nobody there
    assert (await act(people, "eve", elsewhere, "remove", ana)).status_code == 404
    assert (await act(people, "ana", code, "dance")).status_code == 404
    assert (await act(people, "ana", code, "remove")).status_code == 404  # nobody is named


async def test_who_is_removed_is_out_everywhere_within_two_seconds(people: People, settings: WebSettings) -> None:
    code = await people.make("ana")
    await people.join("eve", code)
    old, used, eve = await people.token("eve", code), await people.token("eve", code), await people.id("eve", code)
    async with people.in_call("ana", code) as ana, people.in_call("eve", code, used) as socket:
        acted = await act(people, "ana", code, "remove", eve)
        assert acted.status_code == 303
        closing = await event(socket, "closing")
        assert (closing["code"], closing["retry"]) == ("removed", False)
        assert (await event(ana, "participantLeft"))["id"] == eve
        for token in (old, used):
            async with connect(people.url) as again:
                assert (await knock(again, token))["error"]["code"] == "unauthorized"
    assert await people.refused_token("eve", code) == 403
    answers = {
        "captions": await people.get("eve", f"/rooms/{code}/captions", accept="text/event-stream"),
        "lobby": await people.get("eve", f"/rooms/{code}"),
        "call": await people.get("eve", f"/rooms/{code}/call"),
        "transcript": await people.get("eve", f"/rooms/{code}/transcript"),
        "share": await people.get("eve", f"/rooms/{code}/share"),
        "projector": await people.get("eve", f"/rooms/{code}/projector"),
        "wait": await people.get("eve", f"/rooms/{code}/wait"),
        "choices": await people.post("eve", f"/rooms/{code}/choices", speak="en", read="en", hear="en"),
        "join": await people.join("eve", code),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)
    # With another browser from the same address they wait, as whoever else comes from there; who is in stays in.
    assert (await people.join("mallory", code)).headers["location"] == f"/rooms/{code}/wait"
    assert (await people.join("ana", code)).headers["location"] == f"/rooms/{code}/call"
    engine = create_engine(settings.sqlalchemy_url)
    async with create_sessions(engine)() as session:
        addresses = set(await session.scalars(select(Participant.address)))
    await engine.dispose()
    assert all(len(address) == 16 and "." not in address for address in addresses)  # told apart, not kept
    assert (await act(people, "ana", code, "let-in", eve)).status_code == 303
    assert (await people.join("eve", code)).headers["location"] == f"/rooms/{code}/call"


async def test_who_was_in_when_an_sfu_did_not_answer_is_sent_out_when_it_does(
    people: People, settings: WebSettings
) -> None:
    code = await people.make("ana")
    await people.join("eve", code)
    token, eve = await people.token("eve", code), await people.id("eve", code)
    engine = create_engine(settings.sqlalchemy_url)
    async with people.in_call("eve", code, token) as socket:
        async with create_sessions(engine).begin() as session:  # as if only the database had heard of it
            person = await session.get(Participant, eve)
            assert person
            person.standing = "removed"
        assert (await event(socket, "closing", LOOKED_AFTER))["code"] == "removed"
    await engine.dispose()


async def test_a_waiting_room_lets_nobody_in_without_a_host(people: People) -> None:
    code = await people.make("ana")
    assert (await hold(people, "ana", code, waiting_room="1")).status_code == 303
    assert "lets you in when you have joined" in (await people.get("bob", f"/rooms/{code}")).text
    for name in ("bob", "cy", "dan"):
        assert (await people.join(name, code)).headers["location"] == f"/rooms/{code}/wait"
        assert (await people.get(name, f"/rooms/{code}/wait")).status_code == 200
        assert (await people.get(name, f"/rooms/{code}/wait/state")).status_code == 204
        assert await people.refused_token(name, code) == 403
        assert (await people.get(name, f"/rooms/{code}/call")).headers["location"] == f"/rooms/{code}"
        feed = await people.get(name, f"/rooms/{code}/captions", accept="text/event-stream")
        assert feed.status_code == 403
    area = (await people.get("ana", f"/rooms/{code}/host")).text
    assert all(f"{name} is waiting to be let in" in area for name in ("Bob", "Cy", "Dan"))
    version = area.split("?have=")[1].split('"')[0]
    assert (await people.get("ana", f"/rooms/{code}/host?have={version}")).status_code == 204
    bob, cy = (
        area.split(f'Let in<span class="unseen">: {name}<')[0].rsplit('name="who" value="', 1)[1].split('"')[0]
        for name in ("Bob", "Cy")
    )
    await act(people, "ana", code, "refuse", cy)
    assert "You were not let in" in (await people.get("cy", f"/rooms/{code}/wait/state")).text
    assert (await people.join("cy", code)).status_code == 403
    await act(people, "ana", code, "let-in", bob)
    state = await people.get("bob", f"/rooms/{code}/wait/state")
    assert state.headers["hx-redirect"] == f"/rooms/{code}/call"
    assert await people.token("bob", code)
    await act(people, "ana", code, "let-in")  # all who wait
    assert await people.token("dan", code)
    assert await people.refused_token("cy", code) == 403


async def test_a_password_is_asked_for_and_guessed_five_times_at_most(people: People) -> None:
    code = await people.make("ana")
    assert "Use 6 to 100 characters" in unescape((await hold(people, "ana", code, password="abc")).text)
    await hold(people, "ana", code, has_password="1", password="palavra secreta")
    assert "Password of the room" in (await people.get("bob", f"/rooms/{code}")).text
    assert (await people.join("bob", code)).status_code == 422
    right = await people.join("bob", code, password="palavra secreta")
    assert right.headers["location"] == f"/rooms/{code}/call"
    assert (await people.join("bob", code)).headers["location"] == f"/rooms/{code}/call"  # who has been in comes back
    for _ in range(5):
        assert (await people.join("eve", code, password="open sesame")).status_code == 422
    late = await people.join("eve", code, password="palavra secreta")
    assert (late.status_code, "Too many wrong passwords" in late.text) == (422, True)
    await hold(people, "ana", code)  # no password any more
    assert (await people.join("eve", code)).headers["location"] == f"/rooms/{code}/call"


async def test_a_locked_room_lets_those_back_in_who_were_there(people: People) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    await hold(people, "ana", code, locked="1")
    assert (await people.join("bob", code)).headers["location"] == f"/rooms/{code}/call"
    assert (await people.get("eve", f"/rooms/{code}")).status_code == 423
    assert (await people.join("eve", code)).status_code == 423
    await hold(people, "ana", code)
    assert (await people.join("eve", code)).headers["location"] == f"/rooms/{code}/call"


async def test_on_a_stage_the_audience_listens_and_only_links_make_speakers(people: People) -> None:
    code = await people.make("ana")
    await hold(people, "ana", code, guests="listener")
    page = (await people.get("lea", f"/rooms/{code}")).text
    assert "Join as a listener" in page
    await people.join("lea", code)
    assert rights_in(await people.token("lea", code)) == ["read"]
    await people.join("lea", code, role="host", guests="speaker")  # nothing that is typed changes it
    assert rights_in(await people.token("lea", code)) == ["read"]
    await hold(people, "ana", code, guests="nobody")
    assert (await people.join("eve", code)).status_code == 403
    assert await people.token("lea", code)  # who is in stays what they are


async def test_rights_change_in_the_call_at_once(people: People) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    bob = await people.id("bob", code)
    async with people.in_call("ana", code), people.in_call("bob", code) as socket:
        await hold(people, "ana", code, only_hosts_speak="1")
        assert (await event(socket, "rights"))["rights"] == ["video", "screen", "read"]
        await act(people, "ana", code, "name", bob)
        assert (await event(socket, "rights"))["rights"] == list(HOST)
        assert (await people.get("bob", f"/rooms/{code}/holding")).status_code == 200
        await act(people, "ana", code, "unname", bob)
        assert (await event(socket, "rights"))["rights"] == ["video", "screen", "read"]
        await act(people, "ana", code, "end")
        assert (await event(socket, "closing"))["code"] == "call_ended"
    await asyncio.sleep(1)  # tokens count whole seconds
    async with people.in_call("bob", code) as socket:  # the room is open still
        answer = await act(people, "ana", code, "close")
        assert answer.headers["location"] == "/"
        assert (await event(socket, "closing"))["code"] == "room_closed"
    assert (await people.get("bob", f"/rooms/{code}")).status_code == 410


async def test_one_speaks_after_the_other_where_a_host_wants_it_in_this_call_and_in_the_next(people: People) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    nobody = {"turn": {"speaker": None, "heard": None}}
    async with people.in_call("ana", code), people.in_call("bob", code) as socket:
        await hold(people, "ana", code, in_turns="1")
        assert await event(socket, "turn") == nobody
    async with people.in_call("bob", code) as socket:  # an SFU forgets a room that everybody has left
        assert await event(socket, "turn") == nobody
        await hold(people, "ana", code)
        assert await event(socket, "turn") == {"turn": None}


async def test_somebody_follows_the_last_host_until_a_host_is_back(people: People) -> None:
    code = await people.make("ana")
    await hold(people, "ana", code, waiting_room="1")
    for name in ("bob", "cy"):
        await people.join(name, code)
        await people.get(name, f"/rooms/{code}/wait")
    await act(people, "ana", code, "let-in")
    async with people.in_call("bob", code) as bob, people.in_call("cy", code) as cy:
        async with people.in_call("ana", code):
            await event(cy, "participantJoined")
        await event(cy, "participantLeft")
        assert "moderate" in (await event(bob, "rights", LOOKED_AFTER))["rights"]
        assert "moderate" in (await event(cy, "participantUpdated"))["rights"]  # everybody is told
        assert (await people.get("bob", f"/rooms/{code}/holding")).status_code == 200
        async with people.in_call("ana", code):
            assert "moderate" not in (await event(bob, "rights", LOOKED_AFTER))["rights"]
            assert (await people.get("bob", f"/rooms/{code}/holding")).status_code == 403
        assert "moderate" in (await event(bob, "rights", LOOKED_AFTER))["rights"]
    async with people.in_call("ana", code):  # who stood in and has left is host no more either
        async with asyncio.timeout(2 * LOOKED_AFTER):
            while (await people.get("bob", f"/rooms/{code}/holding")).status_code != 403:  # noqa: ASYNC110
                await asyncio.sleep(0.2)


async def test_an_administrator_enters_as_a_host_and_the_log_says_so(people: People, settings: WebSettings) -> None:
    code = await people.make("ana")
    admin = people.be("ada")
    await enter(admin, settings)
    found = (await admin.get("/admin/rooms", params={"words": code})).text
    number = found.split('href="/admin/rooms/')[1].split('"')[0]
    entered = await people.post("ada", f"/admin/rooms/{number}/enter")
    assert entered.headers["location"] == f"/rooms/{code}"
    await people.join("ada", code)
    assert rights_in(await people.token("ada", code)) == list(HOST)
    assert "Entered a room as a host" in (await admin.get("/admin/audit")).text


async def test_an_installation_may_want_a_waiting_room_everywhere(
    people: People, settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAITING_ROOM", "1")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert WebSettings().waiting_room
    await people.make("ana")
    engine = create_engine(settings.sqlalchemy_url)
    async with create_sessions(engine)() as session:
        assert not (await session.scalars(select(Room.waiting_room))).one()
    await engine.dispose()


async def test_newcomers_see_what_the_room_says_they_see(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code = await people.make("ana")
    said = caption(code, f"{code}.0", "before you came", speaker=await people.id("ana", code), seq=0)
    say(broker, said)
    await people.join("bob", code)
    await hold(people, "ana", code, waiting_room="1")
    await people.join("cy", code)
    await people.get("cy", f"/rooms/{code}/wait")
    await act(people, "ana", code, "let-in")
    await stored(settings, 1)
    pages = ("call", "projector", "transcript", "transcript/files/txt")
    for name, sees in (("ana", True), ("cy", False)):
        for page in pages:
            answer = await people.get(name, f"/rooms/{code}/{page}")
            assert answer.status_code == 200
            assert ("before you came" in answer.text) == sees, (name, page)
    await hold(people, "ana", code, waiting_room="1", history="all")
    assert "before you came" in (await people.get("cy", f"/rooms/{code}/call")).text
    await hold(people, "ana", code, history="joined")
    assert "before you came" not in (await people.get("cy", f"/rooms/{code}/transcript")).text


async def test_links_are_listed_where_they_can_be_revoked(people: People) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    made = await people.post("bob", f"/rooms/{code}/share", lang="pt", lifetime="hour")
    token = unescape(made.text).split("/projector?token=")[1].split('"')[0]
    assert (await people.get("eve", f"/embed/{code}?token={token}")).status_code == 200
    assert (await people.post("bob", f"/rooms/{code}/share/entry", kind="host")).status_code == 403
    another = await people.post("ana", f"/rooms/{code}/share/entry", kind="host")
    path = "/rooms" + unescape(another.text).split("?key=")[0].rsplit("/rooms", 1)[1]
    path += "?key=" + unescape(another.text).split("?key=")[1].split('"')[0]
    await people.get("phone", path)
    await people.join("phone", code)
    assert rights_in(await people.token("phone", code)) == list(HOST)
    entry = await people.post("ana", f"/rooms/{code}/share/entry", kind="listener")
    key = unescape(entry.text).split("?key=")[1].split('"')[0]
    assert key not in (await people.get("ana", f"/rooms/{code}/share")).text  # shown once
    for name in ("lea", "phone"):  # no other link undoes what the host link gave
        assert (await people.get(name, f"/rooms/{code}?key={key}")).status_code == 303
        await people.join(name, code)
    assert rights_in(await people.token("phone", code)) == list(HOST)
    assert rights_in(await people.token("lea", code)) == ["read"]
    seen = unescape((await people.get("ana", f"/rooms/{code}/share")).text)
    assert all(
        words in seen for words in ("reads the captions: Português", "By Bob", "for those who listen", "Last used")
    )
    links = {kind: seen.split(f"<strong>{kind}")[1].split("/share/links/")[1].split("/")[0] for kind in KINDS}
    others = (await people.get("bob", f"/rooms/{code}/share")).text
    assert "makes hosts" not in others  # who is no host sees their own
    assert (await people.post("bob", f"/rooms/{code}/share/links/{links['makes hosts']}/revoke")).status_code == 404
    for link in links.values():
        assert (await people.post("ana", f"/rooms/{code}/share/links/{link}/revoke")).status_code == 303
    assert (await people.get("eve", f"/embed/{code}?token={token}")).status_code == 403
    assert (await people.get("eve", f"/rooms/{code}/captions?token={token}")).status_code == 403
    assert (await people.get("leo", f"/rooms/{code}?key={key}")).status_code == 403
    # Who had become host by a link is none any more, but for the host who has revoked it.
    assert rights_in(await people.token("ana", code)) == list(HOST)
    assert rights_in(await people.token("phone", code)) == list(SPEAKER)


async def test_a_link_from_before_links_were_listed_is_listed_when_it_is_used(
    people: People, settings: WebSettings
) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    token = ReadTokens(settings.session_keys).make(code, "pt", timedelta(hours=1))
    assert "reads the captions" not in (await people.get("ana", f"/rooms/{code}/share")).text
    for page in (f"/embed/{code}", f"/rooms/{code}/projector", f"/embed/{code}"):
        assert (await people.get("eve", f"{page}?token={token}")).status_code == 200
    seen = unescape((await people.get("ana", f"/rooms/{code}/share")).text)
    assert seen.count("reads the captions: Português") == 1
    assert all(words in seen.split("reads the captions")[1] for words in ("Made ", "Until ", "Last used "))
    assert "reads the captions" not in (await people.get("bob", f"/rooms/{code}/share")).text, "nobody's: hosts see it"
    link = seen.split("<strong>reads the captions")[1].split("/share/links/")[1].split("/")[0]
    assert (await people.post("ana", f"/rooms/{code}/share/links/{link}/revoke")).status_code == 303
    for page in (f"/embed/{code}", f"/rooms/{code}/projector", f"/rooms/{code}/captions"):
        assert (await people.get("eve", f"{page}?token={token}")).status_code == 403, page


async def test_links_go_with_who_made_them(people: People) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    made = await people.post("bob", f"/rooms/{code}/share", lang="pt", lifetime="hour")
    token = unescape(made.text).split("/projector?token=")[1].split('"')[0]
    assert (await people.get("eve", f"/embed/{code}?token={token}")).status_code == 200
    await act(people, "ana", code, "remove", await people.id("bob", code))
    assert (await people.get("eve", f"/embed/{code}?token={token}")).status_code == 403


async def test_whoever_spoke_deletes_their_own_words_and_nobody_elses(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    for seq, name in enumerate(("ana", "bob")):
        speaker = await people.id(name, code)
        for language in ("en", "pt"):
            words = f"said by {name} in {language}"
            say(broker, caption(code, f"{code}.{seq}", words, speaker=speaker, seq=seq, language=language))
    await stored(settings, 4)
    delete = f"/rooms/{code}/transcript/own/delete"
    assert "unsure" in (await people.post("bob", delete)).headers["location"]
    assert (await people.post("eve", delete, sure="1")).status_code == 403
    assert await stored(settings, 4)
    assert "own=deleted" in (await people.post("bob", delete, sure="1")).headers["location"]
    assert await stored(settings, 2) == ["said by ana in en", "said by ana in pt"]
    assert "bob in" not in (await people.get("ana", f"/rooms/{code}/call")).text
    assert "said by bob" not in repr(broker.xrange(keys.CAPTIONS))


async def test_who_has_no_words_left_stays_while_in_the_call_and_is_gone_after_it(
    people: People, settings: WebSettings
) -> None:
    code = await people.make("ana")
    await people.join("bob", code)
    bob = await people.id("bob", code)
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_sessions(engine)
    async with Redis.from_url(settings.tasks.redis_url) as store:
        retention = Retention(store, engine, History(store, sessions))

        async def last_seen(hours: int) -> datetime:
            at = datetime.now(UTC) - timedelta(hours=hours)
            async with sessions.begin() as session:
                await session.execute(update(Participant).values(seen_at=at, had_words=True))
            return at

        async def names() -> set[str]:
            await retention.sweep(datetime.now(UTC))
            async with sessions() as session:
                return set(await session.scalars(select(Participant.name)))

        async with people.in_call("ana", code), people.in_call("bob", code):
            before = await last_seen(3)
            async with asyncio.timeout(LOOKED_AFTER), sessions() as session:
                query = select(Participant.seen_at).where(Participant.id == bob)
                while (await session.scalar(query)) == before:
                    await session.rollback()
                    await asyncio.sleep(0.05)  # what looks after rooms has no event to wait for
            assert await names() == {"Ana", "Bob"}
            area = (await people.get("ana", f"/rooms/{code}/host")).text
            assert f'id="remove-{bob}"' in area
        await last_seen(1)
        assert await names() == {"Ana", "Bob"}, "they may be back in a moment"
        await last_seen(3)
        assert await names() == {"Ana"}, "hosts stay"
    assert (await people.get("bob", f"/rooms/{code}/transcript")).status_code == 303
    await people.join("bob", code)
    assert await people.id("bob", code) == bob
    await engine.dispose()

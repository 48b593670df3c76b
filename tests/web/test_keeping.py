"""Keeping a call: who is asked, who is kept, who hears it, and that it goes: beside a real SFU."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import redis
from msgspec import structs
from redis.asyncio import Redis
from sqlalchemy import select

from app.captions.history import History
from app.db import create_engine, create_sessions
from app.keeping.service import KeptCalls
from app.settings.web import WebSettings
from app.tables import KeptCall, KeptConsent, KeptPiece, KeptTrack, Room, Switch
from app.transcripts.retention import Retention
from ops.harness.captions import caption, say, stored
from ops.harness.kept import bring, packets_of
from ops.harness.sfu import Sfu
from ops.harness.waiting import until
from ops.harness.web_server import csrf_of
from tasks.wire import keys
from tasks.wire.kept import STEPS
from tasks.wire.messages import Timeline
from tests.support.administrator import audit_log, enter, on_sqlite
from tests.web.test_hosting import People, event
from tests.web.test_kept_files import decoded, place_of

pytestmark = pytest.mark.usefixtures("sfu")
RECORDING = "en_LJ001-0011"
WITHIN = 6.0


@pytest.fixture
def settings(settings: WebSettings) -> WebSettings:
    return replace(settings, keep_calls=True)


@pytest.fixture
async def people(client: httpx.AsyncClient, sfu: Sfu) -> People:
    return People(client, sfu.url)


@asynccontextmanager
async def sessions_of(settings: WebSettings) -> AsyncIterator[Any]:
    engine = create_engine(settings.sqlalchemy_url)
    try:
        yield create_sessions(engine)
    finally:
        await engine.dispose()


async def turn_on(settings: WebSettings, *, on: bool = True) -> None:
    async with sessions_of(settings) as sessions, sessions.begin() as session:
        await session.merge(Switch(name="keep_calls", on=on))


async def found(settings: WebSettings, what: type[Any]) -> list[Any]:
    async with sessions_of(settings) as sessions, sessions() as session:
        return list(await session.scalars(select(what)))


async def act(people: People, name: str, code: str, action: str, **said: str) -> httpx.Response:
    return await people.post(name, f"/rooms/{code}/keeping/{action}", **said)


async def asked(people: People, name: str, code: str) -> dict[str, str]:
    """What the page says with somebody's answer: which recording it is about."""
    (call,) = set(re.findall(r'name="call" value="(\w+)"', await area(people, name, code)))
    return {"call": call}


async def area(people: People, name: str, code: str) -> str:
    return (await people.get(name, f"/rooms/{code}/keeping")).text


async def comes(settings: WebSettings, what: type[Any], so: Callable[[list[Any]], bool]) -> list[Any]:
    """Wait for rows that are as they should be."""
    rows: list[Any] = []

    async def there() -> bool:
        rows[:] = await found(settings, what)
        return so(rows)

    await until(there, within=WITHIN)
    return rows


async def backdate(settings: WebSettings, seconds: float) -> KeptCall:
    """Let the call have been kept for a while, and everybody have agreed as long ago."""
    ago = timedelta(seconds=seconds)
    async with sessions_of(settings) as sessions, sessions.begin() as session:
        for row in await session.scalars(select(KeptCall)):
            row.started_at -= ago
        for consent in await session.scalars(select(KeptConsent)):
            consent.since -= ago
    (call,) = await found(settings, KeptCall)
    assert isinstance(call, KeptCall)
    return call


async def kept(
    people: People, settings: WebSettings, broker: redis.Redis
) -> tuple[str, KeptCall, np.ndarray[Any, Any]]:
    """A room in which Ana's call was kept for 20 s, with a recording in it that begins after 3 s, and its dub."""
    await turn_on(settings)
    code = await people.make("ana")
    ana = await people.id("ana", code)
    assert (await act(people, "ana", code, "begin")).status_code == 303
    call = await backdate(settings, 20)
    recording = bring(broker, code, call.id, ana, 3.0, name=RECORDING, lost=1.5)
    bring(broker, code, call.id, ana, 5.0, name=RECORDING, language="pt", cue="said-1", lost=1.5)
    await comes(settings, KeptTrack, lambda tracks: len(tracks) == 2 and all(one.steps > 4 * STEPS for one in tracks))
    timeline = Timeline(speech_start=call.since + 3.2, speech_end=call.since + 7.0, closed=call.since + 7.4)
    say(broker, caption(code, "said-1", "The letter used should be fine in form.", speaker=ana, timeline=timeline))
    say(broker, caption(code, "said-1", "A letra deve ser bela.", language="pt", speaker=ana, timeline=timeline))
    say(broker, caption(code, "said-2", "Not kept at all.", speaker="somebody", seq=1, timeline=timeline))
    await stored(settings, 3)
    return code, call, recording


@on_sqlite
async def test_it_is_off_until_the_operator_and_an_administrator_allow_it(
    people: People, settings: WebSettings
) -> None:
    code = await people.make("ana")
    assert "begin" not in await area(people, "ana", code)
    await act(people, "ana", code, "begin")
    assert await found(settings, KeptCall) == []
    await people.be("ana").get("/")
    await enter(people.be("admin"), settings)
    page = (await people.get("admin", "/admin/kept")).text
    assert "No call is recorded." in page
    await people.post("admin", "/admin/kept", on="1")
    assert "Calls may be recorded." in (await people.get("admin", "/admin/kept")).text
    assert ("kept.on",) in await audit_log(settings, "action")
    assert "begin" in await area(people, "ana", code)


@on_sqlite
async def test_everybody_is_asked_sees_the_sign_and_is_left_out_until_they_agree(
    people: People, settings: WebSettings
) -> None:
    await turn_on(settings)
    code = await people.make("ana")
    await people.join("bob", code)
    ana, bob = await people.id("ana", code), await people.id("bob", code)
    async with people.in_call("bob", code) as socket:
        assert (await act(people, "bob", code, "begin")).status_code == 403
        assert (await act(people, "ana", code, "begin")).status_code == 303
        assert (await event(socket, "keeping"))["keeping"]["people"] == [ana]
        assert "May your voice be recorded?" in await area(people, "bob", code)
        await act(people, "bob", code, "agree", **await asked(people, "bob", code))
        told = (await event(socket, "keeping"))["keeping"]
        assert told["people"] == sorted([ana, bob])
        assert "Your voice is being recorded." in await area(people, "bob", code)
        await people.join("cleo", code)
        async with people.in_call("cleo", code):
            assert "May your voice be recorded?" in await area(people, "cleo", code)
            assert "Whose voices are recorded: Ana, Bob." in await area(people, "bob", code)
        await act(people, "bob", code, "refuse")
        assert (await event(socket, "keeping"))["keeping"]["people"] == [ana]
        assert "Your voice is not recorded." in await area(people, "bob", code)
        assert (await act(people, "bob", code, "end")).status_code == 403
        await act(people, "ana", code, "end")
        assert (await event(socket, "keeping"))["keeping"] is None
        assert "A host has stopped recording this call." in await area(people, "bob", code)
    consents = await found(settings, KeptConsent)
    assert sorted((one.name, one.until > one.since) for one in consents) == [("Ana", True), ("Bob", True)]


@on_sqlite
async def test_who_agrees_late_agrees_to_no_other_recording_than_they_were_asked_about(
    people: People, settings: WebSettings
) -> None:
    await turn_on(settings)
    code = await people.make("ana")
    await people.join("bob", code)
    async with people.in_call("ana", code):
        await act(people, "ana", code, "begin")
        shown = await asked(people, "bob", code)
        await act(people, "ana", code, "end")
        await act(people, "bob", code, "agree", **shown)
        await act(people, "ana", code, "begin")
        answer = await people.be("bob").post(
            f"/rooms/{code}/keeping/agree",
            data={"_csrf_token": csrf_of(people.client), **shown},
            headers={"hx-request": "true"},
        )
        assert "another one has begun" in answer.text
        assert "May your voice be recorded?" in answer.text
        assert await asked(people, "bob", code) != shown
        await act(people, "bob", code, "agree")
        assert {one.name for one in await found(settings, KeptConsent)} == {"Ana"}
        await act(people, "bob", code, "agree", **await asked(people, "bob", code))
        await act(people, "bob", code, "refuse")
    assert [one.name for one in await found(settings, KeptConsent) if one.name == "Bob"] == ["Bob"]


@on_sqlite
async def test_who_only_listens_has_no_voice_to_be_kept_and_sees_that_it_is(
    people: People, settings: WebSettings
) -> None:
    await turn_on(settings)
    code = await people.make("ana")
    await people.post("ana", f"/rooms/{code}/holding", guests="listener")
    await people.join("lea", code)
    async with people.in_call("ana", code):
        await act(people, "ana", code, "begin")
        shown = await area(people, "lea", code)
        assert "Whose voices are recorded: Ana." in shown
        assert "agree" not in shown
        assert (await act(people, "lea", code, "agree")).status_code == 403


def files_with(folder: Path, content: bytes) -> int:
    """How many files hold some bytes; a database with what belongs to it is one."""
    holding = {
        path.name.removesuffix("-wal").removesuffix("-shm")
        for path in folder.iterdir()
        if path.is_file() and content in path.read_bytes()
    }
    return len(holding)


async def test_only_what_was_agreed_to_is_stored_and_sealed(
    people: People, settings: WebSettings, broker: redis.Redis, tmp_path: Path
) -> None:
    code, call, _ = await kept(people, settings, broker)
    await people.join("bob", code)
    bob = await people.id("bob", code)
    bring(broker, code, call.id, bob, 3.0, name=RECORDING)  # he was never asked
    ana = await people.id("ana", code)
    before = datetime.now(UTC)
    await act(people, "ana", code, "refuse")
    later = (before - call.started_at).total_seconds() + 2
    bring(broker, code, call.id, ana, later, name=RECORDING)
    bring(broker, "another-room", call.id, ana, 12.0, name=RECORDING)
    broker.xadd(keys.KEPT, {"c": b"no chunk"})
    bring(broker, code, call.id, ana, 9.0, name=RECORDING)  # while she agreed
    tracks = await comes(
        settings, KeptTrack, lambda rows: any(not row.dubbed and row.steps > 12 * STEPS for row in rows)
    )
    assert {track.speaker for track in tracks} == {ana}
    assert max(track.steps for track in tracks) < 15 * STEPS

    async def all_taken() -> bool:
        return not broker.xlen(keys.KEPT)

    await until(all_taken, within=WITHIN)
    _, packets = packets_of(RECORDING, 0)
    loud = max((packet.data for packet in packets), key=len)
    assert files_with(tmp_path, b"") == settings.sqlalchemy_url.startswith("sqlite"), "the database, if it lies there"
    assert files_with(tmp_path, loud) == files_with(tmp_path, b"OpusHead") == 0


async def test_it_is_heard_again_where_it_was_said_line_by_line(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code, call, recording = await kept(people, settings, broker)
    await act(people, "ana", code, "end")
    listed = (await people.get("ana", f"/rooms/{code}/kept")).text
    assert f"/rooms/{code}/kept/{call.id}" in listed
    page = (await people.get("ana", f"/rooms/{code}/kept/{call.id}?lang=pt")).text
    assert "A letra deve ser bela." in page
    assert "Not kept at all." not in page
    assert 'data-at="3.20"' in page
    assert "3.0 s of it are missing" in page
    urls = re.findall(rf"/rooms/{code}/kept/{call.id}/tracks/\d+", page)
    whole = await people.get("ana", urls[0])
    assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/ogg")
    assert place_of(decoded(whole.content), recording) == pytest.approx(3.0, abs=0.02)
    part = await people.get("ana", urls[0], range="bytes=5000-9999")
    assert (part.status_code, part.content) == (206, whole.content[5000:10000])
    assert part.headers["content-range"] == f"bytes 5000-9999/{len(whole.content)}"
    assert (await people.get("ana", urls[0], range="bytes=99999999-")).status_code == 416
    saved = await people.get("ana", f"{urls[0]}?download=1")
    assert saved.headers["content-disposition"] == 'attachment; filename="town-hall-ana.voice-pt.ogg"'
    picture = (await people.get("ana", f"/rooms/{code}/kept/{call.id}/picture")).json()
    seen = list(picture["tracks"].values())
    assert seen[1]["cues"] == {"said-1": 5.0}
    places = [at / len(seen[0]["peaks"]) * picture["seconds"] for at, peak in enumerate(seen[0]["peaks"]) if peak > 20]
    assert 2.9 < min(places) < 3.6
    assert 6.0 < max(places) < 7.7
    vtt = (await people.get("ana", f"/rooms/{code}/kept/{call.id}/transcript?lang=pt")).text
    assert "00:00:03.200 --> " in vtt
    assert "A letra deve ser bela." in vtt


@on_sqlite
async def test_its_lines_say_what_was_typed_interpreted_or_a_draft(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code, call, _ = await kept(people, settings, broker)
    plain = await lines_of(people, f"/rooms/{code}/kept/{call.id}?lang=pt")
    assert not any(mark in line for line in plain for mark in ("typed", "interpreter", "draft"))
    ana = await people.id("ana", code)
    for seq, typed, only in ((3, True, ()), (4, False, ("pt",))):
        timeline = Timeline(speech_start=call.since + seq * 3, speech_end=call.since + seq * 3, closed=call.since + 15)
        for language, text, draft in (("en", "Wait at the gate.", False), ("pt", "Espere no portão.", True)):
            line = caption(code, f"said-{seq}", text, language=language, speaker=ana, seq=seq, timeline=timeline)
            say(broker, structs.replace(line, draft=draft, typed=typed, only=only))
    await stored(settings, 7)
    lines = await lines_of(people, f"/rooms/{code}/kept/{call.id}?lang=pt")
    assert [line.split()[4:7] for line in lines[1:]] == [
        ["typed", "draft", "Espere"],
        ["interpreter", "draft", "Espere"],
    ]


async def lines_of(people: People, address: str) -> list[str]:
    """The words of each line of a player."""
    page = (await people.get("ana", address)).text
    found = re.findall(r'<button type="button" class="line".*?</button>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in found]


@on_sqlite
async def test_who_may_not_read_all_of_it_may_not_hear_it(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code, call, _ = await kept(people, settings, broker)
    page = f"/rooms/{code}/kept/{call.id}"
    track = (await found(settings, KeptTrack))[0].id
    assert (await people.get("eve", page)).headers["location"] == f"/rooms/{code}"
    for path in (f"{page}/tracks/{track}", f"{page}/picture", f"{page}/transcript"):
        assert (await people.get("eve", path)).status_code == 403
    await people.post("ana", f"/rooms/{code}/holding", guests="speaker", history="joined")
    await people.join("bob", code)  # who is shown nothing from before
    for path in (page, f"{page}/tracks/{track}", f"{page}/picture", f"{page}/transcript"):
        assert (await people.get("bob", path)).status_code == 404
    assert call.id not in (await people.get("bob", f"/rooms/{code}/kept")).text
    assert (await people.get("ana", f"{page}/tracks/{track}")).status_code == 200
    assert (await people.post("bob", f"{page}/delete", sure="1")).status_code in {403, 404}
    other = await people.make("dan")
    assert (await people.get("dan", f"/rooms/{other}/kept/{call.id}")).status_code == 404


async def test_it_goes_with_the_words_the_transcript_its_time_or_when_a_host_says_so(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    code, call, _ = await kept(people, settings, broker)
    await people.post("ana", f"/rooms/{code}/transcript/own/delete", sure="1")
    assert await found(settings, KeptTrack) == await found(settings, KeptPiece) == []
    ana = await people.id("ana", code)
    bring(broker, code, call.id, ana, 3.0, name=RECORDING)  # on its way when she said so
    now = (datetime.now(UTC) - call.started_at).total_seconds() + 0.2
    bring(broker, code, call.id, ana, now, name=RECORDING)  # she goes on, and still agrees
    (track,) = await comes(settings, KeptTrack, lambda rows: bool(rows) and rows[0].steps > (now + 3) * STEPS)
    sound = decoded((await people.get("ana", f"/rooms/{code}/kept/{call.id}/tracks/{track.id}")).content)
    assert not sound[: int(48_000 * (now - 0.1))].any()

    page = f"/rooms/{code}/kept/{call.id}"
    unsure = await people.post("ana", f"{page}/delete")
    assert unsure.headers["location"] == f"{page}?unsure=1#deleting"
    assert (await people.post("ana", f"{page}/delete", sure="1")).headers["location"] == f"/rooms/{code}/kept"
    assert await found(settings, KeptCall) == await found(settings, KeptPiece) == []

    await act(people, "ana", code, "begin")
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_sessions(engine)
    async with Redis.from_url(settings.tasks.redis_url) as own:
        retention = Retention(own, engine, History(own, sessions))
        now_ = datetime.now(UTC)
        await retention.sweep(now_ + timedelta(days=29))
        assert len(await found(settings, KeptCall)) == 1
        await retention.sweep(now_ + timedelta(days=31))
        assert await found(settings, KeptCall) == []
        await act(people, "ana", code, "begin")
        (room,) = await found(settings, Room)
        await retention.delete_transcript(room)
    await engine.dispose()
    assert await found(settings, KeptCall) == await found(settings, KeptConsent) == []


@on_sqlite
async def test_what_the_sfu_says_is_what_the_database_says_and_it_ends_in_time(
    people: People, settings: WebSettings, broker: redis.Redis
) -> None:
    await turn_on(settings)
    code = await people.make("ana")
    async with people.in_call("ana", code) as socket:
        await act(people, "ana", code, "begin")
        assert not (await event(socket, "keeping"))["keeping"]["trouble"]
        await backdate(settings, 30)  # and no bridge keeps it
        assert (await event(socket, "keeping", WITHIN))["keeping"]["trouble"]
        (call,) = await found(settings, KeptCall)
        broker.set(keys.kept_alive(call.id), b"1", ex=60)
        assert not (await event(socket, "keeping", WITHIN))["keeping"]["trouble"]
        await turn_on(settings, on=False)
        assert (await event(socket, "keeping", WITHIN))["keeping"] is None
        assert "turned off on this server" in await area(people, "ana", code)
        await turn_on(settings)
        await act(people, "ana", code, "begin")
        async with sessions_of(settings) as sessions, sessions.begin() as session:
            query = select(KeptCall).where(KeptCall.ended_at.is_(None))
            call = (await session.scalars(query)).one()
            session.add(
                KeptTrack(
                    call_id=call.id,
                    speaker="x",
                    name="X",
                    language="en",
                    dubbed=False,
                    serial=1,
                    size=settings.keep_mb * 10**6,
                )
            )
        while (await event(socket, "keeping", WITHIN))["keeping"] is not None:
            pass
        assert "no room for more" in await area(people, "ana", code)
        await act(people, "ana", code, "begin")
        assert sorted(one.ended_by for one in await found(settings, KeptCall)) == ["full", "off"]


@on_sqlite
async def test_a_call_that_everybody_has_left_is_over(
    people: People, settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.keeping.watch.EMPTY_FOR", 0.5)
    await turn_on(settings)
    code = await people.make("ana")
    async with people.in_call("ana", code):
        await act(people, "ana", code, "begin")
    (call,) = await comes(settings, KeptCall, lambda rows: rows[0].ended_at is not None)
    assert call.ended_by == "left"


async def test_whoever_takes_it_back_is_left_out_however_often_they_agreed(
    people: People, settings: WebSettings
) -> None:
    await turn_on(settings)
    code = await people.make("ana")
    ana = await people.id("ana", code)
    async with people.in_call("ana", code) as socket:
        await act(people, "ana", code, "begin")
        assert (await event(socket, "keeping"))["keeping"]["people"] == [ana]
        (first,) = await found(settings, KeptConsent)
        again = {"call_id": first.call_id, "participant_id": ana, "name": "Ana", "language": "en"}
        async with sessions_of(settings) as sessions, sessions.begin() as session:
            session.add(KeptConsent(**again, since=first.since))  # two tabs, in the same moment
        await act(people, "ana", code, "refuse")
        assert (await event(socket, "keeping"))["keeping"]["people"] == []
    assert all(one.until is not None for one in await found(settings, KeptConsent))


async def test_nobody_is_told_that_nothing_is_kept_while_redis_is_away(
    people: People, settings: WebSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await turn_on(settings)
    code = await people.make("ana")
    await act(people, "ana", code, "begin")
    call = await backdate(settings, 30)
    away = Redis(port=1, socket_connect_timeout=0.2)
    nobody: Any = None  # it tells no SFU here
    async with sessions_of(settings) as sessions, Redis.from_url(settings.tasks.redis_url) as back:
        calls = KeptCalls(sessions, away, nobody, settings)
        assert not (await calls.wanted(call)).trouble, "a bridge may hold back what it has"
        calls._redis = back
        assert not (await calls.wanted(call)).trouble, "no bridge has had time to say so"
        monkeypatch.setattr("app.keeping.service.BEGINNING", 0.0)
        assert (await calls.wanted(call)).trouble
    await away.aclose()

"""The demos: which are offered when, and what a visitor of the second one is given."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import redis
from sqlalchemy import select, update

from app.captions.speakers import Speakers
from app.media.bridge.recorded_speaker import language_of, recording_path
from app.rooms.demos import DEMOS
from app.rooms.service import RoomService
from app.settings.web import WebSettings
from app.tables import Participant, Room
from ops.harness.web_server import csrf_of, token_of
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, encode
from tests.web.test_entering import read, sessions_of
from tests.web.test_installing import say
from tests.web.test_pages import config_of

OFFER = "Try the demo in Vietnamese"


def work(broker: redis.Redis, *, translate: list[str], drafts: list[str]) -> None:
    """Be a worker that hears Vietnamese and speaks English."""
    queues = list(keys.LIVE_QUEUES)
    beat = Heartbeat(
        worker="w", at=time.time(), queues=queues, stt=["vi"], translate=translate, drafts=drafts, speak=["en"]
    )
    broker.set(keys.heartbeat("w"), encode(beat))


async def test_a_demo_is_offered_as_soon_as_something_translates_it(
    client: httpx.AsyncClient, broker: redis.Redis
) -> None:
    assert OFFER not in (await client.get("/")).text
    say(broker)
    page = (await client.get("/")).text
    assert OFFER not in page
    assert 'hx-get="/demos" hx-trigger="every 5s"' in page
    assert (await client.get("/demos")).status_code == 204
    work(broker, translate=["vi>en"], drafts=["vi>en"])
    assert OFFER in (await client.get("/demos")).text
    assert OFFER in (await client.get("/")).text


async def test_a_vietnamese_recording_is_read_and_heard_in_english(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await client.get("/")
    entered = await client.post("/demo/vi", data={"_csrf_token": csrf_of(client)})
    code = entered.headers["location"].split("/")[2]
    page = (await client.get(f"/rooms/{code}/call")).text
    assert "You are listening to a recording in Vietnamese." in page
    config = config_of(page)
    assert (config["read"], config["hear"], config["hearDrafts"]) == ("en", "en", True)
    meta = read(settings, (await token_of(client, code))["token"])["meta"]
    assert isinstance(meta, dict)
    assert meta["recording"] == "demo-vi"
    async with sessions_of(settings)() as session:
        speaker = (await session.scalars(select(Participant).where(Participant.kind == "recording"))).one()
    assert (speaker.speak, speaker.id) == ("vi", meta["recording_id"])
    first = await client.post("/demo", data={"_csrf_token": csrf_of(client)})
    assert code not in first.headers["location"], "each demo has rooms of its own"
    assert (await client.post("/demo/xx", data={"_csrf_token": csrf_of(client)})).status_code == 404


def test_every_demo_has_its_recording() -> None:
    for demo in DEMOS.values():
        path = recording_path(demo.recording)
        assert path is not None
        assert language_of(path) == demo.speaks


async def test_no_more_demos_live_than_may_and_empty_ones_are_closed(settings: WebSettings) -> None:
    """Two hundred could be open in a day, one after the other, and all be entered again at once."""
    sessions = sessions_of(settings)
    living: set[str] = set()

    async def seen() -> set[str]:
        return living

    rooms = RoomService(sessions, Speakers(sessions), 2, seen)

    async def enter(minutes_ago: float = 0.0) -> str:
        room, _ = await rooms.join_demo("Visitor")
        async with sessions.begin() as session:
            at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
            await session.execute(update(Room).where(Room.id == room.id).values(created_at=at))
        return room.code

    async def opened() -> set[str]:
        async with sessions() as session:
            return set(await session.scalars(select(Room.code).where(Room.closed_at.is_(None))))

    first = await enter(minutes_ago=60)
    living.add(first)
    second = await enter(minutes_ago=60)
    third = await enter(minutes_ago=5)  # nobody is in the second, so that it makes place, and is closed
    assert third not in {first, second}
    assert await opened() == {first, third}
    living.add(third)
    assert await enter() == third, "as many live as may"
    living.discard(first)
    fourth = await enter()
    assert fourth != third
    assert await opened() == {third, fourth}
    for _ in range(20):
        await enter()
    assert len(await opened()) == 2, "those that somebody is about to enter count"

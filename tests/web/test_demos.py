"""The demos: which are offered when, and what a visitor of the second one is given."""

from __future__ import annotations

import time

import httpx
import redis
from sqlalchemy import select

from app.media.bridge.recorded_speaker import language_of, recording_path
from app.rooms.demos import DEMOS
from app.settings.web import WebSettings
from app.tables import Participant
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

"""A translator that is being installed, as an open front page follows it: to its end, and the demo that it allows."""

from __future__ import annotations

import asyncio
import time

import pytest
import redis
from msgspec.structs import replace
from playwright.async_api import expect

from ops.harness.furnished import at_work
from ops.harness.gallery import World
from tasks.wire import keys
from tasks.wire.administration import Installing
from tasks.wire.messages import Heartbeat, decode, encode

pytestmark = pytest.mark.asyncio(loop_scope="session")

BEAT = Heartbeat(worker="w", at=0, queues=[*keys.LIVE_QUEUES], stt=["vi"], translate=["vi>en"], speak=["en"])


def further(redis_url: str) -> None:
    """Have a little more of it arrive."""
    with redis.Redis.from_url(redis_url) as client:
        data = client.hget(keys.INSTALLING, "here")
        assert isinstance(data, bytes)
        client.hset(keys.INSTALLING, "here", encode(replace(decode(data, Installing), percent=71, at=time.time())))


async def test_an_open_page_follows_it_to_its_end_without_being_loaded_again(place: World) -> None:
    await asyncio.to_thread(at_work, place.redis_url, "running")
    page = await place.visitor.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    await page.goto(place.url)
    says = page.locator(".installing")
    await expect(says).to_contain_text("Vietnamese translation is being installed: 43%, about 2 minutes.")
    await page.evaluate("window.__here = true")
    await asyncio.to_thread(further, place.redis_url)
    await expect(says).to_contain_text("71%", timeout=20_000)
    await asyncio.to_thread(at_work, place.redis_url, "")
    await expect(says).to_contain_text("is being loaded now", timeout=20_000)
    with redis.Redis.from_url(place.redis_url) as client:
        client.set(keys.heartbeat("w"), encode(replace(BEAT, at=time.time())), ex=60)
        await expect(says).to_contain_text("it works from now on", timeout=20_000)
        await expect(page.get_by_role("button", name="Try the demo in Vietnamese")).to_be_visible(timeout=20_000)
        client.delete(keys.heartbeat("w"))
    assert await page.evaluate("window.__here")
    assert errors == []
    await page.close()

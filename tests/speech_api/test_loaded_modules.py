"""What the web process has loaded of the workers' code, once it has done what it does with workers."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
import redis

from app.settings.web import WebSettings
from ops.harness.captions import caption, say, stored
from ops.harness.redis_server import RedisServer
from ops.harness.web_server import SECRETS, WebServer, csrf_of, new_room
from tasks.wire.environment import TaskConfig

MOST = 17
"""Modules of `tasks` below the package itself, beside its languages."""


def loaded(web: WebServer) -> set[str]:
    """Every module of `tasks` that is named in the log of a process that tells of its imports."""
    return set(re.findall(r"^import time:.*\| +(tasks(?:\.\w+)*)$", web.log.read_text(), re.MULTILINE))


@pytest.mark.usefixtures("worker")
async def test_web_loads_the_wire_and_no_worker(
    web: WebServer, key: str, api_redis: RedisServer, var_dir: Path
) -> None:
    text = "The weather is nice today. We are going to the beach."
    async with httpx.AsyncClient(base_url=web.url) as client:
        found = await client.post("/api/v1/detect", json={"text": text}, headers={"authorization": f"Bearer {key}"})
        assert next(iter(found.json()["languages"])) == "en", "a worker answered"

        code = await new_room(client)
        with redis.Redis.from_url(api_redis.url) as store:
            say(store, caption(code, "s1", "The library opens in March."))
        settings = WebSettings(
            var_dir=var_dir,
            session_secret=SECRETS["SESSION_SECRET"],
            sfu_token_secret=SECRETS["SFU_TOKEN_SECRET"],
            tasks=TaskConfig(redis_url=api_redis.url),
        )
        await stored(settings, 1)
        page = (await client.get(f"/rooms/{code}/transcript")).text
        (number,) = re.findall(r'id="c-(\d+)"', page)
        corrected = {"_csrf_token": csrf_of(client), "text": "The library opens in May."}
        answer = await client.post(f"/rooms/{code}/transcript/lines/{number}", data=corrected)
        assert answer.status_code == 303, "the corrected caption was published"

    modules = {name for name in loaded(web) if not name.startswith("tasks.languages")} - {"tasks"}
    assert {name for name in modules if not name.startswith("tasks.wire")} == set()
    assert len(modules) <= MOST, sorted(modules)

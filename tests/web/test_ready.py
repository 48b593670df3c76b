"""Health, readiness and metrics."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import redis
from litestar.testing import AsyncTestClient

from app.captions import metrics
from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.captions import caption
from ops.harness.ports import free_port
from ops.harness.web_server import new_room
from tasks.wire import keys
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import Heartbeat, encode
from tests.support.local import visited


@asynccontextmanager
async def browser_of(settings: WebSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with AsyncTestClient(visited(create_app(settings)), base_url="http://calls.example") as browser:
        browser.follow_redirects = False
        yield browser


async def test_every_dependency_says_how_it_is_and_what_to_do(client: httpx.AsyncClient, broker: redis.Redis) -> None:
    assert (await client.get("/health")).json() == {"status": "ok"}
    response = await client.get("/ready")
    assert response.status_code == 200
    body = response.json()
    found = body["dependencies"]
    assert body["state"] == "degraded"
    assert found["database"]["state"] == "ok"
    for name in ("sfu", "bridge", "workers"):
        assert found[name]["state"] == "down"
        assert f"Start the `{name.removesuffix('s')}` process" in found[name]["action"]

    def beat(name: str, *queues: str, speak: list[str]) -> None:
        serves: dict[str, Any] = {"queues": queues, "stt": ["en"], "translate": ["en>pt"], "speak": speak}
        broker.set(keys.heartbeat(name), encode(Heartbeat(worker=name, at=time.time(), **serves)))

    beat("one", "stt", "translate", speak=[])
    beat("two", "batch", speak=["pt"])  # has a voice, and serves no call with it
    workers = (await client.get("/ready")).json()["dependencies"]["workers"]
    assert (workers["state"], workers["workers"], workers["translate"]) == ("degraded", 2, ["en>pt"])
    assert "none serves speak" in workers["detail"]
    assert "--queues" in workers["action"]
    loading = Heartbeat(worker="three", at=time.time(), queues=[], loading=["speak"], stt=[], translate=[], speak=[])
    broker.set(keys.heartbeat("three"), encode(loading))
    workers = (await client.get("/ready")).json()["dependencies"]["workers"]
    assert (workers["state"], workers["detail"]) == ("degraded", "a worker is loading what serves speak")
    broker.delete(keys.heartbeat("three"))
    beat("two", "batch", "speak", speak=["pt"])
    workers = (await client.get("/ready")).json()["dependencies"]["workers"]
    assert (workers["state"], workers["workers"], workers["stt"], workers["speak"]) == ("ok", 2, ["en"], ["pt"])
    broker.set(keys.heartbeat("old"), b'{"of": "another version"}')  # counts for nothing, and hides nobody
    workers = (await client.get("/ready")).json()["dependencies"]["workers"]
    assert (workers["state"], workers["workers"]) == ("ok", 2)


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "no-such-host.invalid:{port}"])
async def test_without_its_database_web_is_not_ready_and_says_so(
    settings: WebSettings, postgres: object, address: str
) -> None:
    assert postgres
    where = address.format(port=free_port())
    lost = replace(settings, database_url=f"postgresql+asyncpg://user:hidden@{where}/gone")
    async with browser_of(lost) as browser:
        response = await browser.get("/ready")
        assert response.status_code == 503
        assert response.json()["dependencies"]["database"]["state"] == "down"
        assert "DATABASE_URL" in response.text
        assert "hidden" not in response.text
        assert (await browser.get("/health")).status_code == 200
        page = await browser.get("/rooms/abcd-efgh-jkmn", headers={"accept": "text/html"})
        assert page.status_code == 503
        assert "The database cannot be used at the moment" in page.text


async def test_monitors_that_send_head_are_told_the_same(client: httpx.AsyncClient, settings: WebSettings) -> None:
    """Free ones of uptime services send nothing else, and take 405 for an outage."""
    for path in ("/", "/health", "/health/", "/ready", "/ready/"):
        for accept in ("*/*", "text/html"):
            answer = await client.head(path, headers={"accept": accept})
            assert (answer.status_code, answer.content) == (200, b""), path
    assert (await client.head("/nothing")).status_code == 404
    lost = replace(settings, database_url=f"postgresql+asyncpg://user:hidden@127.0.0.1:{free_port()}/gone")
    async with browser_of(lost) as browser:
        assert (await browser.head("/ready")).status_code == 503
        assert (await browser.head("/health")).status_code == 200


async def test_an_old_schema_is_not_ready(settings: WebSettings, tmp_path: object) -> None:
    async with browser_of(replace(settings, database_url=f"sqlite+aiosqlite:///{tmp_path}/empty.db")) as browser:
        response = await browser.get("/ready")
        assert response.status_code == 503
        assert "alembic upgrade head" in response.text


async def test_without_redis_rooms_can_be_made_and_entered(settings: WebSettings) -> None:
    nowhere = TaskConfig(redis_url=f"redis://:hidden@127.0.0.1:{free_port()}/0")
    async with browser_of(replace(settings, tasks=nowhere)) as browser:
        response = await browser.get("/ready")
        assert response.status_code == 200
        found = response.json()["dependencies"]
        assert found["redis"]["state"] == "down"
        assert found["captions"]["state"] == "degraded"
        assert "hidden" not in response.text
        code = await new_room(browser)
        page = await browser.get(f"/rooms/{code}/call")
        assert page.status_code == 200
        assert 'data-after=""' in page.text


async def test_metrics_show_stages_and_routes_without_rooms(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    metrics.observe(caption(code, "s", "hello"))
    metrics.observe(caption(code, "s", "olá", language="pt"))
    text = (await client.get("/metrics")).text
    for stage in ("endpoint", "queue", "stt", "translate_queue", "translate"):
        assert f'jbc_stage_seconds_bucket{{le="0.3",stage="{stage}"}}' in text
    for kind in ("source", "translation"):
        assert f'jbc_caption_lag_seconds_count{{kind="{kind}"}}' in text
    assert "jbc_web_requests_total" in text
    assert code not in text

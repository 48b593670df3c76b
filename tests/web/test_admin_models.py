"""Work on models as a worker does it when the administration asks: told step by step, whichever way it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.asyncio import Redis

from app.admin.model_jobs import PIECE_BYTES, ModelAdmin, UploadError
from ops.harness.redis_server import RedisServer
from tasks import broker as worker_broker
from tasks import registry
from tasks.actors.model_jobs import take_package, work_on_model
from tasks.wire import keys
from tasks.wire.administration import ModelWork, PackageArrival, Progress
from tasks.wire.messages import decode, from_payload
from tasks.wire.queues import sending_broker
from tests.support import argos_package


@pytest.fixture
async def models(
    shared_redis: RedisServer, broker: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ModelAdmin]:
    """The administration's side, before a worker whose models folder is empty."""
    assert broker.dbsize() == 0
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setenv("MODELS_OFFLINE", "1")
    worker_broker.use(worker_broker.worker_broker(shared_redis.url))
    async with Redis.from_url(shared_redis.url) as client:
        yield ModelAdmin(client, sending_broker(shared_redis.url))


def next_message(broker: redis.Redis) -> dict[str, Any]:
    """What a worker would take from the queue next."""
    found: Any = broker.blpop([f"dramatiq:{keys.MODELS}"], timeout=5)
    data: Any = broker.hget(f"dramatiq:{keys.MODELS}.msgs", found[1])
    payload: dict[str, Any] = json.loads(data)["args"][0]
    return payload


def told(broker: redis.Redis, name: str) -> Progress:
    data = broker.get(keys.model_work(name))
    assert isinstance(data, bytes)
    return decode(data, Progress)


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]


async def test_a_package_travels_through_redis_in_pieces_and_is_installed(
    models: ModelAdmin, broker: redis.Redis, tmp_path: Path
) -> None:
    path = argos_package.pack(argos_package.build(tmp_path / "made"), tmp_path / "my en_vi.argosmodel")
    data = path.read_bytes()
    sending = asyncio.create_task(models.upload("C:\\tmp\\my en_vi.argosmodel", len(data), pieces(data)))
    await asyncio.to_thread(lambda: take_package(from_payload(next_message(broker), PackageArrival)))
    await sending
    end = told(broker, "my-en_vi.argosmodel")
    assert (end.state, end.said) == ("done", "Installed as argos-en-vi.")
    assert registry.is_installed("argos-en-vi")

    assert await models.ask("verify", "argos-en-vi")
    assert not await models.ask("remove", "argos-en-vi")  # one thing at a time
    work_on_model(from_payload(next_message(broker), ModelWork))
    assert (told(broker, "argos-en-vi").state, told(broker, "argos-en-vi").action) == ("done", "verify")
    assert await models.ask("remove", "argos-en-vi")
    work_on_model(from_payload(next_message(broker), ModelWork))
    assert not registry.is_installed("argos-en-vi")
    assert [one.name for one in await models.progress()] == ["argos-en-vi", "my-en_vi.argosmodel"]


async def test_what_cannot_be_done_is_told_with_the_reason(models: ModelAdmin, broker: redis.Redis) -> None:
    assert await models.ask("install", "whisper-base")
    work_on_model(from_payload(next_message(broker), ModelWork))
    end = told(broker, "whisper-base")
    assert (end.state, "MODELS_OFFLINE" in end.said) == ("failed", True)
    assert not await models.ask("install", "../../etc/passwd")
    for name in ("x.exe", ".argosmodel", "x" * 90 + ".argosmodel"):
        with pytest.raises(UploadError):
            await models.upload(name, 10, pieces(b"x"))
    sending = asyncio.create_task(models.upload("bad.argosmodel", 9, pieces(b"not a zip")))
    await asyncio.to_thread(lambda: take_package(from_payload(next_message(broker), PackageArrival)))
    await sending
    assert told(broker, "bad.argosmodel").state == "failed"

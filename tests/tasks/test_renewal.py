"""Vietnamese, from the moment a package is installed: a running worker notices, by way of English too."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from dramatiq import Worker

from ops.harness.redis_server import RedisServer
from ops.harness.worker import worker_process
from tasks import broker, installation, offers, registry, serving
from tasks.middleware.engine_lifecycle import EngineLifecycle
from tasks.settings import WorkerSettings
from tasks.wire import keys
from tasks.wire.messages import Caption, Heartbeat, Translation, decode
from tasks.wire.queues import TRANSLATE, enqueue
from tests.support import argos_package
from tests.support.channels import listen, stream
from tests.tasks.messages import segment

WITHIN = 20.0
"""Seconds in which a worker must have noticed."""


def installer(models: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "app.commands.cli", "models", *arguments]
    subprocess.run(command, env={**os.environ, "MODELS_DIR": str(models)}, check=True, capture_output=True, timeout=60)


def translated(store: redis.Redis) -> set[str]:
    beats = [store.get(name) for name in store.keys(keys.HEARTBEATS)]
    return {pair for beat in beats if isinstance(beat, bytes) for pair in decode(beat, Heartbeat).translate}


def wait_until(store: redis.Redis, *, served: set[str]) -> None:
    deadline = time.monotonic() + WITHIN
    while translated(store) != served:
        assert time.monotonic() < deadline, f"the worker serves {translated(store)}"
        time.sleep(0.1)  # heartbeats are looked at as the bridge does


def said(store: redis.Redis, text: str, source: str, target: str, name: str) -> Caption:
    """The caption that comes of one translation."""
    message = segment(name=name, language=source, read=[target], hear=[])
    with listen(store, keys.captions_channel("room")) as channel:
        translation = Translation(segment=message, text=text, target=target, timeline=message.timeline)
        enqueue(broker.current(), TRANSLATE, translation)
        channel.next(timeout=30)
    return stream(store)[-1][1]


@pytest.mark.usefixtures("models")
def test_a_package_works_the_moment_it_is_installed_until_it_is_removed(
    server: RedisServer, store: redis.Redis, tmp_path: Path
) -> None:
    archive = argos_package.pack(argos_package.build(tmp_path / "made"), tmp_path / "en_vi.argosmodel")
    models = tmp_path / "models"
    always = {"en>pt", "pt>en"}
    models.mkdir()
    (models / "bergamot-en-pt").symlink_to(registry.folder("bergamot-en-pt"))
    environment = {"MODELS_DIR": str(models)}
    with worker_process(server.worker_url, tmp_path / "worker.log", queues=("translate",), extra=environment):
        wait_until(store, served=always)
        installer(models, "install", str(archive))
        wait_until(store, served=always | {"en>vi", "pt>vi"})
        direct = said(store, "we meet tomorrow at the hospital.", "en", "vi", "room.anna.0")
        assert direct.text == "chúng tôi gặp nhau ngày mai lúc bệnh viện."
        assert (direct.engine, direct.draft) == ("argos-en-vi", False)
        pivoted = said(store, "Nós nos encontramos amanhã.", "pt", "vi", "room.ana.1")
        assert "ngày mai" in pivoted.text
        assert pivoted.engine == "bergamot-en-pt+argos-en-vi"
        installer(models, "remove", "argos-en-vi")
        wait_until(store, served=always)


@pytest.mark.usefixtures("models")
def test_what_comes_while_a_worker_loads_its_engines_is_noticed_too(
    store: redis.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = argos_package.pack(argos_package.build(tmp_path / "made"), tmp_path / "en_vi.argosmodel")
    monkeypatch.setenv("MODELS_DIR", str(tmp_path / "models"))
    (tmp_path / "models").mkdir()
    back = argos_package.pack(argos_package.build(tmp_path / "made", "vi", "en"), tmp_path / "vi_en.argosmodel")
    installation.install_local(back)
    loaded: list[frozenset[str]] = []

    def load(*_: object) -> None:
        loaded.append(offers.names())
        installation.install_local(archive)

    monkeypatch.setattr(serving, "load", load)
    lifecycle = EngineLifecycle(lambda: store, WorkerSettings(metrics_port=0))
    lifecycle.before_worker_boot(broker.current(), Worker(broker.current(), queues={"translate"}))
    assert lifecycle._reload is not None
    assert lifecycle._reload.look()
    assert "argos-en-vi" in loaded[1] - loaded[0]

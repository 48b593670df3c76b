"""Cloned voices: consent, ownership, use and deletion; a worker in this process has a cloner that needs no model."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dramatiq
import httpx
import numpy as np
import pytest
import redis
from numpy.typing import NDArray

from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.web_server import WebServer
from tasks import broker, serving
from tasks.heartbeat import HeartbeatThread
from tasks.shelf import Shelf
from tasks.wire import keys
from tasks.wire.redis_client import connect
from tests.speech_api.conftest import make_key
from tests.speech_api.sounds import decoded, pitch, wav
from tests.support.fake_cloner import FakeCloner
from tests.tasks.in_thread import use_broker

CONSENT = "I, Ana Silva, agree that this recording is used to imitate my voice."
TONE = (np.sin(2 * np.pi * 330 * np.arange(16_000 * 4) / 16_000) * 9_000).astype(np.int16)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voices")


@pytest.fixture(scope="module")
def site(server: RedisServer, folder: Path) -> Iterator[WebServer]:
    web = WebServer(folder, server.url)
    web.env |= {"API_VOICES": "2", "API_ANSWER_SECONDS": "20"}
    web.migrate()
    web.start()
    yield web
    web.kill()


@pytest.fixture(scope="module")
def owner(site: WebServer, folder: Path) -> Iterator[httpx.Client]:
    key = make_key(folder, "owner")
    with httpx.Client(base_url=site.url, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client


@pytest.fixture
def store(server: RedisServer) -> Iterator[redis.Redis]:
    with connect(server.url) as client:
        yield client


@pytest.fixture
def cloner(server: RedisServer, store: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloner]:
    """A worker in this process, whose only engine is the cloner."""
    engine = FakeCloner()
    engines = serving.Engines(cloners=Shelf({engine.name: engine}))
    monkeypatch.setattr(serving, "_engines", engines)
    use_broker(server.url)
    worker = dramatiq.Worker(broker.current(), queues={keys.BATCH}, worker_threads=1)
    worker.start()
    heartbeat = HeartbeatThread(store, "w", serving.engines, [keys.BATCH], listens=False)
    heartbeat.beat()
    heartbeat.start()
    yield engine
    heartbeat.stop()
    worker.stop(timeout=10_000)


def clone(client: httpx.Client, samples: NDArray[np.int16] | bytes = TONE, **fields: str) -> httpx.Response:
    data = samples if isinstance(samples, bytes) else wav(samples)
    return client.post(
        "/api/v1/clone-voice", files={"file": ("me.wav", data)}, data={"name": "Ana", "consent": CONSENT, **fields}
    )


def say(client: httpx.Client, voice: str, **body: str) -> httpx.Response:
    wanted = {"text": "This is me. And so is this.", "language": "en", "format": "wav", "voice": voice, **body}
    return client.post("/api/v1/synthesize", json=wanted)


def test_a_voice_is_kept_used_and_deleted_without_a_trace(
    owner: httpx.Client, cloner: FakeCloner, store: redis.Redis, site: WebServer, folder: Path
) -> None:
    made = clone(owner)
    assert made.status_code == 201, made.text
    voice = made.json()["id"]
    assert made.json()["languages"] == ["en"]
    (file,) = (folder / "voices").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700

    spoken = [say(owner, voice) for _ in range(2)]
    assert [answer.status_code for answer in spoken] == [200, 200], spoken[0].text
    assert pitch(decoded(spoken[0].content), 16_000) == pytest.approx(330, abs=5)
    assert cloner.learned == 1, "what was learned is kept"
    assert spoken[0].content == spoken[1].content
    assert cloner.spoken == 2, "and so is what was said, clause by clause"
    assert cloner.forgotten, "and not in the worker's memory"
    assert any(one["id"] == voice for one in owner.get("/api/v1/voices").json())

    stranger = httpx.Client(base_url=site.url, headers={"authorization": f"Bearer {make_key(folder, 'stranger')}"})
    with stranger:
        assert say(stranger, voice).json()["error"]["code"] == "no_such_voice"
        assert stranger.delete(f"/api/v1/voices/{voice}").status_code == 404
        assert voice not in stranger.get("/api/v1/voices").text

    assert owner.delete(f"/api/v1/voices/{voice}").status_code == 204
    assert list((folder / "voices").iterdir()) == []
    assert store.keys(keys.voice_everything(voice)) == []
    assert store.keys(keys.cached("audio", "*")) == [], "nothing that was said in it is left"
    assert say(owner, voice).status_code == 404
    assert owner.delete(f"/api/v1/voices/{voice}").status_code == 404


def test_nothing_is_kept_without_consent_or_a_usable_recording(owner: httpx.Client, folder: Path) -> None:
    def error(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["error"]["code"]

    assert error(clone(owner, consent="")) == (400, "consent_missing")
    for ticked in ("ok", "yes", "true", "1", "on", "agree", "I", "...", "sim!", "はい", "是", "نعم", "да", "x 1"):
        assert error(clone(owner, consent=ticked)) == (400, "consent_unclear"), ticked
    assert error(clone(owner, consent="  \n ")) == (400, "consent_missing")
    assert error(clone(owner, consent="so " * 999)) == (400, "consent_too_long")
    assert error(clone(owner, name=" ")) == (400, "name")
    assert error(clone(owner, TONE[: 16_000 * 2])) == (400, "too_short")
    assert error(clone(owner, np.tile(TONE, 20))) == (413, "audio_too_long")
    assert error(clone(owner, b"no audio")) == (415, "not_audio")
    assert list((folder / "voices").glob("*")) == []


@pytest.mark.parametrize(
    "consent",
    [
        "I am the speaker", "I agree", "Concordo, Ana", "Sou eu que falo.", "Tôi đồng ý", "Je suis d'accord", "我同意",
        "同意します", "ฉันเห็นด้วย", "Я согласна", "أنا أوافق", "Ich bin die Sprecherin", "ok - I, Rui, agree",
    ],
)  # fmt: skip
def test_a_short_statement_is_a_statement(owner: httpx.Client, consent: str) -> None:
    answer = clone(owner, consent=consent)
    assert answer.status_code == 201, answer.text
    owner.delete(f"/api/v1/voices/{answer.json()['id']}")


def test_too_many_voices_and_no_engine_for_them(owner: httpx.Client, store: redis.Redis) -> None:
    first, second = clone(owner).json()["id"], clone(owner).json()["id"]
    assert clone(owner).json()["error"]["code"] == "too_many_voices"
    assert say(owner, first).json()["error"]["code"] == "no_worker"
    heartbeat = HeartbeatThread(store, "w", serving.Engines, [keys.BATCH], listens=False)
    heartbeat.beat()
    refused = say(owner, first)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "no_cloning_engine")
    assert "jbcalling models list" in refused.json()["error"]["message"]
    store.delete(keys.heartbeat(heartbeat.worker))
    for voice in (first, second):
        assert owner.delete(f"/api/v1/voices/{voice}").status_code == 204


def test_the_operator_can_delete_the_voice_of_a_revoked_key(site: WebServer, server: RedisServer, folder: Path) -> None:
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"JBC_VAR": str(folder), "REDIS_URL": server.url}
        line = [sys.executable, "-m", "app.commands.cli", *words]
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)

    key = make_key(folder, "gone")
    with httpx.Client(base_url=site.url, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        voice = clone(client).json()["id"]
        assert "jbcalling voices list" in command("keys", "revoke", "gone").stdout
        assert client.delete(f"/api/v1/voices/{voice}").status_code == 401
    listed = command("voices", "list").stdout
    assert voice in listed
    assert "gone (revoked)" in listed
    assert command("voices", "delete", voice).returncode == 0
    assert list((folder / "voices").iterdir()) == []
    again = command("voices", "delete", voice)
    assert again.returncode == 1
    assert "no voice" in again.stderr

from __future__ import annotations

import logging
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from tasks import offers, registry
from tasks.engine_speed import Speed
from tasks.engine_stages import LoadingThread
from tasks.engines.base import Engine, EngineError, TextToSpeech
from tasks.engines.kinds import Kind
from tasks.loading import Loader, measure_again
from tasks.models import measured
from tasks.redis_broker import RedisWorkerBroker
from tasks.wire.environment import TaskConfig


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder for each test."""
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    return tmp_path


def test_figures_are_kept_and_shown_with_the_model(models: Path) -> None:
    measured.record("whisper-base", load_s=1.0, memory_mb=100, speed="slow")
    measured.record("whisper-base", load_s=0.644, memory_mb=201.3, speed="0.04 of real time")
    kept = measured.read()["whisper-base"]
    assert (kept.load_s, kept.memory_mb, kept.speed) == (0.64, 201, "0.04 of real time")
    assert registry.info("whisper-base").measured == kept
    assert registry.info("hibari-en").measured is None
    assert not list(models.rglob("*.tmp*"))


def test_figures_that_hold_are_not_measured_again(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    timed: list[str] = []

    def of(engine: Engine, *, remote: bool) -> Speed:
        timed.append(f"{engine.name} {remote}")
        return Speed("0.5 of real time", 0.5)

    monkeypatch.setattr("tasks.engine_speed.of", of)
    offer = next(offer for offer in offers.listed(Kind.TTS) if offer.name == "espeak-ng")

    def loaded(config: TaskConfig) -> dict[str, float]:
        costs: dict[str, float] = {}
        Loader(TextToSpeech, config, {}, costs).fill([offer], {})
        return costs

    config = TaskConfig()
    assert [loaded(config), loaded(config)] == [{"espeak-ng": 0.5}] * 2
    assert timed == ["espeak-ng False"], "known of this machine"
    assert loaded(replace(config, threads=config.threads + 1)) == {"espeak-ng": 0.5}
    assert len(timed) == 2, "under other conditions it is measured again"
    assert (models / ".measured" / measured.NAME).exists()


def test_what_an_earlier_process_measured_on_a_busy_machine_is_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    speeds = iter([Speed("slow", 0.9), Speed("quick", 0.5), Speed("slow again", 0.7)])
    monkeypatch.setattr("tasks.engine_speed.of", lambda _engine, *, remote: next(speeds))  # noqa: ARG005 - as it is
    offer = next(offer for offer in offers.listed(Kind.TTS) if offer.name == "espeak-ng")

    def process() -> tuple[dict[str, float], dict[str, float]]:
        """What a process that starts knows of costs when it has loaded, and once it has measured again."""
        monkeypatch.setattr("tasks.loading._measured_here", set())
        costs: dict[str, float] = {}
        shelf = Loader(TextToSpeech, TaskConfig(), {}, costs).fill([offer], {})
        loaded = dict(costs)
        for _ in range(2):
            measure_again(shelf, TaskConfig(), costs)
        return loaded, costs

    assert process() == ({"espeak-ng": 0.9}, {"espeak-ng": 0.9}), "this process has measured it itself"
    assert process() == ({"espeak-ng": 0.9}, {"espeak-ng": 0.5})
    assert measured.read()["espeak-ng"].speed == "quick"
    assert process() == ({"espeak-ng": 0.5}, {"espeak-ng": 0.5})
    assert measured.read()["espeak-ng"].cost == 0.5
    assert next(speeds, None) is None, "once in each process"


def test_a_measurement_that_fails_ends_no_worker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_config: TaskConfig) -> None:
        raise EngineError("refused")

    done: list[str] = []
    monkeypatch.setattr("tasks.serving.measure_again", fail)
    monkeypatch.setattr("tasks.engine_stages.MEASURE_AFTER", 0.0)
    monkeypatch.setattr("tasks.engine_stages._end", lambda status: done.append(f"ended {status}"))
    broker = RedisWorkerBroker(client=redis.Redis(), middleware=[])  # type: ignore[no-untyped-call]
    LoadingThread(broker, [], TaskConfig(), then=lambda: done.append("ready")).run()
    assert done == ["ready"]
    assert "what was known of them holds" in caplog.text


def _load() -> measured.Loading:
    with measured.loading() as seen:
        kept = bytearray(b"x") * 64_000_000
    assert kept
    return seen


def test_loading_sees_time_and_memory() -> None:
    # In a process of its own: in this one, what other tests held is given back at any time.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seen = pool.apply(_load)
    assert 60 < seen.memory_mb < 80
    assert seen.load_s > 0


def _record(number: int) -> None:
    measured.record(f"model-{number}", load_s=number, memory_mb=number, speed="fast")


def test_workers_that_start_together_lose_nothing() -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(_record, range(20), chunksize=1)
    assert set(measured.read()) == {f"model-{number}" for number in range(20)}


def test_a_damaged_file_is_said_and_replaced(models: Path, caplog: pytest.LogCaptureFixture) -> None:
    (models / ".measured").mkdir()
    (models / ".measured" / measured.NAME).write_text("{")
    with caplog.at_level(logging.WARNING):
        assert measured.read() == {}
    assert "workers will measure again" in caplog.text
    measured.record("whisper-base", load_s=1, memory_mb=1, speed="fast")
    assert list(measured.read()) == ["whisper-base"]


def test_a_models_folder_that_cannot_be_written_does_not_stop_a_worker(
    models: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (models / "file").write_text("no folder")
    monkeypatch.setenv("MODELS_DIR", str(models / "file"))
    measured.record("whisper-base", load_s=1, memory_mb=1, speed="fast")
    assert "The figures of whisper-base could not be saved" in caplog.text

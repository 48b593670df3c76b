"""Kokoro in pieces: what is heard first, and that nothing is heard of the seams."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soxr

from tasks.engines.base import Audio, EngineError, Piece
from tasks.engines.stt.whisper.sound import LogMel
from tasks.engines.tts.kokoro.network import CONTEXT, PIECES, RATE, SAMPLES, KokoroNetwork, lead, lengths_of
from tasks.engines.tts.kokoro.normal import Normal, normal
from tasks.engines.tts.kokoro.voice import Kokoro
from tasks.engines.tts.loudness import SILENCE_DB, closing_pause
from tasks.serving import Engines

CLAUSE = "Uma raposa velha não consegue aprender nenhum ofício."
AT_ONCE = 0.0
"""Seconds that a frame takes on a machine that is never too slow."""


@pytest.fixture
def kokoro(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Kokoro:
    """The voice, whose pieces come as if the machine had nothing else to do."""
    found = engines.tts.loaded["kokoro-82m-int8"]
    assert isinstance(found, Kokoro)
    monkeypatch.setattr("tasks.engines.tts.kokoro.network.lead", lambda lengths, _pace: lead(lengths, AT_ONCE))
    return found


def samples(pcm: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)


def test_the_first_sound_comes_before_the_clause_is_made(kokoro: Kokoro) -> None:
    pieces = list(kokoro.pieces(CLAUSE, "pt"))
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert len(pieces) >= 4
    assert PIECES[0] * SAMPLES <= pieces[0].audio.samples < RATE, "a word or two"
    first = samples(pieces[0].audio.pcm)
    assert np.abs(first[: RATE // 5]).max() > 0.02, "and it does not begin with silence"


def joined(pieces: Iterable[Piece]) -> Audio:
    return Audio(b"".join(piece.audio.pcm for piece in pieces), RATE)


def test_pieces_join_without_a_seam(kokoro: Kokoro) -> None:
    pieces, whole = list(kokoro.pieces(CLAUSE, "pt")), kokoro.speak(CLAUSE, "pt")
    in_pieces = joined(pieces)
    assert in_pieces.samples == whole.samples
    mel = LogMel(80)
    heard, expected = (
        mel(soxr.resample(samples(audio.pcm), RATE, 16_000), audio.samples / RATE) for audio in (in_pieces, whole)
    )
    apart = np.abs(heard - expected).mean(axis=(0, 1))
    seams = np.cumsum([piece.audio.samples for piece in pieces[:-1]]) / RATE * 100
    at_seams = np.concatenate([apart[int(seam) - 3 : int(seam) + 4] for seam in seams])
    print(f"log-mel apart by {apart.mean():.3f}, within 30 ms of a seam by {at_seams.mean():.3f}")
    assert at_seams.mean() < 0.1
    assert apart.mean() < 0.1


@pytest.mark.parametrize("closing", ["", ",", "."])
def test_a_clause_is_followed_by_the_pause_of_its_punctuation_and_no_other(kokoro: Kokoro, closing: str) -> None:
    for words in ("mas os estilos no oeste podem", "ficar para trás por trinta anos", "não consegue aprender"):
        spoken = kokoro.speak(words + closing, "pt")
        frames = samples(spoken.pcm)[: spoken.samples // 240 * 240].reshape(-1, 240)
        heard = np.flatnonzero(np.sqrt(np.mean(np.square(frames), axis=1)) > 10 ** (SILENCE_DB / 20))
        silent = (len(frames) - 1 - heard[-1]) / 100
        assert silent <= closing_pause(closing, RATE).size / RATE + 0.06, words


def test_the_context_of_a_piece_is_as_wide_as_the_convolutions_reach(
    kokoro: Kokoro, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = joined(kokoro.pieces(CLAUSE, "pt"))
    monkeypatch.setattr("tasks.engines.tts.kokoro.network.CONTEXT", 3 * CONTEXT)
    wide = joined(kokoro.pieces(CLAUSE, "pt"))
    apart = samples(narrow.pcm) - samples(wide.pcm)
    power = np.mean(np.square(samples(wide.pcm)))
    print(f"signal to difference: {10 * np.log10(power / np.mean(np.square(apart))):.1f} dB")
    assert np.mean(np.square(apart)) < power / 10


def test_a_machine_that_is_too_slow_gives_a_clause_as_a_whole(kokoro: Kokoro, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.engines.tts.kokoro.network.lead", lambda lengths, _pace: lead(lengths, 1.0))
    (piece,) = kokoro.pieces(CLAUSE, "pt")
    assert piece.last
    assert piece.audio.samples == kokoro.speak(CLAUSE, "pt").samples


def test_pieces_end_with_words_and_are_long_enough_for_the_next_to_be_made() -> None:
    first, second, *_ = PIECES
    assert lengths_of(10, 200, []) == [190]
    assert lengths_of(10, 200, [10 + first - 1]) == [190], "too short for a piece"
    assert lengths_of(10, 200, [10 + first]) == [first, 190 - first]
    assert lengths_of(10, 200, [40, 40 + second - 1, 80]) == [30, 40, 120]
    assert lengths_of(10, 200, [200 - first + 1]) == [190], "too little would be left"


def test_a_clause_begins_when_the_rest_of_it_will_be_there_in_time() -> None:
    real_time = SAMPLES / RATE
    assert lead([], real_time) == 0
    assert lead([28, 28], real_time / 4) == (28 + 2 * CONTEXT) / 4, "only the next piece is waited for"
    assert lead([28, 28], real_time) == 28 + 4 * CONTEXT, "each piece is late by its context"


def test_what_is_no_kokoro_model_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(EngineError, match=r"model\.onnx is not a usable Kokoro model"):
        KokoroNetwork(tmp_path / "model.onnx", onnxruntime.SessionOptions(), {}, space=0)


def test_what_is_normal_for_a_voice_is_measured_once_of_the_same_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    model = tmp_path / "model.onnx"
    model.write_bytes(b"a model")
    sentence = {"tokens": np.array([[0, 1, 0]]), "style": np.ones((1, 2), np.float32)}
    measured: list[str] = []

    def voices(*names: str) -> dict[str, Normal]:
        def measure() -> dict[str, Normal]:
            measured.extend(names)
            return {name: Normal(0.5, {"/mean of": np.arange(3, dtype=np.float32)}) for name in names}

        return normal(model, dict.fromkeys(names, sentence), measure)

    first, again = voices("anna", "bo"), voices("anna", "bo")
    assert measured == ["anna", "bo"]
    assert again.keys() == first.keys()
    assert again["bo"].gain == 0.5
    np.testing.assert_array_equal(again["bo"].statistics["/mean of"], first["bo"].statistics["/mean of"])
    voices("anna")
    assert measured == ["anna", "bo", "anna"], "for other voices it is measured"
    model.write_bytes(b"another model")
    voices("anna")
    assert len(measured) == 4
    next(tmp_path.glob(".measured/*.npz")).write_bytes(b"damaged")
    voices("anna")
    assert len(measured) == 5
    assert "it is measured again" in caplog.text

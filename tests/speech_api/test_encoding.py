"""The encoding process: every form, at every speed. No models."""

from __future__ import annotations

import io
import subprocess
import sys
import wave

import numpy as np
import pytest

from app.speech_api.records import SIZE_HEADER
from ops.harness.web_server import ROOT
from tests.speech_api.sounds import decoded, pitch

SECONDS = 2
TONE = (np.sin(2 * np.pi * 440 * np.arange(24_000 * SECONDS) / 24_000) * 9_000).astype("<i2").tobytes()
BLOCKS = [TONE[at : at + 30_000] for at in range(0, len(TONE), 30_000)]


def encode(form: str, speed: float, blocks: list[bytes]) -> bytes:
    data = b"".join(SIZE_HEADER.pack(len(block)) + SIZE_HEADER.pack(24_000) + block for block in blocks)
    command = [sys.executable, "-m", "app.speech_api.encode", form, str(speed)]
    done = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout


@pytest.mark.parametrize(
    ("form", "speed", "magic"),
    [
        ("mp3", 1.0, b"\xff\xf3"),
        ("opus", 0.25, b"OggS"),
        ("aac", 0.5, b"\xff\xf1"),
        ("flac", 2.0, b"fLaC"),
        ("wav", 4.0, b"RIFF"),
    ],
)
def test_a_tone_keeps_its_pitch_and_its_length(form: str, speed: float, magic: bytes) -> None:
    data = encode(form, speed, BLOCKS)
    assert data.startswith(magic)
    samples = decoded(data)
    assert len(samples) / 16_000 == pytest.approx(SECONDS / speed, abs=0.1)
    assert pitch(samples, 16_000) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("speed", [0.25, 0.5, 0.9, 1.0, 1.7, 4.0])
@pytest.mark.parametrize("seconds", [0.2, 0.5, 2.0, 9.3])
def test_a_wav_says_how_long_it_is(seconds: float, speed: float) -> None:
    pcm = (TONE * 5)[: int(24_000 * seconds) * 2]
    data = encode("wav", speed, [pcm[at : at + 30_000] for at in range(0, len(pcm), 30_000)])
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    with wave.open(io.BytesIO(data)) as file:
        frames = file.getnframes()
        assert len(file.readframes(frames)) == 2 * frames
        assert (file.getframerate(), file.getnchannels()) == (24_000, 1)
    assert frames / 24_000 == pytest.approx(seconds / speed, abs=0.1)
    assert len(decoded(data)) / 16_000 == pytest.approx(frames / 24_000, abs=0.01)


def test_bare_samples_stay_as_they_are() -> None:
    assert encode("pcm", 1.0, BLOCKS) == TONE


def test_nothing_is_no_file() -> None:
    assert encode("wav", 1.0, []) == b""

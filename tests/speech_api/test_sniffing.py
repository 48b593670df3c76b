"""Streams whose bytes are not what was announced are told so, and none that is what it says."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import pytest

from app.media.audio.opus import FRAME, OpusEncoder, resample
from app.media.audio.vad import VoiceDetector
from app.speech_api.decoding import RefusedError
from app.speech_api.speech_finder import speech_in_stream
from ops.harness.recordings import RATE, recordings
from tests.speech_api.odd_audio import Samples, encoded, wav

VOICES = {name: np.frombuffer(one.pcm(), "<i2").astype(np.int16) for name, one in recordings().items()}
SPEECH = VOICES["en_LJ001-0001"][: 6 * RATE]
WIDE: Samples = resample(SPEECH, RATE, 48_000)
RANDOM = np.random.default_rng(11)


def opus_packets(samples: Samples) -> list[bytes]:
    encoder, wide = OpusEncoder(), resample(samples, RATE, 48_000)
    wide = wide[: len(wide) // FRAME * FRAME]
    return [packet for at in range(0, len(wide), FRAME) for packet in encoder.encode(wide[at : at + FRAME])]


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def law(codec: str) -> bytes:
    """Samples of 8 bits, without a header."""
    data = encoded("wav", codec, [WIDE], rate=16_000)
    with av.open(io.BytesIO(data), "r") as container:
        return b"".join(bytes(packet) for packet in container.demux(container.streams.audio[0]))


def told(packets: list[bytes], mode: Any) -> str:  # noqa: ANN401
    """What a stream is said to look like."""
    try:
        list(speech_in_stream(VoiceDetector(), packets, mode, 7_200.0))
    except RefusedError as error:
        return str(error).partition(":")[0].removeprefix("This looks like ") if error.status == 415 else str(error)
    return ""


Make = Callable[[], bytes]
FILES: dict[str, Make] = {
    "WebM or Matroska": lambda: encoded("webm", "libopus", [WIDE]),
    "Ogg": lambda: encoded("ogg", "libopus", [WIDE]),
    "WAV": lambda: wav(SPEECH[None], RATE),
    "FLAC": lambda: encoded("flac", "flac", [WIDE]),
    "MP3": lambda: encoded("mp3", "libmp3lame", [WIDE]),
    "MP4": lambda: encoded("mp4", "aac", [WIDE]),
    "AIFF": lambda: encoded("aiff", "pcm_s16be", [WIDE]),
    "AVI": lambda: encoded("avi", "libmp3lame", [WIDE]),
    "CAF": lambda: encoded("caf", "pcm_s16be", [WIDE]),
    "AU": lambda: encoded("au", "pcm_s16be", [WIDE]),
    "FLV": lambda: encoded("flv", "libmp3lame", [WIDE], rate=44_100),
}


@pytest.mark.parametrize("mode", ["opus", "pcm"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_is_named(name: str, mode: str) -> None:
    data = FILES[name]()
    for size in (400, 4_000, 60_000):  # the first chunk of a recorder is of any size
        assert told(cut(data, size), mode) == name


FLOATS = (SPEECH / 32_768).astype("<f4")
SAMPLES: dict[str, list[Make]] = {
    "32-bit floats": [FLOATS.tobytes, (0.01 * FLOATS).astype("<f4").tobytes, np.clip(4 * FLOATS, -1, 1).tobytes],
    "32-bit floats, big-endian": [FLOATS.astype(">f4").tobytes],
    "64-bit floats": [FLOATS.astype("<f8").tobytes],
    "two channels": [lambda: np.repeat(SPEECH, 2).tobytes()],
    "16-bit samples, big-endian": [SPEECH.astype(">i2").tobytes],
    "24-bit samples": [
        lambda: (SPEECH.astype("<i4") * 256 + 77).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    ],
    "32-bit samples": [
        lambda: (SPEECH.astype("<i4") * 65_536 + RANDOM.integers(0, 65_536, len(SPEECH))).astype("<i4").tobytes()
    ],
    "8-bit samples": [(np.clip(SPEECH.astype(int) * 4, -32_768, 32_767) // 256 + 128).astype(np.uint8).tobytes],
    "8-bit µ-law": [lambda: law("pcm_mulaw")],
    "8-bit A-law": [lambda: law("pcm_alaw")],
    "text, perhaps Base64": [
        lambda: base64.b64encode(SPEECH.tobytes()),
        lambda: b'{"audio": "' + base64.b64encode(SPEECH.tobytes()) + b'"}',
        lambda: SPEECH.tobytes().hex().encode(),
    ],
    "compressed sound, such as Opus or MP3": [lambda: b"".join(opus_packets(SPEECH)), lambda: RANDOM.bytes(99_999)],
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_another_kind_are_named(name: str) -> None:
    for make in SAMPLES[name]:
        for size in (640, 6_401):
            assert told(cut(make(), size), "pcm") == name


def test_frames_that_are_no_opus_packets_are_named() -> None:
    pcm = SPEECH.tobytes()
    assert told(cut(pcm, 640), "opus") == "16-bit samples"
    assert told(cut(FLOATS.tobytes(), 1_280), "opus") == "32-bit floats"
    assert told(cut(pcm, 1), "opus") == told(cut(pcm, 2), "opus") == "frames of one or two bytes, which hold no sound"
    assert told([b""] * 60, "opus") == "frames of one or two bytes, which hold no sound"
    assert told(cut(RANDOM.bytes(20_000), 100), "opus") in {"no Opus packets", "compressed sound, such as Opus or MP3"}
    joined = b"".join(opus_packets(SPEECH))
    assert told(cut(joined, 333), "opus") in {"no Opus packets", "compressed sound, such as Opus or MP3"}


def test_what_is_as_announced_is_heard() -> None:
    for name, samples in VOICES.items():
        assert told(cut(samples.tobytes(), 640), "pcm") == "", name
        for level in (0.002, 0.1, 8):
            louder = np.clip(samples * level, -32_768, 32_767).astype(np.int16)
            assert told(cut(louder[: 4 * RATE].tobytes(), 6_401), "pcm") == "", (name, level)
    for samples in list(VOICES.values())[:6]:
        assert told(opus_packets(samples[: 8 * RATE]), "opus") == ""
    silence = bytes(6 * RATE)
    hiss = RANDOM.normal(0, 3_000, 3 * RATE).astype("<i2").tobytes()
    tone = (np.sin(np.arange(3 * RATE) * 0.9) * 9_000).astype("<i2").tobytes()
    click = bytes(20_000) + b"\x00\x7f" + bytes(20_000)
    for data in (silence, hiss, tone, click, silence + SPEECH.tobytes(), b"", b"\x01", bytes(100), hiss[:4_000]):
        for size in (1, 640, 60_000) if len(data) < 5_000 else (640, 60_000):
            assert told(cut(data, size), "pcm") == ""
    assert told(opus_packets(np.zeros(3 * RATE, np.int16)), "opus") == ""
    assert told([], "opus") == told(opus_packets(SPEECH)[:3], "opus") == ""


def test_samples_that_follow_silence_are_looked_at() -> None:
    assert told(cut(bytes(96_000) + FLOATS.tobytes(), 640), "pcm") == "32-bit floats"

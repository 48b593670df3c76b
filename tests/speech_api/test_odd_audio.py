"""What people upload is heard, in the track and the channel where somebody speaks, at the times of the file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.media.audio.opus import resample
from app.media.audio.vad import VoiceDetector
from app.speech_api.decoding import RefusedError
from app.speech_api.speech_finder import speech_in_file, whole
from ops.harness.recordings import RATE as RECORDED
from ops.harness.recordings import recordings
from tests.speech_api.odd_audio import RATE, Samples, encoded, mp3, wav

MOST = 7_200.0


def spoken() -> Samples:
    """Some seconds of speech at 48 kHz."""
    pcm = np.frombuffer(recordings()["en_LJ001-0001"].pcm(), "<i2").astype(np.int16)
    samples: Samples = resample(pcm, RECORDED, RATE)
    return samples[: len(samples) // 960 * 960]


SPEECH = spoken()
SECONDS = len(SPEECH) / RATE
NOTHING = np.zeros_like(SPEECH)
HISS = np.random.default_rng(3).integers(-20, 20, len(SPEECH)).astype(np.int16)
ALL = [(0.0, SECONDS)]
TWICE = [(0.0, SECONDS), (SECONDS, 2 * SECONDS)]


def heard(data: bytes) -> tuple[list[tuple[float, float]], float]:
    """When somebody speaks, and how long the file is."""
    *pieces, (end, _) = speech_in_file(VoiceDetector(), data, MOST)
    return [(record.speech_start, record.speech_end) for record, _ in pieces], end.seconds


def channels(*given: Samples) -> Samples:
    return np.stack(given)


def mkv(*tracks: Samples, late: tuple[tuple[float, float], ...] = ()) -> bytes:
    return encoded("matroska", "libopus", tracks, late=late)


Make = Callable[[], bytes]
FILES: dict[str, tuple[Make, list[tuple[float, float]]]] = {
    # parts of other forms
    "mono_then_stereo.mp3": (lambda: mp3(SPEECH, rate=44_100) + mp3(SPEECH, rate=44_100, layout="stereo"), TWICE),
    "rate_changes.mp3": (lambda: mp3(SPEECH, rate=44_100) + mp3(SPEECH, rate=48_000), TWICE),
    "stereo_then_mono.mp3": (lambda: mp3(SPEECH, layout="stereo") + mp3(SPEECH), TWICE),
    "rate_falls.mp3": (lambda: mp3(SPEECH, rate=48_000) + mp3(SPEECH, rate=16_000), TWICE),
    "both.mp3": (lambda: mp3(SPEECH, rate=22_050) + mp3(SPEECH, rate=44_100, layout="stereo"), TWICE),
    "rate_changes.aac": (
        lambda: encoded("adts", "aac", [SPEECH], rate=48_000) + encoded("adts", "aac", [SPEECH], rate=24_000), TWICE,
    ),
    # containers
    "tv.ts": (lambda: encoded("mpegts", "aac", [SPEECH]), ALL),
    "old.avi": (lambda: encoded("avi", "libmp3lame", [SPEECH]), ALL),
    "camera.avi": (lambda: encoded("avi", "pcm_s16le", [SPEECH], rate=16_000), ALL),
    "dvd.mpg": (lambda: encoded("mpeg", "mp2", [SPEECH]), ALL),
    "radio.ts": (lambda: encoded("mpegts", "mp2", [SPEECH], layout="stereo"), ALL),
    "flash.flv": (lambda: encoded("flv", "libmp3lame", [SPEECH], rate=44_100), ALL),
    "sound.ac3": (lambda: encoded("ac3", "ac3", [SPEECH]), ALL),
    "sound.wv": (lambda: encoded("wv", "wavpack", [SPEECH]), ALL),
    "sound.tta": (lambda: encoded("tta", "tta", [SPEECH]), ALL),
    "sound.caf": (lambda: encoded("caf", "pcm_s16be", [SPEECH]), ALL),
    "sound.mp2": (lambda: encoded("mp2", "mp2", [SPEECH]), ALL),
    # times
    "starts_at_5s.mkv": (lambda: mkv(SPEECH, late=((0, 5),)), [(5.0, 5 + SECONDS)]),
    "starts_at_90s.webm": (lambda: encoded("webm", "libopus", [SPEECH], late=((0, 90),)), [(90.0, 90 + SECONDS)]),
    "starts_at_an_hour.mkv": (lambda: mkv(SPEECH, late=((0, 3_600),)), [(3_600.0, 3_600 + SECONDS)]),
    "starts_at_3s.nut": (lambda: encoded("nut", "libopus", [SPEECH], late=((0, 3),)), [(3.0, 3 + SECONDS)]),
    "gap_of_10s.mkv": (
        lambda: mkv(np.concatenate([SPEECH, SPEECH]), late=((SECONDS, 10),)),
        [(0.0, SECONDS), (SECONDS + 10, 2 * SECONDS + 10)],
    ),
    "gap_of_1000s.mkv": (
        lambda: mkv(np.concatenate([SPEECH, SPEECH]), late=((SECONDS, 1_000),)),
        [(0.0, SECONDS), (SECONDS + 1_000, 2 * SECONDS + 1_000)],
    ),
    "starts_late_with_a_gap.webm": (
        lambda: encoded("webm", "libopus", [np.concatenate([SPEECH, SPEECH])], late=((0, 7), (SECONDS, 4))),
        [(7.0, 7 + SECONDS), (SECONDS + 11, 2 * SECONDS + 11)],
    ),
    "two_gaps.mkv": (
        lambda: mkv(np.concatenate([SPEECH] * 3), late=((SECONDS, 3), (2 * SECONDS, 3))),
        [(0.0, SECONDS), (SECONDS + 3, 2 * SECONDS + 3), (2 * SECONDS + 6, 3 * SECONDS + 6)],
    ),
    "clock_from_an_hour.ts": (lambda: encoded("mpegts", "aac", [SPEECH], late=((0, 3_600),)), ALL),
    "cut.ts": (
        lambda: encoded("mpegts", "aac", [np.concatenate([SPEECH, SPEECH])], late=((SECONDS, 500),)), TWICE,
    ),
    # tracks
    "silent_first_track.mkv": (lambda: mkv(NOTHING, SPEECH), ALL),
    "hiss_first.mkv": (lambda: mkv(HISS, SPEECH), ALL),
    "third_track.mkv": (lambda: mkv(NOTHING, HISS, SPEECH), ALL),
    "silent_last.mp4": (lambda: encoded("mp4", "aac", [SPEECH, NOTHING]), ALL),
    "silent_first.mov": (lambda: encoded("mov", "aac", [NOTHING, SPEECH]), ALL),
    "short_silent_first.ts": (lambda: encoded("mpegts", "aac", [NOTHING[:96_000], SPEECH]), ALL),
    # channels
    "opposite_phase.wav": (lambda: wav(channels(SPEECH, -SPEECH)), ALL),
    "opposite_and_louder.wav": (lambda: wav(channels(SPEECH, (-0.7 * SPEECH).astype(np.int16))), ALL),
    "opposite_phase.mp3": (lambda: mp3(channels(SPEECH, -SPEECH), layout="stereo"), ALL),
    "opposite_phase.opus": (
        lambda: encoded("ogg", "libopus", [channels(SPEECH, -SPEECH)], layout="stereo"), ALL,
    ),
    "opposite_from_half.wav": (
        lambda: wav(channels(np.concatenate([SPEECH, SPEECH]), np.concatenate([SPEECH, -SPEECH]))), TWICE,
    ),
    "left_alone.wav": (lambda: wav(channels(SPEECH, NOTHING)), ALL),
    "right_alone.wav": (lambda: wav(channels(HISS, SPEECH)), ALL),
    "centre_of_5.1.wv": (
        lambda: encoded("wv", "wavpack", [channels(*[NOTHING] * 2, SPEECH, *[NOTHING] * 3)], layout="5.1"), ALL,
    ),
    "opposite_front_of_5.1.flac": (
        lambda: encoded("flac", "flac", [channels(SPEECH, -SPEECH, *[NOTHING] * 4)], layout="5.1"), ALL,
    ),
    "one_of_four.wav": (lambda: wav(channels(NOTHING, NOTHING, NOTHING, SPEECH)), ALL),
    "telephone.wav": (lambda: encoded("wav", "pcm_mulaw", [SPEECH], rate=8_000), ALL),
    "float.wav": (lambda: encoded("wav", "pcm_f32le", [SPEECH], rate=96_000), ALL),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_it_is_heard_where_it_is(name: str) -> None:
    make, expected = FILES[name]
    pieces, end = heard(make())
    for begin, until in expected:
        within = sum(max(0.0, min(stop, until) - max(start, begin)) for start, stop in pieces)
        assert within > 0.85 * SECONDS, (name, pieces)
    for start, stop in pieces:  # and nothing where nobody speaks
        assert any(begin - 0.5 < start < until for begin, until in expected), (name, pieces)
        assert any(begin < stop < until + 0.5 for begin, until in expected), (name, pieces)
    assert end == pytest.approx(expected[-1][1], abs=0.2)


def test_a_voice_is_taken_from_the_track_that_has_one() -> None:
    ((record, pcm),) = whole(VoiceDetector(), mkv(HISS, SPEECH), MOST)
    assert record.seconds == pytest.approx(SECONDS, abs=0.1)
    assert np.abs(np.frombuffer(pcm, "<i2").astype(np.int64)).max() > 1_000


def test_what_nobody_says_has_a_length_and_no_words() -> None:
    pieces, end = heard(mkv(NOTHING, HISS))
    assert not pieces
    assert end == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("data", [b"", b"no audio", bytes(5_000), b"#EXTM3U\nhttp://127.0.0.1/x.ts\n", b"RIFF1234AVI "])
def test_what_is_no_audio_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedError):
        heard(data)


def test_what_is_too_long_is_refused_however_it_is_joined() -> None:
    for data in (mp3(SPEECH) + mp3(SPEECH, layout="stereo"), mkv(NOTHING, SPEECH), wav(channels(SPEECH, -SPEECH))):
        with pytest.raises(RefusedError, match="More than"):
            list(speech_in_file(VoiceDetector(), data, SECONDS / 2))

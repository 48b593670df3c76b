"""Two languages in one breath: an utterance is cut where the one gives way to the other, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from tasks.serving import Engines
from tasks.turns import PAUSE_FRAMES, parts, pauses
from tasks.wire.messages import STT_RATE
from tests.support.one_breath import in_one_breath, speech, still

PAIRS = [("pt_fleurs_003", "en_LJ001-0011"), ("en_LJ001-0011", "vi_fleurs_0028")]


def tone(seconds: float, loud: float = 8_000.0, pitch: float = 200.0) -> np.ndarray:
    """Something loud enough to be speech."""
    at = np.arange(round(seconds * STT_RATE)) / STT_RATE
    return (loud * np.sin(2 * np.pi * pitch * at)).astype(np.int16)


def pitches(pcm: bytes) -> Mapping[str, float]:
    """Tells "languages" that are tones of 200 and of 400 Hz."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(samples.size, 1 / STT_RATE)
    low, high = (float(power[abs(hertz - pitch) < 20].sum()) for pitch in (200, 400))
    return {"en": low / (low + high), "pt": high / (low + high), "vi": 0.0} if low + high else {}


def test_pauses_are_where_it_is_still_and_long_enough_for_one() -> None:
    sound = np.concatenate([tone(1), still(0.05), tone(1), still(0.2), tone(1), still(0.12), tone(1), still(0.5)])
    longest, other = (at / STT_RATE for at in pauses(sound))
    assert longest == pytest.approx(2.15, abs=0.02)
    assert other == pytest.approx(3.31, abs=0.02)
    assert pauses(tone(2)) == []
    assert pauses(still(PAUSE_FRAMES / 100)) == []


@pytest.mark.parametrize("first", [1.2, 3.0])
@pytest.mark.parametrize("second", [1.2, 4.0])
def test_it_is_cut_where_one_language_gives_way_to_the_other(first: float, second: float) -> None:
    half = [tone(first / 2 - 0.05), still(0.1), tone(first / 2 - 0.05)]
    sound = np.concatenate([*half, still(0.2), tone(second, pitch=400)])
    one, other = parts(sound.tobytes(), ["en", "pt", "vi"], pitches)
    assert (one.language, other.language) == ("en", "pt")
    assert one.end / STT_RATE == pytest.approx(first + 0.1, abs=0.05)
    assert (one.start, other.start, other.end) == (0, one.end, len(sound))


def test_what_is_in_one_language_is_left_whole_at_the_cost_of_two_questions() -> None:
    asked = []

    def identify(pcm: bytes) -> Mapping[str, float]:
        asked.append(len(pcm))
        return pitches(pcm)

    sound = np.concatenate([tone(1.5), still(0.2), tone(1.5), still(0.2), tone(2)])
    assert parts(sound.tobytes(), ["en", "pt"], identify) == []
    assert len(asked) == 2
    assert parts(tone(4).tobytes(), ["en", "pt"], identify) == []
    assert len(asked) == 2, "without a pause nothing is asked"
    assert parts(still(3).tobytes(), ["en", "pt"], lambda _pcm: {}) == []


@pytest.mark.parametrize("pair", PAIRS)
def test_people_who_take_turns_in_one_breath_are_told_apart(engines: Engines, pair: tuple[str, str]) -> None:
    languages = [name[:2] for name in pair]
    identify = engines.identifier().identify
    cut = parts(in_one_breath(*pair).tobytes(), languages, identify)
    assert [part.language for part in cut] == languages
    assert cut[0].end == pytest.approx(len(speech(pair[0])), abs=0.4 * STT_RATE)
    for name in pair:
        assert parts(speech(name).tobytes(), languages, identify) == [], "it is in one language"

"""Clean recordings made harder, as much as is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ops.measure.clips import NOBODY, Clip
from ops.measure.eval.spoiled import NOISE_DB, Spoiled, noisy, telephoned

SECOND = np.arange(16_000) / 16_000


def clip(name: str, language: str, *hertz: float) -> Clip:
    sound = sum((0.1 * np.sin(2 * np.pi * one * SECOND) for one in hertz), np.zeros(16_000)).astype(np.float32)
    return Spoiled(name, Path(name), language, "read_speech", "à", "", (), 1.0, "", {}, sound=sound)


def power(sound: np.ndarray) -> float:
    return float(np.square(sound).mean())


def test_noise_is_so_far_below_speech() -> None:
    speech, noise = clip("s", "vi", 500), clip("n", NOBODY, 2_000)
    silence = clip("z", NOBODY)
    (mixed,) = noisy([speech], [silence, noise])
    assert 10 * np.log10(power(speech.samples) / power(mixed.samples - speech.samples)) == pytest.approx(
        NOISE_DB, abs=0.1
    )
    assert (mixed.id, mixed.text, mixed.kind) == ("s", "à", "noise_10_db")


@pytest.mark.parametrize(("sharp", "left"), [(True, 0.0), (False, 0.04)])
def test_a_telephone_leaves_the_middle_of_the_band(sharp: bool, left: float) -> None:
    (inside,) = telephoned([clip("s", "vi", 1_000)], sharp=sharp)
    (outside,) = telephoned([clip("s", "vi", 100, 6_000)], sharp=sharp)
    assert power(inside.samples) == pytest.approx(power(clip("s", "vi", 1_000).samples), rel=0.01)
    assert power(outside.samples) / power(clip("s", "vi", 100, 6_000).samples) == pytest.approx(left**2, abs=0.01)

from __future__ import annotations

import numpy as np
import pytest

from ops.harness.lufs import SILENCE, integrated


def test_loudness_is_that_of_the_standard() -> None:
    time = np.arange(48_000 * 4) / 48_000
    tone = np.sin(2 * np.pi * 997 * time).astype(np.float32)  # EBU Tech 3341: 0 dBFS in one channel is -3.01 LUFS
    assert integrated(tone * np.float32(0.1), 48_000) == pytest.approx(-23.0, abs=0.3)
    assert integrated(tone * np.float32(0.01), 48_000) == pytest.approx(-43.0, abs=0.3)
    assert integrated(np.zeros(48_000, np.float32), 48_000) <= SILENCE

"""Ten minutes in which nobody speaks, through the whole road: not one caption, not even an interim one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ops.harness.pipeline import captions
from ops.harness.recordings import by_language
from ops.harness.sounds import RATE
from ops.harness.stillness import stillness
from tasks.serving import Engines

SECONDS = 600.0


def test_the_same_seed_gives_the_same_stillness() -> None:
    recordings = [clip.samples() for clip in by_language("zxx")]
    one, same, other = (np.concatenate(list(stillness(recordings, 60, seed=seed))) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one[: 5 * RATE], other[: 5 * RATE])
    assert len(one) >= 60 * RATE
    assert np.abs(one).max() > 3000, "some of it is loud"


@pytest.mark.parametrize(("language", "seed"), [("en", 1), ("pt", 2), ("vi", 3)])
def test_nobody_speaks_and_nothing_is_shown(engines: Engines, language: str, seed: int) -> None:
    recordings = [clip.samples() for clip in by_language("zxx")]
    scenes = stillness(recordings, SECONDS / 3, seed=seed)
    asked = list(captions(scenes, engines.stt_for(language), [language]))
    print(f"{language}: {len(asked)} asks, refused: {dict(Counter(one.transcript.reason for one in asked))}")
    assert [(round(one.time), one.text) for one in asked if one.text] == []

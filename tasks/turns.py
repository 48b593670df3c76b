"""Two languages in one breath: where in an utterance one gives way to the other, with hardly a pause between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from tasks.wire.messages import STT_RATE, Part

if TYPE_CHECKING:  # loaded where actors are declared, which needs no NumPy
    import numpy as np
    from numpy.typing import NDArray

    Samples: TypeAlias = NDArray[np.int16]

FRAME: Final = STT_RATE // 100
PAUSE_FRAMES: Final = 8
"""Frames of 10 ms that count as a pause: in stop consonants there is less, or hardly more."""
PART: Final = STT_RATE
"""Samples that each part has at least: in less a language is not told reliably."""
NEAR: Final = 2 * STT_RATE
HEARD: Final = 4 * STT_RATE
"""Samples on either side of a pause that are listened to; both have to say the same, which they do not where one
language gives way to the other a phrase earlier or later."""
END: Final = 3 * STT_RATE // 2
"""Samples of each end that are listened to first."""
SURE: Final = 0.9
"""Probability of one of the languages, among all that are known, from which on a sound counts: a foreign name is rarely
that much like another language, and what is like none of them is not either."""
MOST_PAUSES: Final = 4
"""Pauses that are tried, the longest first: four questions each at most, of a tenth of a second."""
QUIET: Final = 0.35
"""Where between the quietest moment and the loudest tenth of the frames, in decibels, a pause ends."""

Identify = Callable[[bytes], Mapping[str, float]]


def parts(pcm: bytes, among: Sequence[str], identify: Identify) -> list[Part]:
    """The two parts of an utterance in which one language gives way to another; empty: it is in one, as far as is told.

    Both ends are listened to first, so that an utterance that begins and ends in one language costs little. It is cut
    only where everything that is asked is sure: a wrong cut makes nonsense of half of what somebody said.

    Args:
        pcm: mono s16le at `STT_RATE`.
        among: the languages that it may be in.
        identify: how probable languages are by a sound.
    """
    import numpy as np

    samples = np.frombuffer(pcm, "<i2")
    length = len(samples)
    found = [at for at in pauses(samples) if PART <= at <= length - PART][:MOST_PAUSES]
    if not found:
        return []

    def sure(start: int, end: int) -> str | None:
        heard = identify(samples[max(0, start) : end].tobytes())
        return next((code for code in among if heard.get(code, 0.0) >= SURE), None)

    def agreed(*spans: tuple[int, int]) -> str | None:
        said = {sure(start, end) for start, end in spans}
        return said.pop() if len(said) == 1 else None

    end = min(END, length // 2)
    first, last = sure(0, end), sure(length - end, length)
    if first is not None and first == last:
        return []
    for at in found:
        before = agreed((at - NEAR, at), (at - HEARD, at))
        # A short part may sound like another language, by its names for instance, but hardly twice.
        if before is None or (at < HEARD and first != before):
            continue
        after = agreed((at, at + NEAR), (at, at + HEARD))
        if after not in (None, before) and (length - at >= HEARD or last == after):
            return [Part(before, 0, at), Part(after, at, length)]
    return []


def pauses(samples: Samples) -> list[int]:
    """The middles of the pauses within speech, in samples, the longest first."""
    import numpy as np

    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    if len(frames) < 2 * PAUSE_FRAMES:
        return []
    level = 10 * np.log10(np.square(frames).mean(axis=1) + 1.0)
    low = np.convolve(level, np.full(PAUSE_FRAMES, 1 / PAUSE_FRAMES), "valid").min()
    high = np.percentile(level, 90)
    quiet = np.concatenate([[False], level < low + QUIET * (high - low), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
    within = [(start, end) for start, end in edges if end - start >= PAUSE_FRAMES and start > 0 and end < len(frames)]
    within.sort(key=lambda edge: edge[0] - edge[1])
    return [int(start + end) // 2 * FRAME for start, end in within]

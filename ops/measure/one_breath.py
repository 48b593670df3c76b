"""`python -m ops.measure.one_breath --set FOLDER`: two languages with hardly a pause between them, at one microphone.

What is said last in one clip, between its pauses, is joined to what is said first in a clip of the other language, with
little between them. A call cuts it into utterances as ever, and each is cut by language as a worker does it. The first
table says what became of them. The second says how many utterances in one language were cut, which is always wrong:
those that a call makes of the clips, and others of the same words: what is said from each pause of a clip on to the
last one within 12 seconds. It is written to var/one_breath.json, too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.media.audio.segmenter import Ask
from ops.harness.pipeline import Pcm, segments
from ops.harness.recordings import DATA, RATE
from ops.measure.clips import Clip, clips
from ops.measure.eval.stt import JOINED
from ops.measure.figures import machine, percentiles, write
from ops.measure.who_spoke import PAIRS, breaths
from tasks import serving, steps
from tasks.wire.environment import TaskConfig
from tasks.wire.messages import Part

GAPS: Final = (0.1, 0.2, 0.3)
"""Seconds between the two."""
LONG: Final = (1.0, 6.0)
"""Seconds of what is joined."""
RUN: Final = (2.0, 12.0)
"""Seconds of a run: what is shorter has no two parts, and what is longer a call cuts by its length."""
NEAR: Final = 0.35
"""Seconds by which a cut may miss the middle of the gap."""
FLOOR: Final = 20.0
"""Amplitude of what is heard where nobody speaks: no room is quite silent."""
SEED: Final = 5
OUTCOMES: Final = {
    "pause": "cut at the pause",
    "language": "cut by language",
    "one": "taken for one",
    "wrong": "cut wrongly",
}


@dataclass(frozen=True)
class Spoken:
    """Something that is said between two pauses."""

    language: str
    pcm: Pcm


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    folder = parser.parse_args().set.resolve()
    found = [clip for clip in clips(folder) if clip.kind != JOINED]
    serving.load(["stt"], TaskConfig())
    took: list[float] = []
    figures: dict[str, Any] = {
        "machine": machine(),
        "set": "tests/data" if folder == DATA else folder.name,
        "joined": {"-".join(pair): {str(gap): _joined(found, pair, gap, took) for gap in GAPS} for pair in PAIRS},
        "one_language": {"-".join(pair): _alone(found, pair, took) for pair in PAIRS},
        "took_ms": percentiles(took),
    }
    print(table(figures))
    write("one_breath", figures)


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [f"| pair | between them | {' | '.join(OUTCOMES.values())} |", "|---" * (len(OUTCOMES) + 2) + "|"]
    for pair, gaps in figures["joined"].items():
        rows += [
            f"| {pair} | {gap} s | {' | '.join(str(made[one]) for one in OUTCOMES)} |" for gap, made in gaps.items()
        ]
    rows += ["", "| pair | in one language | cut |", "|---|---|---|"]
    for pair, kinds in figures["one_language"].items():
        rows += [f"| {pair} | {kind} | {made['cut']} of {made['n']} |" for kind, made in kinds.items()]
    return "\n".join([*rows, f"milliseconds for one: {figures['took_ms']}"])


def _joined(found: Sequence[Clip], pair: tuple[str, str], gap: float, took: list[float]) -> dict[str, int]:
    """How often each became of two that were joined, in either order."""
    ends = {language: list(_ends([clip for clip in found if clip.language == language])) for language in pair}
    counts = dict.fromkeys(OUTCOMES, 0)
    for first, second in (pair, pair[::-1]):
        for number in range(max(len(ends[first]), len(ends[second]))):
            last, begin = (ends[code][number % len(ends[code])][end] for code, end in ((first, 1), (second, 0)))
            counts[_outcome(last, begin, gap, pair, took)] += 1
    return counts


def _outcome(one: Spoken, other: Spoken, gap: float, pair: tuple[str, str], took: list[float]) -> str:
    still = np.random.default_rng(SEED)
    before, between, after = (still.normal(0, FLOOR, round(s * RATE)).astype(np.int16) for s in (0.5, gap, 1.0))
    heard = segments(np.concatenate([before, one.pcm, between, other.pcm, after]))
    if len(heard) != 1:
        return "pause" if heard else "one"
    cut = _cut(heard[0].samples, pair, took)
    if not cut:
        return "one"
    meant = (len(before) + len(one.pcm)) / RATE + gap / 2
    right = [part.language for part in cut] == [one.language, other.language]
    return "language" if right and abs(heard[0].audio_start + cut[0].end / RATE - meant) <= NEAR else "wrong"


def _alone(found: Sequence[Clip], pair: tuple[str, str], took: list[float]) -> dict[str, dict[str, int]]:
    """How often what is in one language was cut."""
    some = [clip for clip in found if clip.language in pair]
    still = np.zeros(RATE, np.int16)
    whole = [ask.samples for clip in some for ask in segments(np.concatenate([clip.pcm, still]))]
    kinds = {"as a call cuts it": whole, "from pause to pause": [run for clip in some for run in _runs(clip)]}
    return {
        kind: {"n": len(sounds), "cut": sum(bool(_cut(sound, pair, took)) for sound in sounds)}
        for kind, sounds in kinds.items()
    }


def _cut(sound: Pcm, pair: tuple[str, str], took: list[float]) -> list[Part]:
    began = time.perf_counter()
    cut = steps.turns(sound.astype("<i2").tobytes(), pair)
    took.append(1000 * (time.perf_counter() - began))
    return cut


def _runs(clip: Clip) -> Iterator[Pcm]:
    said = breaths(clip)
    for first in said:
        ends = [one.speech_end for one in said if RUN[0] <= one.speech_end - first.speech_start <= RUN[1]]
        if ends:
            start, end = (round(at * RATE) for at in (first.speech_start - 0.1, max(ends) + 0.2))
            yield clip.pcm[max(0, start) : end]


def _ends(found: Sequence[Clip]) -> Iterator[tuple[Spoken, Spoken]]:
    """Of each clip what is said first and last between its pauses, where that is of the length that is joined."""
    for clip in found:
        some = [ask for ask in breaths(clip) if LONG[0] <= ask.speech_end - ask.speech_start <= LONG[1]]
        if some:
            yield _spoken(clip, some[0]), _spoken(clip, some[-1])


def _spoken(clip: Clip, ask: Ask) -> Spoken:
    first, end = (round((at - ask.audio_start) * RATE) for at in (ask.speech_start, ask.speech_end))
    return Spoken(clip.language, ask.samples[max(0, first) : end].astype(np.int16))


if __name__ == "__main__":
    main()

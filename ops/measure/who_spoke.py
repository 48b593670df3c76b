"""`python -m ops.measure.who_spoke --set FOLDER`: who of two people at one microphone spoke, told by language.

The clips of two languages take turns, a second of silence between them, and are cut into utterances as a call cuts them
that does not hear them as streams. Short utterances are what lies between the pauses within the clips. Each is
identified as a worker identifies it; the table says how many were taken for the other language. `--noise` adds noise,
10 dB below each clip. It is written to var/who_spoke.json, too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.media.audio.config import SegmenterConfig
from app.media.audio.segmenter import Ask, Segmenter
from app.media.audio.tap import Chunk
from app.media.audio.vad import VoiceDetector
from ops.harness.pipeline import segments
from ops.harness.recordings import DATA, RATE
from ops.measure.clips import NOBODY, Clip, clips
from ops.measure.eval.spoiled import NOISE_DB, noisy
from ops.measure.eval.stt import JOINED
from ops.measure.figures import machine, percentiles, write
from tasks import serving, steps
from tasks.wire.environment import TaskConfig

PAIRS: Final = (("en", "vi"), ("en", "pt"))
GAP_SECONDS: Final = 1.0
LENGTHS: Final = {"1 to 2 s": (1.0, 2.0), "2 to 3 s": (2.0, 3.0), "over 3 s": (3.0, 60.0)}
"""What is reported apart, by seconds of speech."""
BREATH: Final = SegmenterConfig(endpoint=0.13, endpoint_short=0.13, tail=0.1, pre_roll=0.3)
"""Cuts at the pauses within sentences."""


@dataclass(frozen=True)
class Utterance:
    """One utterance, and for whose it was taken."""

    clip: str
    pair: str
    language: str
    seconds: float
    taken_for: str | None
    took_ms: float


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--noise", action="store_true", help=f"with noise, {NOISE_DB:.0f} dB below each clip")
    asked = parser.parse_args()
    folder = asked.set.resolve()
    everything = clips(folder)
    found = [clip for clip in everything if clip.kind != JOINED]
    if asked.noise:
        found = noisy([clip for clip in found if clip.language != NOBODY], everything)
    serving.load(["stt"], TaskConfig())
    utterances = [one for pair in PAIRS for one in _heard(found, pair)]
    errors = _errors(utterances)
    figures: dict[str, Any] = {
        "machine": machine(),
        "set": "tests/data" if folder == DATA else folder.name,
        "noise": asked.noise,
        "errors": errors,
        "took_ms": {"-".join(pair): _took(utterances, "-".join(pair)) for pair in PAIRS},
        "wrong": [asdict(one) for one in utterances if one.taken_for != one.language],
    }
    print(table(errors))
    print(f"milliseconds for one: {figures['took_ms']}")
    write("who_spoke", figures)


def table(errors: dict[str, dict[str, dict[str, int]]]) -> str:
    """The errors as Markdown."""
    rows = ["| pair | " + " | ".join(LENGTHS) + " |", "|---" * (len(LENGTHS) + 1) + "|"]
    for pair, lengths in errors.items():
        cells = [
            f"{found['wrong']} of {found['n']} ({100 * found['wrong'] / max(1, found['n']):.1f} %)"
            for found in lengths.values()
        ]
        rows.append(f"| {pair} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _heard(found: Sequence[Clip], pair: tuple[str, str]) -> Iterator[Utterance]:
    turns = [[clip for clip in found if clip.language == language] for language in pair]
    talk = [clip for both in zip_longest(*turns) for clip in both if clip]
    gap = np.zeros(round(GAP_SECONDS * RATE), np.int16)
    parts = [part for clip in talk for part in (clip.pcm, gap)]
    ends = np.cumsum([len(clip.pcm) + len(gap) for clip in talk]) / RATE
    for ask in segments(np.concatenate([gap, *parts])):
        middle = (ask.speech_start + ask.speech_end) / 2 - GAP_SECONDS
        yield _identified(talk[int(np.searchsorted(ends, middle))], ask, pair)
    for clip in talk:
        for ask in breaths(clip):
            if LENGTHS["1 to 2 s"][0] <= ask.speech_end - ask.speech_start < LENGTHS["2 to 3 s"][1]:
                yield _identified(clip, ask, pair)


def breaths(clip: Clip) -> list[Ask]:
    """What is said between the pauses of a clip."""
    detector, segmenter = VoiceDetector(), Segmenter(BREATH)
    asks = [ask for frame in detector.push(Chunk(clip.pcm, 0.0)) for ask in segmenter.push(frame)]
    return [ask for ask in [*asks, *segmenter.flush()] if ask.final]


def _identified(clip: Clip, ask: Ask, pair: tuple[str, str]) -> Utterance:
    seconds, began = ask.speech_end - ask.speech_start, time.perf_counter()
    language = steps.identify(ask.samples.astype("<i2").tobytes(), pair, {}, seconds).language
    took = 1000 * (time.perf_counter() - began)
    return Utterance(clip.id, "-".join(pair), clip.language, round(seconds, 2), language, round(took, 1))


def _errors(utterances: Sequence[Utterance]) -> dict[str, dict[str, dict[str, int]]]:
    errors: dict[str, dict[str, dict[str, int]]] = {}
    for pair in PAIRS:
        name = "-".join(pair)
        of_pair = [one for one in utterances if one.pair == name]
        errors[name] = {}
        for label, (least, most) in LENGTHS.items():
            some = [one for one in of_pair if least <= one.seconds < most]
            wrong = sum(one.taken_for != one.language for one in some)
            errors[name][label] = {"n": len(some), "wrong": wrong}
    return errors


def _took(utterances: Sequence[Utterance], pair: str) -> dict[str, Any]:
    return percentiles([one.took_ms for one in utterances if one.pair == pair])


if __name__ == "__main__":
    main()

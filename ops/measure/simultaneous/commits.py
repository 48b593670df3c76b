"""Policies of `commit_policies` on one speech: word error rate, delay and processor time, on counted time.

The clock is counted: a decoding takes what it takes here, and the next one begins no sooner than it is over.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from ops.harness.pipeline import Pcm
from ops.harness.recordings import RATE
from ops.harness.wer import wer
from ops.measure.alignment import TimedWord, matches, words
from ops.measure.figures import percentiles
from ops.measure.long_speech import LongSpeech
from ops.measure.simultaneous.commit_policies import Agreement, AgreementOrEnded, CommitPolicy, Committed, Ended, Window
from tasks.engines.base import Effort, SpeechToText

BEFORE_SECONDS: Final = 0.3
AFTER_SECONDS: Final = 0.2
"""Sound around a part of a speech that is decoded as a whole."""


class Trial(NamedTuple):
    """A policy, how often it is asked, and how much sound is decoded."""

    policy: CommitPolicy
    every: float
    """Seconds between the beginnings of two decodings."""
    window: Window


TRIALS: Final = (
    Trial(Agreement(), 0.8, Window(keep=4.0, longest=10.0)),
    Trial(Agreement(), 0.8, Window(keep=8.0, longest=14.0)),
    Trial(Ended(0.8), 0.8, Window(keep=8.0, longest=14.0)),
    Trial(Ended(0.6), 0.6, Window(keep=6.0, longest=12.0)),
    Trial(Ended(0.5), 0.5, Window(keep=4.0, longest=10.0)),
    Trial(AgreementOrEnded(0.8), 0.8, Window(keep=8.0, longest=14.0)),
)


@dataclass
class Run:
    """What a trial has shown of a speech."""

    shown: list[TimedWord] = field(default_factory=list)
    """Each word and when it was shown, in seconds of the speech."""
    processor_seconds: float = 0.0
    decodings: int = 0


def run(speech: Pcm, language: str, engine: SpeechToText, trial: Trial) -> Run:
    """Decode a speech again and again while it goes on, and show what the policy says is certain."""
    lasts = len(speech) / RATE
    committed, found = Committed(trial.policy, trial.window), Run()
    due = trial.every
    while True:
        now = min(due, lasts)
        sound = speech[int(committed.begin * RATE) : int(now * RATE)]
        busy, began = time.process_time(), time.perf_counter()
        heard = engine.transcribe(sound.tobytes(), language, effort=Effort.QUICK, words=True)
        took = time.perf_counter() - began
        found.processor_seconds += time.process_time() - busy
        found.decodings += 1
        for word in committed.take(now, heard.words, last=now == lasts):
            found.shown += [TimedWord(text, now + took) for text in words(word.text)]
        if now == lasts:
            return found
        due += max(trial.every, took)


def figures(speech: LongSpeech, found: Run, trial: Trial) -> dict[str, Any]:
    """One row of the table."""
    spoken = speech.words
    pairs = matches([word.text for word in spoken], [word.text for word in found.shown])
    return {
        "policy": trial.policy.name,
        "every_s": trial.every,
        "keep_s": trial.window.keep,
        "wer": _wer(spoken, [word.text for word in found.shown], speech.language),
        "word_shown_s": percentiles([found.shown[b].at - spoken[a].at for a, b in pairs], digits=2),
        "cores": round(found.processor_seconds / speech.seconds, 2),
        "decodings": found.decodings,
    }


def whole_parts(speech: LongSpeech, engine: SpeechToText) -> dict[str, Any]:
    """The word error rate of the same speech, decoded with care part by part when each is over."""
    texts = []
    for part in speech.parts:
        begin, end = max(0.0, part.start - BEFORE_SECONDS), part.end + AFTER_SECONDS
        pcm = speech.samples[int(begin * RATE) : int(end * RATE)].tobytes()
        texts += words(engine.transcribe(pcm, speech.language).text)
    return {"policy": "whole parts, with care", "wer": _wer(speech.words, texts, speech.language)}


def _wer(spoken: Iterable[TimedWord], shown: Iterable[str], language: str) -> float:
    return round(100 * wer(" ".join(word.text for word in spoken), " ".join(shown), language), 1)


def measure(speech: LongSpeech, engine: SpeechToText) -> dict[str, Any]:
    """Every trial on one speech."""
    rows = [whole_parts(speech, engine)]
    for trial in TRIALS:
        print(f"  {speech.language}: {trial.policy.name}, every {trial.every:g} s …", flush=True)
        rows.append(figures(speech, run(speech.samples, speech.language, engine, trial), trial))
    return {
        "recording": speech.name,
        "seconds": round(speech.seconds, 1),
        "words": len(speech.words),
        "engine": engine.name,
        "rows": rows,
    }


def table(language: str, measured: dict[str, Any]) -> str:
    """For reading."""
    lines = [
        f"{language}: {measured['seconds']:.0f} s of {measured['recording']}, {measured['words']} words, "
        f"{measured['engine']}",
        f"{'words are certain when':<48}{'every':>6}{'kept':>6}{'WER %':>7}{'median s':>10}{'p95 s':>7}{'cores':>7}",
    ]
    for row in measured["rows"]:
        cells = f"{row['policy']:<48}{row.get('every_s', ''):>6}{row.get('keep_s', ''):>6}{row['wer']:>7}"
        if "word_shown_s" in row:
            delay = row["word_shown_s"]
            cells += f"{delay.get('p50', '-'):>10}{delay.get('p95', '-'):>7}{row['cores']:>7}"
        lines.append(cells)
    return "\n".join(lines)

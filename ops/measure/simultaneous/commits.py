"""Recognisers that listen, on one speech: word error rate, delay and processor time, on counted time.

The clock is counted: hearing on takes what it takes here, and what is said meanwhile is heard at once afterwards.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from ops.harness.pipeline import STREAM_SECONDS, Pcm
from ops.harness.recordings import RATE
from ops.harness.wer import wer
from ops.measure.alignment import TimedWord, matches, words
from ops.measure.figures import percentiles
from ops.measure.long_speech import LongSpeech
from tasks.engines.base import SpeechToText, Word
from tasks.engines.listening import ListeningRecogniser, Utterance
from tasks.engines.stt.whisper.certainty import Policy
from tasks.engines.stt.whisper.engine import Whisper

BEFORE_SECONDS: Final = 0.3
AFTER_SECONDS: Final = 0.2
"""Sound around a part of a speech that is decoded as a whole."""

AS_IT_IS: Final = Policy()
POLICIES: Final = {
    "as it is": AS_IT_IS,
    "ended 0.5 s ago, or 0.3 s and two agree": replace(AS_IT_IS, ended=0.5, agreed=0.3),
    "ended 0.9 s ago, or 0.6 s and two agree": replace(AS_IT_IS, ended=0.9, agreed=0.6),
    "ended 0.7 s ago": replace(AS_IT_IS, agreed=0.7),
    "the first words as all others": replace(AS_IT_IS, early=0.0),
    "unlikely words as all others": replace(AS_IT_IS, unlikely=0.0),
    "every 0.75 s": replace(AS_IT_IS, every=0.75),
    "every 1 s": replace(AS_IT_IS, every=1.0),
    "4 s kept": replace(AS_IT_IS, keep=6.0, kept=3.0),
    "8 s kept": replace(AS_IT_IS, keep=10.0, kept=6.0),
}
"""Policies of Whisper that are compared, each by what is different in it."""


@dataclass
class Run:
    """What has become of a speech."""

    shown: list[TimedWord] = field(default_factory=list)
    """Each word and when it was certain, in seconds of the speech."""
    processor_seconds: float = 0.0
    changed: int = 0
    """Words that were not what they had been when they were certain."""


def run(speech: Pcm, utterance: Utterance) -> Run:
    """Hear a speech while it goes on, and note when words become certain."""
    piece, now, heard, found = round(STREAM_SECONDS * RATE), 0.0, 0, Run()
    before: Sequence[Word] = ()
    while heard < len(speech):
        # What has been said by now, a piece at least.
        end = min(max(int(now * RATE) // piece * piece, heard + piece), len(speech))
        now = max(now, end / RATE)
        sound, heard = speech[heard:end], end
        samples = sound.astype(np.float32) / np.float32(32768)
        busy, began = time.process_time(), time.perf_counter()
        utterance.feed(samples)
        certain = utterance.ended() if heard == len(speech) else utterance.certain
        now += time.perf_counter() - began
        found.processor_seconds += time.process_time() - busy
        found.changed += _changed(before, certain)
        for word in certain[len(before) :]:
            found.shown += [TimedWord(text, now) for text in words(word.text)]
        before = list(certain)
    return found


def _changed(before: Sequence[Word], after: Sequence[Word]) -> int:
    pairs = zip(before, after, strict=False)
    return max(0, len(before) - len(after)) + sum(words(old.text) != words(new.text) for old, new in pairs)


def figures(speech: LongSpeech, found: Run, policy: str) -> dict[str, Any]:
    """One row of the table."""
    spoken = speech.words
    pairs = matches([word.text for word in spoken], [word.text for word in found.shown])
    return {
        "policy": policy,
        "wer": _wer(spoken, [word.text for word in found.shown], speech.language),
        "word_shown_s": percentiles([found.shown[b].at - spoken[a].at for a, b in pairs], digits=2),
        "cores": round(found.processor_seconds / speech.seconds, 2),
        "changed": found.changed,
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


def measure(speech: LongSpeech, engine: ListeningRecogniser, policies: Iterable[str] = POLICIES) -> dict[str, Any]:
    """Whole parts, and the engine as it listens; Whisper by each of these policies."""
    rows = [whole_parts(speech, engine)]
    for name in policies if isinstance(engine, Whisper) else ["as it is"]:
        if isinstance(engine, Whisper):
            engine.policy = POLICIES[name]
        rows.append(figures(speech, run(speech.samples, engine.begin(speech.language)), name))
        print(f"  {speech.language}: {rows[-1]}", flush=True)
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
        f"{'words are certain when':<44}{'WER %':>7}{'median s':>10}{'p95 s':>7}{'cores':>7}{'changed':>9}",
    ]
    for row in measured["rows"]:
        cells = f"{row['policy']:<44}{row['wer']:>7}"
        if "word_shown_s" in row:
            delay = row["word_shown_s"]
            cells += f"{delay.get('p50', '-'):>10}{delay.get('p95', '-'):>7}{row['cores']:>7}{row['changed']:>9}"
        lines.append(cells)
    return "\n".join(lines)

"""Speech to text, by the product's own road: VAD, segmenter, recogniser on every segment, the texts joined."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

import click
import jiwer
import numpy as np

from app.media.audio.segmenter import Ask
from app.media.audio.vad import FRAME
from ops.harness.pipeline import Pcm, heard, segments, streams
from ops.harness.recordings import RATE
from ops.harness.wer import corpus_wer, normalise
from ops.measure.clips import NOBODY, SEVERAL, Clip
from ops.measure.figures import percentiles
from tasks.engines.base import SpeechToText, Transcript
from tasks.engines.stt.whisper.doubt import LOOPING
from tasks.languages.text import compression_ratio

JOINED: Final = "long_joined"
"""Kind of clip that repeats others of the set end to end, and so is reported apart."""

ABOUT_5_S: Final = (4.0, 6.5)
"""Seconds of the segments whose time is held to the target for 5 s."""


@dataclass(frozen=True)
class Recognised:
    """One segment."""

    seconds: float
    took: float
    """Milliseconds to transcribe it."""
    transcript: Transcript


@dataclass(frozen=True)
class Result:
    """One clip, once transcribed."""

    clip: Clip
    shift: int
    """Samples of silence before it, less than a frame of the VAD."""
    segments: tuple[Recognised, ...]

    @property
    def text(self) -> str:
        """What captions would have said."""
        return " ".join(segment.transcript.text for segment in self.segments if segment.transcript.text)


def recognise(clips: Iterable[Clip], engine: SpeechToText, language: str | None, shifts: int = 1) -> list[Result]:
    """Cut clips into segments and transcribe them in a pinned language, or in the one identified for each.

    Every clip is transcribed `shifts` times, each time with the grid of the VAD's frames elsewhere on it. Where that
    lies is chance, and decides where segments are cut: over eight places of it the WER of twelve Portuguese clips went
    from 17.7 to 20.7.
    """
    label = f"    {language or 'identified'}"
    with click.progressbar(list(clips), label=label, item_show_func=lambda clip: clip.id if clip else "") as bar:
        return [_recognise(clip, engine, language, FRAME * n // shifts) for clip in bar for n in range(shifts)]


def _recognise(clip: Clip, engine: SpeechToText, language: str | None, shift: int) -> Result:
    recognised = []
    for ask in segments(_shifted(clip, shift), streaming=streams(engine, language)):
        started = time.perf_counter()
        transcript = heard(engine, ask.samples, language)
        took = (time.perf_counter() - started) * 1000
        recognised.append(Recognised(len(ask.samples) / RATE, took, transcript))
    return Result(clip, shift, tuple(recognised))


def _shifted(clip: Clip, shift: int) -> Pcm:
    return np.concatenate([np.zeros(shift, np.int16), clip.pcm])


def identified(clips: Iterable[Clip], engine: SpeechToText) -> dict[str, int]:
    """Of how many segments the language was identified rightly, and of how many it was asked."""
    right = [
        next(iter(engine.identify(ask.samples.tobytes())), "") == _spoken(clip, ask)
        for clip in clips
        for ask in segments(clip.pcm)
    ]
    return {"right": sum(right), "segments": len(right)}


def _spoken(clip: Clip, ask: Ask) -> str:
    """The language of the part of a clip that a segment overlaps most."""
    if not clip.parts:
        return clip.language
    best = max(clip.parts, key=lambda part: min(part.end, ask.speech_end) - max(part.start, ask.speech_start))
    return best.language


def errors(results: Collection[Result], language: str) -> dict[str, Any]:
    """Error rates in percent over some clips together, and the WER of each shift; empty for none."""
    if not results:
        return {}
    pairs = _pairs(results)
    references, hypotheses = ([normalise(pair[side], language) for pair in pairs] for side in (0, 1))
    return {
        "wer": round(100 * corpus_wer(pairs, language), 1),
        "cer": round(100 * float(jiwer.cer(references, hypotheses)), 1),
        "clips": len({result.clip.id for result in results}),
        "wer_shifts": [
            round(100 * corpus_wer(_pairs(result for result in results if result.shift == shift), language), 1)
            for shift in sorted({result.shift for result in results})
        ],
    }


def _pairs(results: Iterable[Result]) -> list[tuple[str, str]]:
    return [(result.clip.text, result.text) for result in results]


def figures(results: list[Result], language: str) -> dict[str, Any]:
    """What is reported of one language: its clips but for the joined ones, and each kind of clip apart."""
    kinds: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        kinds[result.clip.kind].append(result)
    found = [segment for result in results for segment in result.segments]
    return {
        **errors([result for result in results if result.clip.kind != JOINED], language),
        "segment_ms": percentiles([segment.took for segment in found]),
        "segment_5s_ms": percentiles(
            [segment.took for segment in found if ABOUT_5_S[0] <= segment.seconds <= ABOUT_5_S[1]]
        ),
        "loops": sum(compression_ratio(segment.transcript.text) > LOOPING for segment in found),
        "loops_caught": sum(segment.transcript.looped for segment in found),
        "refused": sum(not segment.transcript.text for segment in found),
        "kinds": {kind: errors(some, language) for kind, some in kinds.items()},
    }


def quiet(results: Iterable[Result]) -> dict[str, Any]:
    """Word error rates of the clips at their original, very low level beside the same clips at a usual one."""
    by_id: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_id[result.clip.id].append(result)
    found = {}
    for low in by_id.values():
        clip = low[0].clip
        usual = by_id.get(clip.derived_from)
        if clip.kind == "quiet_speech" and usual is not None:
            rates = [errors(some, clip.language)["wer"] for some in (low, usual)]
            found[clip.id] = {"quiet": rates[0], "loud": rates[1]}
    return found


def non_speech(clips: Iterable[Clip], engines: Iterable[SpeechToText]) -> dict[str, Any]:
    """Clips in which nobody speaks that give some engine a text: by the pipeline, and by the recogniser alone."""
    chosen = [clip for clip in clips if clip.language == NOBODY]
    recognisers = list(engines)
    by_pipeline, by_engine = [], []
    for clip in chosen:
        found = [ask.samples.tobytes() for ask in segments(clip.pcm)]
        by_pipeline.append(any(text for engine in recognisers for text in _texts(engine, found)))
        by_engine.append(any(text for engine in recognisers for text in _texts(engine, [clip.pcm.tobytes()])))
    return {"clips": len(chosen), "with_text": sum(by_pipeline), "with_text_without_vad": sum(by_engine)}


def _texts(engine: SpeechToText, pieces: list[bytes]) -> list[str]:
    return [engine.transcribe(pcm, language).text for pcm in pieces for language in sorted(engine.languages)]


def spoken_in(clips: Iterable[Clip], language: str) -> list[Clip]:
    """The clips of one language in which something is said."""
    return [clip for clip in clips if clip.language == language and clip.text]


def switched(clips: Iterable[Clip], identifier: SpeechToText) -> dict[str, Any]:
    """Clips in several languages, each segment in the language identified for it."""
    chosen = spoken_in(clips, SEVERAL)
    results = recognise(chosen, identifier, None)
    return {**errors(results, SEVERAL), "identified": identified(chosen, identifier)} if results else {}

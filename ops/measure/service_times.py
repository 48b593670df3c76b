"""How long each stage takes a worker that does nothing else, for `make capacity`.

One call of two light callers who take turns, each beginning when the dub of the one before has come to its end. A
browser beside it would take half of a small machine, and be measured with it. Times are given beside the seconds of
speech that they were taken for: longer speech takes longer.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from ops.harness.callers import SPOKEN, Exchange
from ops.harness.published import Published
from ops.harness.stack import Stack, temporary_folder
from ops.measure.figures import percentiles
from ops.measure.load import UNCACHED
from tasks.wire.messages import Caption, ClipPart, Timeline, segment_id

UTTERANCES: Final = 36
SILENCE_SECONDS: Final = 2.0
"""Seconds after each, by which it is known whether it will be dubbed."""

Row = dict[str, Any]
"""A line of a worker's log."""


async def measure(utterances: int = UTTERANCES) -> dict[str, Any]:
    """Times of each stage in milliseconds, and how often each is taken, on a system started for it."""
    with temporary_folder() as folder:
        logged = UNCACHED | {"LOG_LEVEL": "debug"}
        async with Stack(Path(folder), **logged) as stack, Exchange(stack) as exchange, exchange.call(2) as call:
            redis, published = Redis.from_url(stack.redis_url), Published()
            following = asyncio.create_task(published.follow(redis))
            await asyncio.sleep(2.0)  # everybody is tapped by now
            for caller in itertools.islice(itertools.cycle(call.callers), utterances):
                await caller.say_next()
                await asyncio.sleep(SILENCE_SECONDS)
                await stack.dubbed()
            following.cancel()
            await redis.aclose()
            return figures(published, stack.log("worker"))


def figures(published: Published, log: str) -> dict[str, Any]:
    """What can be said from captions, clips and a worker's log."""
    rows = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    heard = [row for row in rows if row["event"] == "speech.heard"]
    done = [row for row in rows if row["event"] == "actor.done" and not row["failed"]]
    translations = [caption.timeline for caption in published.captions if not caption.is_source]
    sources = [caption for caption in published.captions if caption.is_source]
    closed = [1000 * (one.timeline.closed - one.timeline.speech_end) for one in _last_of_each(sources)]
    speech = sum(_speech(caption.timeline) for caption in sources)
    return {
        "endpoint": percentiles(closed),
        "handover": percentiles(_between(translations, "stt_end", "translate_start")),
        "translate": _timed(translations, "translate", [row for row in done if row["actor"] == "translate"]),
        "pauses_a_second": round(pauses(heard) / speech, 3) if speech else 0.0,
        "languages": {language: _language(language, published, heard, done) for language in SPOKEN},
    }


def pauses(heard: Iterable[Row]) -> int:
    """Pauses after which somebody went on."""
    paused = [row["segment"] for row in heard if row["paused"] and not row["final"]]
    return len(paused) - len(set(paused))


def _last_of_each(captions: Iterable[Caption]) -> Iterable[Caption]:
    """Of each segment the sentence that it ended with."""
    last: dict[str, Caption] = {}
    for caption in captions:
        known = last.setdefault(segment_id(caption.segment), caption)
        if caption.timeline.speech_end > known.timeline.speech_end:
            last[segment_id(caption.segment)] = caption
    return last.values()


def _language(language: str, published: Published, heard: list[Row], done: list[Row]) -> dict[str, Any]:
    """What it costs to hear and to speak a language, and how often that is done."""
    ours = [row for row in heard if row["language"] == language]
    on, ends = _decodings(ours)
    listened = [row for row in done if row["actor"] == "listen" and row["segment"] in {row["segment"] for row in ours}]
    spoken = [one for one in published.captions if one.is_source and one.language == language]
    speech = sum(_speech(one.timeline) for one in spoken)
    segments = {one.segment for one in spoken}
    dubbed = [clip for clip in published.clips if clip.segment in segments]
    translated = [row for row in done if row["actor"] == "translate" and row["segment"] in segments]
    every = statistics.median(seconds for seconds, _ in on) if on else 0.0
    old = [one.stt_start - one.speech_end for clip in dubbed if not clip.last_piece if (one := clip.timeline).stt_start]
    return {
        "hear": _stage(on, listened),
        "end": _stage(ends, listened),
        "seconds": {
            "every": round(every, 2),
            "certain": round(max(0.0, statistics.median(old) - every / 2), 2) if old else 0.0,
            "clause_every": round(speech / max(1, len(translated)), 2),
            "piece_every": round(speech / max(1, len(dubbed)), 2),
        },
        **_spoken(language, published, done),
    }


def _decodings(heard: list[Row]) -> tuple[list[list[float]], list[list[float]]]:
    """Seconds of new sound and milliseconds of each decoding while speech goes on, and of each at its end.

    Where a recogniser hears sound as it comes, that is every message.
    """
    counted = any(row["decodings"] for row in heard)
    before: dict[str, float] = {}
    on, ends = list[list[float]](), list[list[float]]()
    for row in heard:
        if counted and not row["decodings"]:
            continue
        new = round(row["seconds"] - before.get(row["segment"], 0.0), 2)
        before[row["segment"]] = row["seconds"]
        (ends if row["paused"] or row["final"] else on).append([new, row["took_ms"]])
    return on, ends


def _spoken(language: str, published: Published, done: list[Row]) -> dict[str, Any]:
    """What it takes to speak pieces in a language, over the seconds of speech that each is for."""
    clips = sorted(
        (clip for clip in published.clips if clip.language == language),
        key=lambda one: (one.seq, one.sentence, one.piece),
    )
    upto: dict[str, float] = {}
    covered: dict[tuple[str, str], tuple[float, ClipPart]] = {}
    for clip in clips:
        of, timeline = segment_id(clip.segment), clip.timeline
        covered[clip.segment, str(clip.piece)] = (
            round(max(0.0, timeline.speech_end - upto.get(of, timeline.speech_start)), 2),
            clip,
        )
        upto[of] = timeline.speech_end
    rows = [row for row in done if row["actor"] == "speak" and (row["segment"], row["piece"]) in covered]
    first = [
        [seconds, round(1000 * ((clip.timeline.speak_end or 0.0) - (clip.timeline.speak_start or 0.0)), 1)]
        for seconds, clip in covered.values()
    ]
    whole = [[covered[row["segment"], row["piece"]][0], row["took_ms"]] for row in rows]
    return {"first_sound": _stage(first, rows), "speak": _stage(whole, rows)}


def _timed(timelines: Iterable[Timeline], stage: str, rows: list[Row]) -> dict[str, Any]:
    """A stage between two stamps; its messages in the log say what it took of the processor."""
    known = list(timelines)
    took = _between(known, f"{stage}_start", f"{stage}_end")
    pairs = [[round(_speech(timeline), 2), round(ms, 1)] for timeline, ms in zip(known, took, strict=True)]
    return _stage(pairs, rows)


def _stage(pairs: list[list[float]], rows: list[Row]) -> dict[str, Any]:
    """Seconds of speech and milliseconds of each time, and the cores that the logged work kept busy.

    At least one, since what another program or machine does is waited for.
    """
    took = sum(row["took_ms"] for row in rows)
    threads = round(max(1.0, sum(row["cpu_ms"] for row in rows) / took), 2) if took else 1.0
    return {"pairs": pairs, "threads": threads}


def _speech(timeline: Timeline) -> float:
    return timeline.speech_end - timeline.speech_start


def _between(timelines: Iterable[Timeline], begin: str, end: str) -> list[float]:
    return [1000 * (getattr(timeline, end) - getattr(timeline, begin)) for timeline in timelines]

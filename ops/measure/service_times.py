"""How long each stage takes a worker that does nothing else, for `make capacity`.

One call of two light callers who take turns, each beginning when the dub of the one before has come to its end. A
browser beside it would take half of a small machine, and be measured with it. Times are given beside the seconds of
speech that they were taken for: longer speech takes longer.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis

from ops.harness.callers import SPOKEN, Exchange
from ops.harness.published import Published
from ops.harness.stack import Stack, temporary_folder
from ops.measure.figures import percentiles
from ops.measure.load import UNCACHED
from tasks.engines.base import Effort
from tasks.wire.messages import Timeline

UTTERANCES: Final = 36
SILENCE_SECONDS: Final = 2.0
"""Seconds after each, by which it is known whether it will be dubbed."""

Row = dict[str, Any]
"""A line of a worker's log."""


async def measure(utterances: int = UTTERANCES) -> dict[str, Any]:
    """Times of each stage in milliseconds, and how often speech is decoded, on a system started for it."""
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
    decoded = [row for row in rows if row["event"] == "speech.decoded"]
    done = [row for row in rows if row["event"] == "actor.done" and not row["failed"]]
    sources = [caption.timeline for caption in published.captions if caption.is_source]
    translations = [caption.timeline for caption in published.captions if not caption.is_source]
    return {
        "endpoint": percentiles([1000 * (timeline.closed - timeline.speech_end) for timeline in sources]),
        "handover": percentiles(_between(translations, "stt_end", "translate_start")),
        "translate": _timed(translations, "translate", [row for row in done if row["actor"] == "translate"]),
        "languages": {language: _language(language, published, decoded, done) for language in SPOKEN},
        **repeated(decoded, sum(map(_speech, sources))),
    }


def repeated(decoded: list[Row], speech: float) -> dict[str, float]:
    """How often a final is decoded again that was decoded ahead, and pauses in each of so many seconds of speech."""
    efforts: dict[tuple[str, int], set[str]] = {}
    last: dict[str, int] = {}
    for row in decoded:
        efforts.setdefault((row["segment"], row["revision"]), set()).add(row["effort"])
        last[row["segment"]] = max(last.get(row["segment"], 0), row["revision"])
    finals = [efforts[ask] for ask in last.items() if Effort.USUAL in efforts[ask]]
    within = sum(Effort.USUAL in seen for ask, seen in efforts.items() if ask not in last.items())
    again = sum(Effort.THOROUGH in seen for seen in finals)
    return {
        "decoded_again": round(again / len(finals), 3) if finals else 0.0,
        "pauses_a_second": round(within / speech, 3) if speech else 0.0,
    }


def _language(language: str, published: Published, decoded: list[Row], done: list[Row]) -> dict[str, Any]:
    """What it costs to transcribe and to speak a language."""
    found: dict[str, Any] = {}
    for effort in Effort:
        ours = [row for row in decoded if (row["language"], row["effort"]) == (language, effort)]
        if ours:
            found[effort.value] = _stage([[row["seconds"], row["took_ms"]] for row in ours], ours)
    clips = {clip.segment: clip.timeline for clip in published.clips if clip.language == language}
    speaking = [
        row for row in done if row["actor"] == "speak" and row["language"] == language and row["segment"] in clips
    ]
    found["first_sound"] = _timed(clips.values(), "speak", speaking)
    spoken_in = [[round(_speech(clips[row["segment"]]), 2), row["took_ms"]] for row in speaking]
    return found | {"speak": _stage(spoken_in, speaking)}


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

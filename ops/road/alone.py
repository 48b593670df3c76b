"""How long each stage takes a worker that does nothing else, for `make capacity`.

One call of two light callers who take turns, with silence enough between them that each utterance is through before
the next begins. A browser beside it would take half of a small machine, and be measured with it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
from pathlib import Path
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from app.health.trend import buckets_of, quantile
from ops.figures import percentiles
from ops.load import UNCACHED
from ops.road.callers import SPOKEN, Exchange
from ops.road.said import Said
from tasks.engines.base import Effort
from tasks.messages import Timeline
from tests.support.stack import Stack, temporary_folder

UTTERANCES: Final = 30
SILENCE: Final = 3.0
"""Seconds after each."""


async def measure(utterances: int = UTTERANCES) -> dict[str, Any]:
    """Percentiles of each stage in milliseconds, and how often speech is decoded, on a system started for it."""
    with temporary_folder() as place:
        async with Stack(Path(place), **UNCACHED) as stack, Exchange(stack) as exchange, exchange.call(2) as call:
            redis, said = Redis.from_url(stack.redis_url), Said()
            following = asyncio.create_task(said.follow(redis))
            await asyncio.sleep(2.0)  # everybody is tapped by now
            for caller in itertools.islice(itertools.cycle(call.callers), utterances):
                await caller.say_next()
                await asyncio.sleep(SILENCE)
            await stack.dubbed()
            following.cancel()
            await redis.aclose()
            return figures(said, await _metrics(stack), stack.log("worker"))


async def _metrics(stack: Stack) -> str:
    async with httpx.AsyncClient(timeout=10) as client:
        return (await client.get(f"http://127.0.0.1:{stack.env['WORKER_METRICS_PORT']}/metrics")).text


def figures(said: Said, metrics: str, log: str) -> dict[str, Any]:
    """What can be said from captions and clips, a worker's metrics and its log."""
    sources = [caption.timeline for caption in said.captions if caption.is_source]
    translations = [caption.timeline for caption in said.captions if not caption.is_source]
    found: dict[str, Any] = {
        "endpoint": _between(sources, "speech_end", "closed"),
        "translate": _between(translations, "translate_start", "translate_end"),
        "languages": {language: _language(language, said, metrics, log) for language in SPOKEN},
    }
    again, ahead = (
        sum(_decoded(metrics, effort, language)["n"] for language in SPOKEN)
        for effort in (Effort.THOROUGH, Effort.USUAL)
    )
    finals = len(sources)
    speech = sum(one.speech_end - one.speech_start for one in sources)
    # Each final was decoded once in the pause that ended it; the other pauses were within speech.
    found["decoded_again"] = round(min(1.0, again / finals), 3) if finals else 0.0
    found["pauses_a_second"] = round(max(0.0, ahead - finals) / speech, 3) if speech else 0.0
    return found


def _language(language: str, said: Said, metrics: str, log: str) -> dict[str, Any]:
    """What it costs to hear and to speak one."""
    clips = [clip.timeline for clip in said.clips if clip.language == language]
    decoded = {effort.value: _decoded(metrics, effort, language) for effort in Effort}
    return {effort: one for effort, one in decoded.items() if one["n"]} | {
        "first_clause": _between(clips, "speak_start", "speak_end"),
        "speak": percentiles(took(log, "speak", language)),
    }


def _between(timelines: list[Timeline], begin: str, end: str) -> dict[str, float]:
    return percentiles([1000 * (getattr(one, end) - getattr(one, begin)) for one in timelines])


def took(log: str, actor: str, language: str) -> list[float]:
    """Milliseconds of each message of an actor in a language that a worker has logged."""
    rows = (json.loads(line) for line in log.splitlines() if line.startswith("{"))
    return [
        float(row["took_ms"])
        for row in rows
        if row.get("event") == "actor.done" and (row["actor"], row.get("language")) == (actor, language)
    ]


def _decoded(metrics: str, effort: Effort, language: str) -> dict[str, float]:
    families = text_string_to_metric_families(metrics)
    buckets = buckets_of(families, "jbc_worker_decode_seconds", effort=effort.value, language=language)
    if not (count := buckets.get(math.inf)):
        return {"n": 0}
    return {name: round(1000 * quantile(share, buckets), 1) for name, share in (("p50", 0.5), ("p95", 0.95))} | {
        "n": int(count)
    }

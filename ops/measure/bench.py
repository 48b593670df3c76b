"""`make bench`: the whole road with real recordings in real Chromium, timed from the end of speech.

One person speaks, one listens, on a system of its own with nothing else in it. The end of speech is known from the
recording and from the moment the page began to speak it, not from anything that the system says of itself. Then,
without a browser: how far behind somebody who does not pause a listener is (`monologue`), and how long each stage
takes a worker alone (`service`). Prints tables and writes var/bench.json; of parts that are left out, that keeps what
it had.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright
from redis.asyncio import Redis

from ops.harness.people import CHROMIUM, FLAGS, Person, heard_out, room_from_front_page, speech_bounds
from ops.harness.recordings import DATA
from ops.harness.stack import Stack, temporary_folder
from ops.measure import bench_monologue, pieces, service_times, signals
from ops.measure.clips import clips, read_aloud
from ops.measure.figures import VAR, machine, percentiles, write
from tasks.wire import keys
from tasks.wire.messages import Caption, ClipPart, Timeline, decode, decode_clip_event

PARTS = ("utterances", "monologue", "service")
DIRECTIONS = (("en", "pt"), ("pt", "en"))
MAX_RECORDING_SECONDS = 14.0
"""An utterance, not a speech."""
MIN_UTTERANCES = 20
"""Utterances below which figures are not worth printing."""

STAGES = {
    "endpoint (end of speech known)": ("speech_end", "closed"),
    "wait for stt": ("closed", "stt_start"),
    "stt after that": ("stt_start", "stt_end"),
    "wait for translate": ("stt_end", "translate_start"),
    "translate": ("translate_start", "translate_end"),
    "wait for speak": ("translate_end", "speak_start"),
    "first sound spoken": ("speak_start", "speak_end"),
}
ACTORS = ("translate", "speak")
"""Actors whose every message is logged, so that it is known whether their queue was idle when a message came."""


@dataclass
class Measurements:
    """Everything measured, in milliseconds, by what it is."""

    lags: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    stages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    queue_waits: list[float] = field(default_factory=list)
    """From enqueue to start, of the messages that found their queue idle."""

    def add_timeline(self, timeline: Timeline, wanted: Iterable[str]) -> None:
        """Add the stages of one utterance that this timeline knows."""
        for name in wanted:
            begin, end = (getattr(timeline, stamp) for stamp in STAGES[name])
            if begin is not None and end is not None:
                self.stages[name].append((end - begin) * 1000)


def readings(folder: Path, language: str, count: int) -> list[Path]:
    """Clean recordings of one language in a folder with a manifest, in its order."""
    fit = [clip for clip in read_aloud(clips(folder), language) if clip.duration_s <= MAX_RECORDING_SECONDS]
    return [clip.path for clip in fit[:count]]


async def utterance(
    stack: Stack, speaker: Person, listener: Person, clip: Path, target: str, found: Measurements
) -> None:
    """Speak one recording and measure when its words are read and its first translated sound is heard."""
    _, end = speech_bounds(clip)
    lines, onsets = len(await listener.lines()), len(await listener.onsets())
    played = len(pieces.heard(stack.log("bridge")))
    recording = await asyncio.to_thread(clip.read_bytes)
    spoken = await speaker.say(recording)
    await heard_out(listener, stack)
    new = (await listener.lines())[lines:]
    if not new:
        found.lags[f"{target}: nothing recognised"].append(1)
        return
    ended = spoken["startedAt"] + end * 1000
    seen: list[dict[str, Any]] = await listener.page.evaluate("window.__seen.filter(line => !line.interim)")
    first_seen = {(row["id"], row["kind"].split()[0]): row["at"] for row in reversed(seen)}
    last = new[-1].segment
    found.lags[f"{target}: source_caption"].append(first_seen[last, "source"] - ended)
    found.lags[f"{target}: translated_caption"].append(first_seen[last.replace("u-", "t-", 1), "translation"] - ended)
    sounds = (await listener.onsets())[onsets:]
    # Of several pieces the first ones sound while the last is still being said, and hide where that begins.
    if len(new) == 1 and len(pieces.heard(stack.log("bridge"))) == played + 1 and sounds:
        found.lags[f"{target}: translated_sound"].append(sounds[0] - ended)


async def follow_clips(redis: Redis, found: Measurements) -> None:
    """Note the timelines of the clips' first parts as they are published."""
    pubsub = redis.pubsub()
    await pubsub.psubscribe(keys.clips_channel("*"))
    async for message in pubsub.listen():
        if message["type"] == "pmessage":
            event = decode_clip_event(message["data"])
            if isinstance(event, ClipPart) and event.part == 0:
                found.add_timeline(event.timeline, ("wait for speak", "first sound spoken"))


async def direction(
    stack: Stack, browser: Browser, source: str, target: str, chosen: list[Path], found: Measurements
) -> None:
    """Measure one direction in a room of its own."""
    room = await room_from_front_page(browser, stack.url)
    speaker = await Person.join(browser, room, "Speaker", speak=source, read=source, hear=source)
    listener = await Person.join(browser, room, "Listener", speak=target, read=target, hear=target)
    for n, clip in enumerate(chosen, 1):
        await utterance(stack, speaker, listener, clip, f"{source}→{target}", found)
        print(f"  {source}→{target} {n}/{len(chosen)} {clip.stem}", flush=True)
    await speaker.leave()
    await listener.leave()


def queue_waits(log: str) -> list[float]:
    """Milliseconds from enqueue to start of `ACTORS`' messages that came while their actor had nothing to do.

    `log` is what a worker has printed.
    """
    found: list[float] = []
    free_since: dict[str, float] = {}  # actor → end of its last message, ms since the epoch
    for line in log.splitlines():
        row = json.loads(line) if line.startswith("{") else {}
        if row.get("event") != "actor.done" or row["actor"] not in ACTORS:
            continue
        end = datetime.fromisoformat(row["timestamp"]).timestamp() * 1000
        if end - row["took_ms"] - row["waited_ms"] >= free_since.get(row["actor"], 0.0):
            found.append(float(row["waited_ms"]))
        free_since[row["actor"]] = end
    return found


async def measure(folder: Path) -> Measurements:
    """Run the road in both directions on a system started for it."""
    found = Measurements()
    with temporary_folder() as system_folder:
        async with Stack(Path(system_folder)) as stack, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            redis = Redis.from_url(stack.redis_url)
            following = asyncio.create_task(follow_clips(redis, found))
            for source, target in DIRECTIONS:
                chosen = readings(folder, source, 24 if source == "en" else 12)
                await direction(stack, browser, source, target, chosen, found)
            entries: list[tuple[bytes, dict[bytes, bytes]]] = await redis.xrange(keys.CAPTIONS)  # type: ignore[assignment]
            for _, entry in entries:
                caption = decode(entry[b"c"], Caption)
                first = ("endpoint (end of speech known)", "wait for stt", "stt after that")
                found.add_timeline(
                    caption.timeline, first if caption.is_source else ("wait for translate", "translate")
                )
            following.cancel()
            found.queue_waits = queue_waits(stack.log("worker"))
            await redis.aclose()
            await browser.close()
    return found


def report(found: Measurements, folder: Path) -> dict[str, Any]:
    """The figures as they are written."""
    lags: dict[str, Any] = {}
    for what in ("source_caption", "translated_caption", "translated_sound"):
        both = [value for name, values in found.lags.items() if name.endswith(what) for value in values]
        each = {name.split(":")[0]: percentiles(values) for name, values in found.lags.items() if name.endswith(what)}
        lags[what] = percentiles(both) | {"by_direction": each}
    return {
        "machine": machine(),
        "recordings": "tests/data" if folder == DATA else str(folder.name),
        "utterances": len([v for name, vs in found.lags.items() if name.endswith("source_caption") for v in vs]),
        "not_recognised": sum(len(vs) for name, vs in found.lags.items() if name.endswith("nothing recognised")),
        "lag_ms": lags,
        "stages_ms": {name: percentiles(found.stages[name]) for name in STAGES},
        "queue_wait_ms": percentiles(found.queue_waits),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    where = figures["machine"]

    def row(name: str, values: dict[str, Any]) -> str:
        return f"{name:<44}{values.get('p50', '-'):>8}{values.get('p95', '-'):>8}{values['n']:>5}"

    rows = [f"{where['cpu']}, {where['cores']} cores; {figures['utterances']} utterances; milliseconds", ""]
    rows.append(f"{'from the end of speech to':<44}{'median':>8}{'p95':>8}{'n':>5}")
    for what, both in figures["lag_ms"].items():
        for name, values in {"both directions": both, **both["by_direction"]}.items():
            rows.append(row(f"{what.replace('_', ' ')}, {name}", values))
    rows += ["", f"{'stage':<44}{'median':>8}{'p95':>8}{'n':>5}"]
    for name, values in {
        **figures["stages_ms"],
        "enqueue → start, idle queue": figures["queue_wait_ms"],
    }.items():
        rows.append(row(name, values))
    return "\n".join(rows)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure; default: all")
    parser.add_argument("--words", type=int, default=bench_monologue.WORDS, help="of each monologue; default: 500")
    parser.add_argument("--pairs", nargs="+", default=bench_monologue.PAIRS, help="of monologues")
    parser.add_argument("--turns", type=int, default=service_times.UTTERANCES, help="for the times of each stage")
    chosen = parser.parse_args()
    folder = chosen.set.resolve()
    written = json.loads((VAR / "bench.json").read_text()) if (VAR / "bench.json").exists() else {}
    figures: dict[str, Any] = written | {"machine": machine()}
    if "utterances" in chosen.only:
        figures |= report(signals.run(measure(folder)), folder)
        print(f"\n{table(figures)}")
        if figures["utterances"] < MIN_UTTERANCES:
            print(f"\nOnly {figures['utterances']} utterances: take the figures as a hint.")
    if "monologue" in chosen.only:
        found = signals.run(bench_monologue.measure(folder, chosen.pairs, chosen.words))
        print(bench_monologue.table(found))
        figures["monologue"] = found
    if "service" in chosen.only:
        figures["service_ms"] = signals.run(service_times.measure(chosen.turns))
    write("bench", figures)


if __name__ == "__main__":
    main()

"""A long speech in a call of two: what the listener had of it, and what it took."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, async_playwright
from redis.asyncio import Redis

from ops.harness.callers import Exchange
from ops.harness.metrics import samples, scrape
from ops.harness.people import CHROMIUM, FLAGS, Person, heard_out, room_from_front_page
from ops.harness.published import Published, drops
from ops.harness.stack import Stack, temporary_folder
from ops.measure import pieces, processes
from ops.measure.delays import Update
from ops.measure.light_listener import listening
from ops.measure.load import UNCACHED
from ops.measure.long_speech import LongSpeech
from ops.measure.observed import Observed

TAPPED_SECONDS: Final = 2.0
"""After which everybody who has come is tapped, and every track is there."""
HEARING: Final = "hear"
ACTORS: Final = {"listen": HEARING, "transcribe": HEARING, "translate": "translate", "speak": "speak"}
"""Actor → what it does."""


@dataclass
class Run:
    """A speech, spoken once or several times."""

    light: bool
    observed: list[Observed] = field(default_factory=list)
    processor: dict[str, float] = field(default_factory=dict)
    """Stage or process → seconds of the processor, from the beginning of a speech until all of it was heard."""
    pieces: dict[str, Any] = field(default_factory=dict)
    """Where the seconds went: `pieces.stages`."""
    drops: dict[str, int] = field(default_factory=dict)
    """What the bridge gave up on, and clips that it played and hurried."""


async def spoken(speech: LongSpeech, target: str, *, light: bool, rounds: int = 1) -> Run:
    """Have a speech spoken so often, in a new call each time, on one system that is started for it."""
    run, published = Run(light), Published()
    with temporary_folder() as folder:
        async with Stack(Path(folder), **UNCACHED) as stack, AsyncExitStack() as leaving:
            redis = Redis.from_url(stack.redis_url)
            leaving.push_async_callback(redis.aclose)
            following = asyncio.create_task(published.follow(redis))
            leaving.callback(following.cancel)
            people = _light if light else _browsers
            for number in range(rounds):
                print(f"  {speech.language}→{target}: {speech.seconds:.0f} s, {number + 1} of {rounds} …", flush=True)
                async with people(stack, speech, target) as hear:
                    await asyncio.sleep(TAPPED_SECONDS)
                    before = await _used(stack)
                    run.observed.append(await hear())
                    for stage, seconds in (await _used(stack)).items():
                        run.processor[stage] = run.processor.get(stage, 0.0) + seconds - before[stage]
            run.drops = dict(await drops(stack))
            run.pieces = pieces.stages(published.parts, pieces.heard(stack.log("bridge")), target)
    return run


async def _used(stack: Stack) -> Mapping[str, float]:
    """Seconds of the processor so far: of each stage of the worker, of the rest of it, and of each other process."""
    found = dict.fromkeys(ACTORS.values(), 0.0)
    for sample in samples(await scrape(f"http://127.0.0.1:{stack.env['WORKER_METRICS_PORT']}")):
        if sample.name == "jbc_worker_actor_processor_seconds_total" and (actor := sample.labels["actor"]) in ACTORS:
            found[ACTORS[actor]] += sample.value
    taken = {name: reading.cpu for name, reading in processes.read(stack).items()}
    rest = taken.pop("worker") - sum(found.values())
    return found | {"worker, the rest": rest} | taken


@asynccontextmanager
async def _light(stack: Stack, speech: LongSpeech, target: str) -> AsyncIterator[Any]:
    async with Exchange(stack) as exchange, listening(exchange, speech.language, target) as here:
        yield lambda: here.hear(speech, stack)


@asynccontextmanager
async def _browsers(stack: Stack, speech: LongSpeech, target: str) -> AsyncIterator[Any]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield lambda: _in_browsers(browser, stack, speech, target)
        await browser.close()


async def _in_browsers(browser: Browser, stack: Stack, speech: LongSpeech, target: str) -> Observed:
    """Have a speech spoken in one browser and watch the page of a listener in another."""
    room = await room_from_front_page(browser, stack.url)
    own = speech.language
    speaker = await Person.join(browser, room, "Speaker", speak=own, read=own, hear=own)
    listener = await Person.join(browser, room, "Listener", speak=target, read=target, hear=target)
    await asyncio.sleep(TAPPED_SECONDS)
    await listener.record()
    said = await speaker.say(speech.wav)
    await heard_out(listener, stack)
    return await _observed(listener, said["startedAt"])


async def _observed(listener: Person, began: float) -> Observed:
    seen: list[dict[str, Any]] = await listener.page.evaluate("window.__seen")
    sound_at: float = await listener.page.evaluate("window.__heard.startedAt")
    updates: dict[str, list[Update]] = {"source": [], "translation": []}
    for row in sorted(seen, key=lambda row: float(row["at"])):
        segment = str(row["id"]).replace("t-", "u-", 1)
        updates[str(row["kind"]).split()[0]].append(Update(segment, row["text"], (row["at"] - began) / 1000))
    return Observed(
        sources=updates["source"],
        translations=updates["translation"],
        lines=await listener.lines(),
        sound=await listener.heard(),
        sound_began=(sound_at - began) / 1000,
        began=began / 1000,
    )

"""What a running system says of itself: captions and clips (of each piece) as published, and the bridge's counters."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from ops.harness.metrics import samples, scrape
from ops.harness.stack import Stack
from tasks.wire import keys
from tasks.wire.messages import Caption, ClipPart, Timeline, decode, decode_clip_event

LAGS = {
    "endpoint": ("speech_end", "closed"),
    "stt": ("closed", "stt_end"),
    "translate": ("stt_end", "translate_end"),
    "speak": ("translate_end", "speak_end"),
    "source caption": ("speech_end", "stt_end"),
    "translated caption": ("speech_end", "translate_end"),
    "clip": ("speech_end", "speak_end"),
}
"""Stage → the stamps between which it lies; the last three, queues included, are from the end of the sentence, for a
clip from the last word that its piece is for."""


@dataclass
class Published:
    """What was published since `follow` began."""

    captions: list[Caption] = field(default_factory=list)
    clips: list[ClipPart] = field(default_factory=list)
    """First parts."""
    parts: list[ClipPart] = field(default_factory=list)
    """All of them."""

    async def follow(self, redis: Redis) -> None:
        """Take in what is published, for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._captions(redis))
            both.create_task(self._clips(redis))

    def lags(self) -> dict[str, list[float]]:
        """Stage → milliseconds, one for each utterance that has been through it."""
        sources = [caption.timeline for caption in self.captions if caption.is_source]
        translations = [caption.timeline for caption in self.captions if not caption.is_source]
        clips = [clip.timeline for clip in self.clips]
        of = {"endpoint": sources, "stt": sources, "source caption": sources, "speak": clips, "clip": clips}
        return {
            stage: [ms for timeline in of.get(stage, translations) if (ms := _ms(timeline, *ends)) is not None]
            for stage, ends in LAGS.items()
        }

    def clip_lags(self) -> dict[str, list[float]]:
        """Language → milliseconds from the end of speech to the first sound in it: voices are worlds apart."""
        found: dict[str, list[float]] = {}
        for clip in self.clips:
            if (ms := _ms(clip.timeline, *LAGS["clip"])) is not None:
                found.setdefault(clip.language, []).append(ms)
        return found

    async def _captions(self, redis: Redis) -> None:
        last: bytes = b"$"
        while True:
            answer: Any = await redis.xread({keys.CAPTIONS: last}, block=1_000)
            for _, entries in answer:
                for number, entry in entries:
                    last = number
                    self.captions.append(decode(entry[b"c"], Caption))

    async def _clips(self, redis: Redis) -> None:
        async with redis.pubsub() as channel:
            await channel.psubscribe(keys.clips_channel("*"))
            async for message in channel.listen():
                if message["type"] == "pmessage":
                    event = decode_clip_event(message["data"])
                    if isinstance(event, ClipPart):
                        self.parts.append(event)
                        if event.part == 0:
                            self.clips.append(event)


def _ms(timeline: Timeline, start: str, end: str) -> float | None:
    began, ended = getattr(timeline, start), getattr(timeline, end)
    return None if began is None or ended is None else (ended - began) * 1000


async def drops(stack: Stack) -> Counter[str]:
    """What the bridge has given up on so far, by stage and reason, and the clips that it played and hurried."""
    found: Counter[str] = Counter()
    for sample in samples(await scrape(f"http://127.0.0.1:{stack.env['BRIDGE_PORT']}")):
        if sample.name == "jbc_dropped_total":
            found[f"{sample.labels['stage']}: {sample.labels['reason']}"] += int(sample.value)
        elif sample.name in ("jbc_clip_parts_played_total", "jbc_clip_parts_hurried_total"):
            found[sample.name.removeprefix("jbc_").removesuffix("_total").replace("_", " ")] += int(sample.value)
    return found

"""Somebody who listens to a long speech without a browser: reads the feed, and keeps the sound that is sent to them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from app.media.audio.opus import resample
from app.media.audio.rtp import RTP_RATE
from ops.harness.callers import Call, Exchange, Seat
from ops.harness.captions import sse
from ops.harness.ear import Ear
from ops.harness.people import Line
from ops.harness.recordings import RATE
from ops.harness.stack import Stack
from ops.harness.waiting import until
from ops.measure.delays import Update
from ops.measure.long_speech import LongSpeech
from ops.measure.observed import Observed

QUIET_SECONDS: Final = 3.0
"""Seconds without anything new after which all has been read and heard."""
MAX_WAIT_SECONDS: Final = 60.0
"""For that; what a translator refuses to translate never comes."""


@dataclass
class Reader:
    """What came on a feed."""

    language: str
    """Of the translations that are read."""
    rows: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """Captions as docs/feed.md has them, and when each came, seconds since the epoch."""

    async def follow(self, client: httpx.AsyncClient, room: str) -> None:
        """Read on, for ever."""
        asked = {"lang": self.language, "format": "json", "sentences": "soon"}
        async with client.stream("GET", f"/rooms/{room}/captions", params=asked, timeout=None) as feed:
            feed.raise_for_status()
            async for event in sse(feed.aiter_lines()):
                if event.event == "caption":
                    self.rows.append((time.time(), json.loads(event.data)))

    @property
    def owing(self) -> bool:
        """Whether a sentence is not over, or not translated."""
        over = {(row["segment"], row["language"]) for _, row in self.rows if row["final"]}
        begun = {row["segment"] for _, row in self.rows if row["text"]}
        spoken = {row["source_language"] for _, row in self.rows}
        return any((segment, language) not in over for segment in begun for language in {self.language, *spoken})

    def updates(self, began: float, *, source: bool) -> list[Update]:
        """What was shown, of one kind, in seconds since the speech began."""
        return [
            Update(row["segment"], row["text"], at - began)
            for at, row in self.rows
            if (row["language"] == row["source_language"]) is source
        ]

    def lines(self) -> list[Line]:
        """What stands there in the end, in the order in which it was spoken."""
        texts: dict[str, dict[bool, str]] = {}
        spoken_at: dict[str, float] = {}
        for _, row in self.rows:
            if row["final"]:
                texts.setdefault(row["segment"], {})[row["language"] == row["source_language"]] = row["text"]
                spoken_at.setdefault(row["segment"], row["spoken_at"])
        ordered = sorted(texts, key=lambda segment: spoken_at[segment])
        return [Line(one, "Speaker", texts[one].get(True, ""), texts[one].get(False, "")) for one in ordered]


@dataclass
class Listening:
    """A call in which one speaks and one listens."""

    call: Call
    ear: Ear
    reader: Reader

    async def hear(self, speech: LongSpeech, stack: Stack) -> Observed:
        """Have a speech spoken, and everything of it read and heard."""
        samples = await asyncio.to_thread(resample, speech.samples, RATE, RTP_RATE)
        began = await self.call.callers[0].say(samples)
        ended = time.time()

        async def heard_out() -> bool:
            newest = max(ended, self.ear.last, *(at for at, _ in self.reader.rows), 0.0)
            return time.time() - newest > QUIET_SECONDS and not self.reader.owing

        try:
            await stack.dubbed(MAX_WAIT_SECONDS)
            await until(heard_out, MAX_WAIT_SECONDS)
        except TimeoutError:
            print("  something that was said has not been translated or spoken", flush=True)
        sound, sound_at = self.ear.heard()
        return Observed(
            began=began,
            sources=self.reader.updates(began, source=True),
            translations=self.reader.updates(began, source=False),
            lines=self.reader.lines(),
            sound=sound,
            sound_began=sound_at - began,
        )


@asynccontextmanager
async def listening(exchange: Exchange, source: str, target: str) -> AsyncIterator[Listening]:
    """A room in which the first caller speaks `source`, and the other reads and hears `target`, drafts too."""
    async with AsyncExitStack() as leaving:
        ear, reader = Ear(), Reader(target)
        await ear.open()
        leaving.callback(ear.close)
        call = await leaving.enter_async_context(exchange.seated([Seat(source), Seat(target, drafts=True, ear=ear)]))
        following = asyncio.create_task(reader.follow(call.client, call.code))
        leaving.callback(following.cancel)
        yield Listening(call, ear, reader)
        if following.done():
            following.result()

"""Caption feeds of a running web process, as pages open them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.captions.feed_limits import FeedCounter, FeedLimits
from app.captions.feeds import Feeds
from app.limits.at_once import AtOnce
from app.limits.names import Names
from ops.harness.captions import Event, caption, sse
from ops.harness.metrics import figure
from tasks.wire.messages import Caption

WITHIN = 20.0
"""Seconds in which something that is due must have come."""


def no_feeds() -> Feeds:
    """Those of one process, of which none is open yet."""
    return Feeds(FeedCounter(FeedLimits(), AtOnce(Names("secret"))))


@asynccontextmanager
async def feed(
    browser: httpx.AsyncClient, code: str, query: str = "", last: str = ""
) -> AsyncIterator[AsyncIterator[Event]]:
    """An open feed, its first comment read, so that whatever is said from now on comes."""
    headers = {"Last-Event-ID": last} if last else {}
    async with browser.stream("GET", f"/rooms/{code}/captions{query}", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        lines = response.aiter_lines()
        assert await anext(lines) == ": captions"
        yield sse(lines)


async def take(events: AsyncIterator[Event], count: int) -> list[Event]:
    """The next events; they must come in time."""
    async with asyncio.timeout(WITHIN):
        return [await anext(events) for _ in range(count)]


async def live(browser: httpx.AsyncClient, within: float = WITHIN) -> None:
    """Wait until the process has its subscription."""
    async with asyncio.timeout(within):
        while (await browser.get("/ready")).json()["dependencies"]["redis"]["state"] != "ok":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def texts(events: list[Event]) -> list[str]:
    """The last paragraph of each event."""
    return [re.findall(r"<p[^>]*>([^<]+)</p>", event.data)[-1] for event in events]


def spoken(code: str, segment: str, text: str, **more: Any) -> Caption:  # noqa: ANN401
    """A caption whose segment belongs to this room alone: the process and its database serve all these tests."""
    return caption(code, f"{code}.{segment}", text, **more)


async def count(browser: httpx.AsyncClient, name: str) -> float:
    """The value of a metric without labels."""
    return figure((await browser.get("/metrics")).text, name)


@dataclass
class Reader:
    """Somebody who reads along in Portuguese and comes back whenever the feed ends, as pages do."""

    read: list[tuple[str, str]] = field(default_factory=list)
    """Segment and language of each final caption, as often as it came."""

    async def follow(self, client: httpx.AsyncClient, code: str) -> None:
        """Read for ever."""
        last = ""
        while True:
            with suppress(httpx.TransportError, AssertionError, StopAsyncIteration):
                async with feed(client, code, "?format=json&lang=pt", last) as events:
                    async for event in events:
                        last = event.id or last
                        caption: dict[str, Any] = json.loads(event.data)
                        if caption["final"]:
                            self.read.append((caption["segment"], caption["language"]))
            await asyncio.sleep(0.2)

"""`make fanout`: how many readers one room's captions can have, on this machine.

A real web process and a real Redis; readers that keep up, and some that stop reading. Every caption's way from being
published to each reader is timed. Several `web` are behind the proxy of the deploy plan, but for its TLS. Prints a
table and writes var/fanout.json.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import redis

from app.captions.feed_limits import MAX_FEEDS_PER_PARTICIPANT
from ops.harness.captions import caption
from ops.harness.redis_server import redis_server
from ops.measure import signals
from ops.measure.audience import Audience, joined
from ops.measure.edge import Edge, edge
from ops.measure.figures import busy, machine, percentiles, write
from tasks import publish as publishing
from tasks.wire import keys
from tasks.wire.captions import publish_interim

DROPPED: Final = "jbc_caption_readers_dropped_total"
"""Readers whose feed `web` has ended because they did not read."""
TEXT: Final = "The ship sails at nine tomorrow morning, and whoever is late will have to take the train. "


def publish(client: redis.Redis, audience: Audience, code: str, number: int, text: str) -> None:
    """One final caption, as a worker publishes it."""
    item = caption(code, f"{code}.{number}", text, seq=number)
    before = time.monotonic()
    publishing.final_caption(client, item, f"m{number}")
    found: Any = client.xrevrange(keys.CAPTIONS, count=1)
    audience.published[found[0][0]] = before


def grow(client: redis.Redis, audience: Audience, code: str, number: int, words: int, language: str) -> None:
    """More of a sentence that is being spoken, as a worker shows it."""
    mark = len(audience.published)
    text = f"{TEXT[: 6 * words]} mark{mark}{'x' * words}"  # always more
    item = caption(code, f"{code}.g{number}", text, seq=number, final=False, language=language)
    audience.published[b"%d" % mark] = time.monotonic()
    publish_interim(client, item)


async def steady(
    served: Edge, client: redis.Redis, audience: Audience, code: str, rate: float, count: int
) -> dict[str, Any]:
    """Captions at a speaker's pace: lag, processor time and memory."""
    busy, began = served.processor(), time.monotonic()
    due = began
    for number in range(count):
        publish(client, audience, code, number, TEXT)
        due += 1 / rate
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    expected = count * len(audience.tasks)
    async with asyncio.timeout(60):
        while audience.received < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    took = time.monotonic() - began
    return {
        "captions_a_second": rate,
        "seconds": round(took, 1),
        "events": audience.received,
        "lag_ms": percentiles(audience.lags) | {"max": round(max(audience.lags), 1)},
        "web_processor_share": round((served.processor() - busy) / took, 3),
        "web_memory_mb": round(served.memory(), 1),
    }


async def growing(served: Edge, client: redis.Redis, audience: Audience, code: str, seconds: int) -> dict[str, Any]:
    """Somebody who does not pause: two interims a second as spoken, one translated, a sentence every four seconds."""
    audience.lags.clear()
    audience.growing_lags.clear()
    busy, began = served.processor(), time.monotonic()
    due, sent = began, 0
    for step in range(2 * seconds):
        number, words = step // 8, step % 8
        grow(client, audience, code, number, words, "en")
        sent += 1
        if step % 2:
            grow(client, audience, code, number, words, "pt")
            sent += 1
        if words == 7:
            publish(client, audience, code, 500_000 + number, TEXT)
        due += 0.5
        await asyncio.sleep(max(0.0, due - time.monotonic()))
    took = time.monotonic() - began
    return {
        "interims_a_second": round(sent / seconds, 2),
        "seconds": round(took, 1),
        "sent_of_interims": round(len(audience.growing_lags) / (sent * len(audience.tasks)), 3),
        "interim_lag_ms": percentiles(audience.growing_lags) | {"max": round(max(audience.growing_lags), 1)},
        "final_lag_ms": percentiles(audience.lags) | {"max": round(max(audience.lags), 1)},
        "web_processor_share": round((served.processor() - busy) / took, 3),
        "web_memory_mb": round(served.memory(), 1),
    }


async def stalled(
    served: Edge, client: redis.Redis, audience: Audience, code: str, cookies: Sequence[str], rate: float
) -> dict[str, Any]:
    """Some stop reading: until web has ended all of them, how late are the others?"""
    for cookie in cookies:
        await audience.open(cookie, reads=False)
    dropped_before = await served.total(DROPPED)
    audience.lags.clear()
    began, number = time.monotonic(), 1_000_000
    while (dropped := await served.total(DROPPED) - dropped_before) < len(cookies):
        if time.monotonic() - began > 600:
            break
        for _ in range(25):
            publish(client, audience, code, number, TEXT * 8)
            number += 1
            await asyncio.sleep(1 / rate)
        print(
            f"{number - 1_000_000} captions sent to {len(cookies)} that do not read, {dropped:.0f} dropped", flush=True
        )
    return {
        "captions_a_second": rate,
        "slow_readers": len(cookies),
        "dropped": int(dropped),
        "after_captions": number - 1_000_000,
        "others_lag_ms": percentiles(audience.lags) | {"max": round(max(audience.lags), 1)},
        "others_ended": audience.ended,
    }


async def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Start everything, open every feed, publish, and count."""
    readers: int = chosen.readers
    with (
        tempfile.TemporaryDirectory() as folder,
        redis_server() as server,
        edge(Path(folder), server.url, chosen.webs) as served,
        redis.Redis.from_url(server.url) as client,
    ):
        code, cookies = await joined(served.webs[0], readers + chosen.slow)
        audience = Audience(served.port, f"/rooms/{code}/captions")
        empty, began = served.memory(), time.monotonic()
        for number in range(readers):
            await audience.open(cookies[number // MAX_FEEDS_PER_PARTICIPANT], reads=True)
        figures: dict[str, Any] = {
            "machine": machine(),
            "load_average": busy(),
            "webs": chosen.webs,
            "readers": readers,
            "opened_in_s": round(time.monotonic() - began, 1),
            "web_memory_of_feeds_mb": round(served.memory() - empty, 1),
        }
        print(f"{readers} feeds open after {figures['opened_in_s']:.1f} s", flush=True)
        figures["steady"] = await steady(served, client, audience, code, chosen.rate, chosen.count)
        print(f"steady part measured in {figures['steady']['seconds']:.0f} s", flush=True)
        if chosen.growing:
            figures["growing"] = await growing(served, client, audience, code, chosen.growing)
            print(f"growing part measured in {figures['growing']['seconds']:.0f} s", flush=True)
        if chosen.slow:
            late = [cookies[(readers + number) // MAX_FEEDS_PER_PARTICIPANT] for number in range(chosen.slow)]
            figures["stalled"] = await stalled(served, client, audience, code, late, 2 * chosen.rate)
        with suppress(asyncio.CancelledError):
            await audience.close()
        return figures


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    calm = figures["steady"]
    rows = [
        f"{figures['readers']} readers of one room, {figures['webs']} web, {figures['machine']['cpu']}, "
        f"{figures['machine']['cores']} cores, "
        f"load average {figures['load_average']:.1f} before it began",
        f"opened in {figures['opened_in_s']} s, {figures['web_memory_of_feeds_mb']} MB of web's memory",
        f"{calm['captions_a_second']:g} captions a second: lag p50 {calm['lag_ms']['p50']} ms, p95 "
        f"{calm['lag_ms']['p95']} ms, max {calm['lag_ms']['max']} ms; web takes "
        f"{100 * calm['web_processor_share']:.0f} % of a core and {calm['web_memory_mb']} MB",
    ]
    if grown := figures.get("growing"):
        interims, finals = grown["interim_lag_ms"], grown["final_lag_ms"]
        share = 100 * grown["sent_of_interims"]
        rows.append(
            f"{grown['interims_a_second']:g} growing captions a second, {share:.0f} % of them sent: lag p50 "
            f"{interims['p50']} ms, p95 {interims['p95']} ms, max {interims['max']} ms; of final captions "
            f"p50 {finals['p50']} ms, p95 {finals['p95']} ms; web takes "
            f"{100 * grown['web_processor_share']:.0f} % of a core and {grown['web_memory_mb']} MB"
        )
    if late := figures.get("stalled"):
        others = late["others_lag_ms"]
        rows.append(
            f"{late['slow_readers']} readers stop reading: {late['dropped']} dropped after {late['after_captions']} "
            f"captions; the others' lag p50 {others['p50']} ms, p95 {others['p95']} ms, max {others['max']} ms, "
            f"{late['others_ended']} of them ended"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=2_000)
    parser.add_argument("--webs", type=int, default=1, help="processes of web, of several behind a proxy")
    parser.add_argument("--slow", type=int, default=50, help="readers that stop reading")
    parser.add_argument("--rate", type=float, default=1.0, help="final captions a second")
    parser.add_argument("--count", type=int, default=60, help="captions of the first part")
    parser.add_argument("--growing", type=int, default=30, help="seconds of somebody who speaks without a pause")
    chosen = parser.parse_args()
    figures = signals.run(measure(chosen))
    print(table(figures))
    write("fanout", figures)


if __name__ == "__main__":
    main()

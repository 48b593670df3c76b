"""One fault in a call of two browsers at home, one of which speaks all the time."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from typing import Any, Final

from playwright.async_api import Browser

from ops.harness.finals import Finals, follow_finals
from ops.harness.machines.addresses import EDGE, SFUS
from ops.harness.machines.calls import all_loaded, new_room_on, stored_captions
from ops.harness.machines.installation import Machines, OnMachine
from ops.harness.people import WITNESS, Person
from ops.measure.chaos import (
    MAX_RECOVERY_SECONDS,
    NOTHING_MISSING,
    REMARKS,
    SENTENCES_BEFORE,
    SILENCE_SECONDS,
    Speech,
    figures,
)
from ops.measure.machines.faults import Fault

MAX_SILENCE_SECONDS: Final = 10.0
"""Seconds in which people hear each other again and read on, whatever has died."""


async def strike(machines: Machines, browser: Browser, fault: Fault) -> dict[str, Any]:
    """One row."""
    await all_loaded(machines)
    url = await new_room_on(machines, fault.room)
    room, finals = url.rsplit("/", 1)[1], Finals()
    edge = machines.hosts[EDGE].inside()
    async with AsyncExitStack() as leaving:
        alice = await Person.join(browser, url, "Alice", speak="en", read="en", hear="en")
        leaving.push_async_callback(alice.leave)
        bruno = await Person.join(browser, url, "Bruno", speak="pt", read="pt", hear="pt", scripts=(WITNESS,))
        leaving.push_async_callback(bruno.leave)
        noting = edge.begin(follow_finals(OnMachine(machines), room, finals))
        leaving.callback(noting.cancel)
        speech = Speech(alice)
        await speech.sentences(SENTENCES_BEFORE)
        await bruno.wait_for("() => document.querySelectorAll('#captions li:not(.interim)').length >= 1")
        await bruno.page.evaluate("window.__listenForSilence()")
        struck = time.monotonic()
        gone = await fault.act(machines)
        mended = time.monotonic()
        recovered = await well(machines, (alice, bruno), gone)
        await speech.sentences(1)
        silence: float = await bruno.page.evaluate("window.__longestSilence()")
        await speech.stop()
        with suppress(TimeoutError):  # what has not come by then counts as lost
            await bruno.settled(timeout=MAX_RECOVERY_SECONDS)
        away: float = await bruno.page.evaluate("window.__longestAway()")
        lateness: list[float] = await bruno.page.evaluate("window.__lateness()")
        told: dict[str, float] = await bruno.page.evaluate("window.__told()")
        kept = await stored_captions(machines, room)
        row = await figures(kept, bruno, speech, finals) | {
            "fault": fault.name,
            "noticed": fault.noticed,
            "lasted_s": round(mended - struck, 1),
            "recovery_s": recovered and round(recovered - mended, 1),
            "original_silence_s": round(silence, 1) if silence > SILENCE_SECONDS else 0.0,
            "without_feed_s": round(away, 1),
            "lag_before_s": lateness[0],
            "lag_worst_s": lateness[1],
            "told_s": {reason: round(seconds, 1) for reason, seconds in told.items()},
        }
    if gone:
        await asyncio.to_thread(machines.revive, gone)
        await machines.ready()
    return row


async def well(machines: Machines, people: tuple[Person, ...], gone: str) -> float | None:
    """When nothing is missing on anybody's page, on the monotonic clock; None: not in time."""
    try:
        async with asyncio.timeout(MAX_RECOVERY_SECONDS):
            for person in people:
                await person.wait_for("() => document.body.dataset.state === 'connected'", MAX_RECOVERY_SECONDS)
                await person.wait_for(NOTHING_MISSING, MAX_RECOVERY_SECONDS, REMARKS)
            sfu = gone if gone in SFUS else ""
            await machines.ready(MAX_RECOVERY_SECONDS, workers=1 if gone else 2, gone=sfu)
    except TimeoutError:
        return None
    return time.monotonic()


HEAD: Final = (
    f"{'fault':<38}{'lasted':>8}{'recovery':>10}{'silence':>9}{'captions':>10}{'lost':>6}{'doubled':>9}"
    f"{'WER of all':>12}{'no feed':>9}{'lag, then':>11}  what the page said"
)


def line(row: dict[str, Any]) -> str:
    """One row for reading; seconds."""
    recovery = "never" if row["recovery_s"] is None else f"{row['recovery_s']:.1f}"
    return (
        f"{row['fault']:<38}{row['lasted_s']:>8.1f}{recovery:>10}{row['original_silence_s']:>9.1f}{row['captions']:>10}"
        f"{row['captions_lost']:>6}{row['captions_doubled']:>9}{row['wer_of_all']:>12.2f}"
        f"{row['without_feed_s']:>9.1f}{row['lag_before_s']:>6.1f}{row['lag_worst_s']:>5.1f}  "
        + ", ".join(f"{reason} {seconds:.1f}" for reason, seconds in row["told_s"].items())
    )


def amiss(row: dict[str, Any]) -> bool:
    """Whether a fault has cost more than it may."""
    return bool(
        row["captions_lost"]
        or row["captions_doubled"]
        or row["recovery_s"] is None
        or row["original_silence_s"] > MAX_SILENCE_SECONDS
        or row["without_feed_s"] > MAX_SILENCE_SECONDS
    )

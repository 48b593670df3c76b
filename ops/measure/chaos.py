"""`make chaos`: one fault after the other on a running system, with two people in a call in real Chromium.

One speaks English without a pause, the other reads and hears Portuguese. For each fault: how long nothing of the
original voice arrived at the listener, what was read, whether a final caption was lost or came twice, and how long it
took until captions went on, and until everything worked again, voices too. Prints a table and writes var/chaos.json.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack, suppress
from pathlib import Path
from typing import Any, Final, get_args

from playwright.async_api import Browser, async_playwright

from ops.harness.finals import Finals, follow_finals, stored, twice
from ops.harness.people import CHROMIUM, FLAGS, WITNESS, Person, room_from_front_page
from ops.harness.postgres import postgres_server
from ops.harness.recordings import recordings
from ops.harness.stack import Stack, temporary_folder
from ops.harness.wer import corpus_wer
from ops.measure import signals
from ops.measure.faults import FAULTS, Fault, SmallDisk, System, with_settable_clock
from ops.measure.figures import machine, write

SENTENCES: Final = ("en_LJ001-0011", "en_LJ001-0009", "en_ls_1272_quilter", "en_LJ001-0019", "en_fleurs_004")
SILENCE_SECONDS: Final = 0.5
"""Seconds without a packet of the original voice that count as silence: less is the jitter of a busy machine."""
SENTENCES_BEFORE: Final = 2
"""Sentences that are heard and read before the fault."""
MAX_RECOVERY_SECONDS: Final = 90.0
NOTHING_MISSING = """remarks => document.querySelector('#notice').hidden
  || [...document.querySelectorAll('#notice [data-reason]')].every(line => remarks.includes(line.dataset.reason))"""
READ = "document.querySelector('#captions').textContent"
"""All captions that the listener's page shows, finished or not, translated or not."""
REMARKS: Final = ["hurried", "skipped"]
"""Reasons that go with the highest rung: how a dub keeps up with somebody who never pauses, fault or no fault."""
WRONG_CLOCK = Path(__file__).with_name("wrong_clock.js")


class Speech:
    """Somebody who speaks sentence after sentence until told to stop."""

    def __init__(self, person: Person) -> None:
        self.spoken: list[str] = []
        self._person = person
        self._enough = False
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let the sentence come to its end."""
        self._enough = True
        await self._task

    async def sentences(self, count: int) -> None:
        """Wait until so many have been begun from now on."""
        wanted = len(self.spoken) + count
        while len(self.spoken) < wanted:  # noqa: ASYNC110  (seconds apart)
            await asyncio.sleep(0.1)

    async def _run(self) -> None:
        for name in itertools.cycle(SENTENCES):
            if self._enough:
                return
            self.spoken.append(name)
            await self._person.say(recordings()[name].path.read_bytes())


async def well(stack: Stack, listener: Person) -> bool:
    """Whether every process answers and nothing is missing on the listener's page, within `MAX_RECOVERY_SECONDS`."""
    try:
        async with asyncio.timeout(MAX_RECOVERY_SECONDS):
            await stack.ready(captions="ok", bridge="ok", database="ok", redis="ok", sfu="ok", workers="ok")
            await listener.wait_for("() => document.body.dataset.state === 'connected'", MAX_RECOVERY_SECONDS)
            await listener.wait_for(NOTHING_MISSING, MAX_RECOVERY_SECONDS, REMARKS)
    except TimeoutError:
        return False
    return True


async def captions_again(listener: Person, before: str) -> float | None:
    """Seconds until the listener reads something new; None where that does not come within `MAX_RECOVERY_SECONDS`."""
    began = time.monotonic()
    with suppress(TimeoutError):
        await listener.wait_for(f"before => {READ} !== before", MAX_RECOVERY_SECONDS, before)
        return time.monotonic() - began
    return None


async def measure(stack: Stack, browser: Browser, fault: Fault, hear: str) -> dict[str, Any]:
    """One row. `hear`: what the listener does, a language or "original"."""
    url = await room_from_front_page(browser, stack.url)
    room = url.rsplit("/", 1)[1]
    finals: Finals = {}
    scripts = (WITNESS, WRONG_CLOCK) if fault.clock else (WITNESS,)
    async with AsyncExitStack() as leaving:
        alice = await Person.join(browser, url, "Alice", speak="en", read="en", hear="en")
        leaving.push_async_callback(alice.leave)
        bruno = await Person.join(browser, url, "Bruno", speak="pt", read="pt", hear=hear, scripts=scripts)
        leaving.push_async_callback(bruno.leave)
        noting = asyncio.create_task(follow_finals(stack, room, finals))
        leaving.callback(noting.cancel)
        speech = Speech(alice)
        await speech.sentences(SENTENCES_BEFORE)
        await bruno.wait_for("() => document.querySelectorAll('#captions li:not(.interim)').length >= 1")
        await bruno.page.evaluate("window.__listenForSilence()")
        struck = time.monotonic()
        await fault.act(stack)
        mended = time.monotonic()
        read: str = await bruno.page.evaluate(READ)
        is_reading = asyncio.create_task(captions_again(bruno, read))
        leaving.callback(is_reading.cancel)
        is_well = await well(stack, bruno)
        recovered = time.monotonic()
        captions = await is_reading
        silence: float = await bruno.page.evaluate("window.__longestSilence()")
        await speech.sentences(1)
        await speech.stop()
        with suppress(TimeoutError):  # what has not come by then counts as lost
            await bruno.settled(timeout=MAX_RECOVERY_SECONDS)
        told: dict[str, float] = await bruno.page.evaluate("window.__told()")
        kept = await stored(stack, room)
        return await figures(kept, bruno, speech, finals) | {
            "fault": fault.name,
            "lasted_s": round(mended - struck, 1),
            "captions_s": None if captions is None else round(captions, 1),
            "recovery_s": round(recovered - mended, 1) if is_well else None,
            "original_silence_s": round(silence, 1) if silence > SILENCE_SECONDS else 0.0,
            "told_s": {reason: round(seconds, 1) for reason, seconds in told.items()},
        }


async def figures(stored_keys: list[tuple[str, str]], reader: Person, speech: Speech, finals: Finals) -> dict[str, Any]:
    """What became of what was said; `stored_keys`: segment and language of what the database has."""
    lines = await reader.lines()
    shown = Counter(line.segment.removeprefix("u-") for line in lines)
    translated = {line.segment.removeprefix("u-") for line in lines if line.translation}
    kept = Counter(stored_keys)
    wanted = {"en": shown.keys(), "pt": translated}
    lost = [key for key in finals if key[0] not in wanted[key[1]] or not kept[key]]
    doubled = sum(count - 1 for count in (*shown.values(), *kept.values())) + twice(finals)
    spoken = " ".join(recordings()[name].text for name in speech.spoken)
    read = " ".join(line.source for line in lines)
    return {
        "captions": len(finals),
        "captions_lost": len(lost),
        "captions_doubled": doubled,
        "lost": [" ".join(key) for key in lost],
        "sentences": len(speech.spoken),
        "wer_of_all": round(corpus_wer([(spoken, read)], "en"), 2),
    }


async def run(faults: list[Fault], stack: Stack, hear: str) -> list[dict[str, Any]]:
    """Every fault in a call of its own, on one system."""
    rows = []
    async with stack, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for fault in faults:
            rows.append(await measure(stack, browser, fault, hear))
            print(line(rows[-1]), flush=True)
        await browser.close()
    return rows


def prepared(system: System, faults: list[Fault], folder: Path, around: ExitStack) -> Stack:
    """A system that these faults can strike; `around` ends what it needs."""
    if system == "postgresql":
        server = around.enter_context(postgres_server())
        stack = Stack(folder, DATABASE_URL=server.url("postgres"))
        stack.restart_database = server.restart
        return stack
    disk = any("disk" in fault.name for fault in faults)
    stack = Stack(folder, **(around.enter_context(SmallDisk(folder)) if disk else {}))
    if system == "clock":
        with_settable_clock(stack)
    return stack


HEAD = (
    f"{'fault':<32}{'lasted':>8}{'reads on':>10}{'recovery':>10}{'silence of original':>21}{'captions':>10}"
    f"{'lost':>6}{'doubled':>9}{'WER of all':>12}  what the page said"
)


def line(row: dict[str, Any]) -> str:
    """One row for reading; seconds."""
    reads, recovery = ("never" if row[key] is None else f"{row[key]:.1f}" for key in ("captions_s", "recovery_s"))
    return (
        f"{row['fault']:<32}{row['lasted_s']:>8.1f}{reads:>10}{recovery:>10}{row['original_silence_s']:>21.1f}"
        f"{row['captions']:>10}{row['captions_lost']:>6}{row['captions_doubled']:>9}{row['wer_of_all']:>12.2f}  "
        + ", ".join(f"{reason} {seconds:.1f}" for reason, seconds in row["told_s"].items())
    )


def main() -> None:
    """Break, measure, print, write; fails where something was lost or doubled, fell silent, or did not heal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="WORDS", help="faults with these words")
    parser.add_argument("--but", action="append", default=[], metavar="WORDS", help="no faults with these words")
    parser.add_argument(
        "--without-dub",
        action="store_true",
        help="the listener hears the original: where a machine is too busy for a dub",
    )
    asked = parser.parse_args()
    faults = [fault for fault in FAULTS if not asked.only or any(words in fault.name for words in asked.only)]
    faults = [fault for fault in faults if not any(words in fault.name for words in asked.but)]
    where, hear = machine(), "original" if asked.without_dub else "pt"
    print(f"{where['cpu']}, {where['cores']} cores; seconds\n\n{HEAD}", flush=True)
    rows = []
    for system in get_args(System):
        these = [fault for fault in faults if fault.on == system]
        if these:
            with temporary_folder() as folder, ExitStack() as around:
                rows += signals.run(run(these, prepared(system, these, Path(folder), around), hear))
    write("chaos", {"machine": where, "heard": hear, "rows": rows})
    bad = [row["fault"] for row in rows if row["captions_lost"] or row["captions_doubled"]]
    bad += [row["fault"] for row in rows if row["captions_s"] is None or row["recovery_s"] is None]
    bad += [row["fault"] for row in rows if row["original_silence_s"] and not row["fault"].startswith("sfu")]
    if bad:
        sys.exit(f"Not as it should be: {', '.join(dict.fromkeys(bad))}")


if __name__ == "__main__":
    main()

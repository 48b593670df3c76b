"""`python -m ops.measure.talk_lag --set FOLDER`: how late the other one hears what is said at one device.

Two people take turns at the page of a talk in real Chromium, on a system of its own with nothing else in it. From the
end of speech, known from the recording, to the line that is read and to the first sound of the dub. It is written to
var/talk_lag.json, too.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, async_playwright

from ops.harness.people import CHROMIUM, FLAGS, HOOKS, Person, heard_out, speech_bounds
from ops.harness.recordings import DATA
from ops.harness.stack import Stack, temporary_folder
from ops.measure import signals
from ops.measure.bench import readings
from ops.measure.figures import busy, machine, percentiles, write

PAIR: Final = ("en", "pt")
UTTERANCES: Final = 10
"""Of each language."""
LISTENING: Final = "document.querySelectorAll('.light[data-light=listening]').length === 2"
LINES: Final = "half => document.querySelectorAll(`[data-half=${half}] .said li .translation`).length"
NOTE: Final = """() => {
  window.__read = [];
  const look = () => {
    for (const line of document.querySelectorAll(".said li:not([data-grows]) .translation")) {
      if (line.dataset.noted || !line.textContent || line.textContent === "…") continue;
      line.dataset.noted = "yes";
      window.__read.push(performance.timeOrigin + performance.now());
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


async def measure(folder: Path) -> dict[str, list[float]]:
    """Milliseconds from the end of speech, by what came then and in which language was spoken."""
    found: dict[str, list[float]] = defaultdict(list)
    with temporary_folder() as system_folder:
        async with Stack(Path(system_folder)) as stack, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            table = await _sit_down(browser, stack)
            said = {language: readings(folder, language, UTTERANCES) for language in PAIR}
            by_turns = zip_longest(*([(code, clip) for clip in said[code]] for code in PAIR))
            for turn in (turn for both in by_turns for turn in both if turn):
                await _turn(table, stack, turn[0], turn[1], found)
            await table.leave()
            await browser.close()
    return found


async def _sit_down(browser: Browser, stack: Stack) -> Person:
    context = await browser.new_context(permissions=["microphone"], locale="en")
    await context.add_init_script(path=HOOKS)
    table = Person("Table", context, await context.new_page(), [])
    await table.page.goto(f"{stack.url}/talk")
    for field, language in zip(("near", "far"), PAIR, strict=True):
        await table.page.select_option(f"#{field}", language)
    await table.page.click("form[action='/talk'] button")
    await table.page.wait_for_selector("body[data-page=talk][data-state=connected]")
    await table.page.evaluate(NOTE)
    return table


async def _turn(table: Person, stack: Stack, spoken: str, clip: Path, found: dict[str, list[float]]) -> None:
    await table.wait_for(LISTENING)
    onsets, read = len(await table.onsets()), await table.page.evaluate("window.__read.length")
    said = await table.say(await asyncio.to_thread(clip.read_bytes))
    ended = said["startedAt"] + 1000 * speech_bounds(clip)[1]
    await heard_out(table, stack)
    lines: list[float] = (await table.page.evaluate("window.__read"))[read:]
    sounds = (await table.onsets())[onsets:]
    if not lines or not sounds:
        found[f"{spoken}: nothing came"].append(1.0)
        return
    found[f"{spoken}: read"].append(lines[-1] - ended)
    # Somebody who pauses is spoken to in the pause: where the dub begins before the end there is nothing to measure.
    if sounds[0] > ended:
        found[f"{spoken}: heard"].append(sounds[0] - ended)
    print(f"  {spoken} {clip.stem}: read {lines[-1] - ended:.0f} ms, heard {sounds[0] - ended:.0f} ms", flush=True)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    folder = parser.parse_args().set.resolve()
    found = signals.run(measure(folder))
    figures: dict[str, Any] = {
        "machine": machine(),
        "busy": busy(),
        "set": "tests/data" if folder == DATA else folder.name,
        "ms": {name: percentiles(values) for name, values in sorted(found.items())},
    }
    for name, values in figures["ms"].items():
        print(f"{name:<24}{values}")
    write("talk_lag", figures)


if __name__ == "__main__":
    main()

"""`python -m ops.measure.vietnamese_demo --set FOLDER`: what a visitor reads and hears of the demo in Vietnamese.

Opens the front page in real Chromium, on a system of its own with the models that are installed, presses the button of
the demo, and keeps one round of the recording: the captions, their English, and the sound, which Whisper writes down.
FOLDER is the larger set, which has the texts of the recording and their translations by people. Printed, and written
to var/vietnamese_demo.json.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from typing import Any, Final

import sacrebleu
import soundfile
from playwright.async_api import async_playwright

from app.media.bridge.recorded_speaker import FOLDER, PAUSE_SECONDS
from ops.harness.listening import understood
from ops.harness.people import CHROMIUM, FLAGS, HOOKS, Line, Person
from ops.harness.stack import Stack, temporary_folder
from ops.harness.wer import wer
from ops.measure import signals
from ops.measure.clips import clips
from ops.measure.figures import busy, machine, write

CLIPS: Final = ("vi_fleurs_0046", "vi_fleurs_0028", "vi_fleurs_0054", "vi_fleurs_0071")
"""What the recording was joined of (app/media/bridge/recordings/CREDITS.md)."""
FIRST: Final = {
    "Vietnamese read": "[...document.querySelectorAll('#captions .source')].some(p => p.textContent.trim())",
    "English read": "[...document.querySelectorAll('#captions .translation')].some(p => p.textContent.trim())",
    "English heard": "window.__onsets.length > 0",
}
BEGAN: Final = "+document.querySelector('#captions li.utterance').dataset.start"
STARTS: Final = "[...document.querySelectorAll('#captions li.utterance:not(.interim)')].map(li => +li.dataset.start)"
DRAFT: Final = "draft "
"""What a translation begins with that is one."""
OVER: Final = 6.0
"""Seconds of the next round in which the last of this one may still be heard: nothing of that one is, yet."""
WITHIN: Final = 120.0
"""Seconds in which the demo is offered: until the worker has read the model."""


async def measure() -> dict[str, Any]:
    """One round of the demo."""
    seconds = soundfile.info(FOLDER / "demo-vi.flac").duration
    with temporary_folder() as folder:
        async with Stack(Path(folder)) as stack, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            context = await browser.new_context(locale="en")
            await context.add_init_script(path=HOOKS)
            visitor = Person("Visitor", context, await context.new_page(), [])
            await _offered(visitor, stack.url)
            await visitor.record()
            clicked = time.monotonic()
            first = {}
            for what, condition in FIRST.items():
                await visitor.wait_for(condition, WITHIN)
                first[what] = round(time.monotonic() - clicked, 1)
            begin = await visitor.page.evaluate(BEGAN)
            await asyncio.sleep(max(0.0, begin + seconds + PAUSE_SECONDS + OVER - time.time()))
            sound = await visitor.heard_from((await visitor.onsets())[0])
            starts = await visitor.page.evaluate(STARTS)
            lines = [line for line, at in zip(await visitor.lines(), starts, strict=True) if at < begin + seconds]
            await browser.close()
    return {"after_click_s": first, "lines": lines, "heard": understood(sound, "en")}


async def _offered(visitor: Person, url: str) -> None:
    """Wait until the front page offers the demo, and press its button."""
    deadline = time.monotonic() + WITHIN
    button = visitor.page.locator("form[action='/demo/vi'] button[type=submit]")
    while True:
        await visitor.page.goto(url)
        if await button.count():
            break
        if time.monotonic() > deadline:
            raise SystemExit("the demo is not offered: nothing here translates Vietnamese into English")
        await asyncio.sleep(1)
    await button.click()
    await visitor.page.wait_for_selector("body[data-page=call]")


def judged(found: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same with how far it is from what was said, what people made of it, and what was shown."""
    known = {clip.id: clip for clip in clips(folder)}
    said, meant = (" ".join(texts) for texts in ([known[name].text for name in CLIPS], _meant(known)))
    lines: list[Line] = found.pop("lines")
    source, english = " ".join(line.source for line in lines), " ".join(map(_english, lines))
    return {
        **found,
        "drafts": sum(line.translation.startswith(DRAFT) for line in lines),
        "lines": [[line.source, _english(line)] for line in lines],
        "source_wer": round(100 * wer(said, source, "vi"), 1),
        "chrf": round(sacrebleu.corpus_chrf([english], [[meant]]).score, 1),
        "heard_wer": round(100 * wer(english, found["heard"], "en"), 1),
    }


def _meant(known: dict[str, Any]) -> list[str]:
    return [known[name].translation["en"] for name in CLIPS]


def _english(line: Line) -> str:
    return line.translation.removeprefix(DRAFT)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, required=True, help="folder with manifest.jsonl")
    folder = parser.parse_args().set.resolve()
    figures = {"machine": machine(), "busy": busy(), **judged(signals.run(measure()), folder)}
    for name, value in figures.items():
        print(f"{name}: {value}")
    write("vietnamese_demo", figures)


if __name__ == "__main__":
    main()

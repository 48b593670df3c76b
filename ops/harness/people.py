"""People in a call: real Chromium pages that speak recordings and tell what they read and heard."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from playwright.async_api import Browser, BrowserContext, Page

from ops.harness.call_page import until
from ops.harness.stack import Stack

HOOKS = Path(__file__).with_name("page_hooks.js")
WITNESS = Path(__file__).with_name("witness.js")
"""Notes in a listener's page for how long no original voice arrived, and what was said to be amiss."""
PATHS = Path(__file__).with_name("paths.js")
"""Tells by which way a page's connections go."""
CHROMIUM = "/usr/bin/chromium"
"""Debian's Chromium; Playwright's own download is not needed."""
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


SETTLED = """([since, quiet]) => {
  const now = performance.timeOrigin + performance.now();
  const last = Math.max(since, ...window.__seen.map(line => line.at), ...window.__onsets.map(onset => onset.at));
  const owing = [...document.querySelectorAll('#captions p.translation')].some(p => !p.textContent.trim());
  return !document.querySelector('#captions [data-grows]') && !owing
    && now - last > quiet && now - window.__lastSound > quiet;
}"""


@dataclass(frozen=True)
class Line:
    """One final utterance as the page shows it."""

    segment: str
    speaker: str
    source: str
    translation: str


async def room_from_front_page(browser: Browser, site: str) -> str:
    """The address of a room made from the front page of `site`."""
    page = await browser.new_page()
    await page.goto(site)
    await page.click("form[action='/rooms'] button[type=submit]")
    await page.wait_for_url("**/rooms/*")
    url = page.url
    await page.close()
    return url


@dataclass
class Person:
    """Somebody in a call."""

    name: str
    context: BrowserContext
    page: Page
    errors: list[str]

    @classmethod
    async def join(
        cls,
        browser: Browser,
        room_url: str,
        name: str,
        *,
        speak: str,
        read: str,
        hear: str,
        scripts: Sequence[Path] = (),
    ) -> Person:
        """Open the room's page as a newcomer would, fill in the form and enter the call.

        `scripts` run in the page before its own, as `HOOKS` does.
        """
        context = await browser.new_context(permissions=["microphone"])
        for script in (HOOKS, *scripts):
            await context.add_init_script(path=script)
        page = await context.new_page()
        person = cls(name, context, page, [])
        page.on("pageerror", lambda error: person.errors.append(str(error)))
        page.on("console", lambda m: person.errors.append(m.text) if m.type == "error" else None)
        await page.goto(room_url)
        await page.fill("input[name=name]", name)
        for field, value in {"speak": speak, "read": read, "hear": hear}.items():
            await page.select_option(f"select[name={field}]", value)
        await page.click("form[action$='/join'] button[type=submit]")
        await page.wait_for_selector("body[data-page=call]")
        await page.wait_for_selector("body[data-state=connected]")
        await page.wait_for_selector("#mic:not([data-state=asking])")  # opened when one is in the call, and not before
        return person

    async def say(self, recording: bytes) -> dict[str, float]:
        """Speak a recording, the bytes of a FLAC or WAV file.

        Returns:
            When it is over: `startedAt`, the epoch time in ms of its first sample.
        """
        spoken: dict[str, float] = await self.page.evaluate(
            "data => window.__say(data)", base64.b64encode(recording).decode()
        )
        return spoken

    async def lines(self) -> list[Line]:
        """The final utterances on the page, top to bottom."""
        rows = await self.page.eval_on_selector_all(
            "#captions li.utterance:not(.interim)",
            """rows => rows.map(row => ({segment: row.id, speaker: row.querySelector('.speaker')?.textContent ?? '',
               source: row.querySelector('.source')?.textContent ?? '',
               translation: row.querySelector('.translation')?.textContent ?? ''}))""",
        )
        return [Line(**{key: value.strip() for key, value in row.items()}) for row in rows]

    async def wait_for(self, expression: str, timeout: float = 30.0, argument: object = None) -> Any:  # noqa: ANN401 - JSON
        """Wait until a JavaScript expression is true in the page (seconds); its value."""
        return await until(self.page, expression, timeout, argument)

    async def heard(self) -> NDArray[np.float32]:
        """What the page has played since `record`, 16 kHz mono."""
        recording = await self.page.evaluate("window.__recorded()")
        samples = np.frombuffer(base64.b64decode(recording["samples"]), np.float32)
        return np.asarray(soxr.resample(samples, recording["rate"], 16_000), np.float32)

    async def record(self) -> None:
        """Begin to record what the page plays."""
        await self.page.evaluate("window.__record(true)")

    async def settled(self, timeout: float = 40.0, quiet: float = 2.0) -> None:
        """Wait until everything that was said has been read and heard.

        That is: no interim line, no translation owing, and for `quiet` seconds from now on neither a new line nor a
        dubbed sound.
        """
        await self.wait_for(SETTLED, timeout, [await self.now(), quiet * 1000])

    async def now(self) -> float:
        """What time it is by the page's clock, epoch ms."""
        now: float = await self.page.evaluate("performance.timeOrigin + performance.now()")
        return now

    async def onsets(self) -> list[float]:
        """When dubbed tracks began to sound after a silence, epoch ms."""
        times: list[float] = await self.page.evaluate("window.__onsets.map(onset => onset.at)")
        return times

    async def heard_from(self, since: float) -> NDArray[np.float32]:
        """What the page has played since an epoch time (ms) within its recording, 16 kHz mono."""
        started: float = await self.page.evaluate("window.__heard.startedAt")
        return (await self.heard())[max(0, int((since - started) * 16)) :]

    async def leave(self) -> None:
        """Close the page, as somebody closing a tab."""
        await self.context.close()


async def heard_out(listener: Person, stack: Stack, quiet: float = 1.0) -> None:
    """Wait until a listener has read and heard all that was said, however slowly it is spoken.

    Once the bridge owes nothing any more, the last sound is under way: `quiet` is longer than a voice pauses in it. Who
    is to hear nothing at all is given longer.
    """
    await listener.settled(quiet=0.5)
    await stack.dubbed()
    await listener.settled(quiet=quiet)


def speech_bounds(clip: Path) -> tuple[float, float]:
    """Seconds at which the speech of a clean clip begins and ends.

    They are its first and last 10 ms within 35 dB of the loudest.
    """
    samples, rate = soundfile.read(io.BytesIO(clip.read_bytes()), dtype="float32", always_2d=True)
    frames = samples.mean(axis=1)[: len(samples) // (rate // 100) * (rate // 100)].reshape(-1, rate // 100)
    level = 10 * np.log10((frames**2).mean(axis=1) + 1e-12)
    voiced = np.flatnonzero(level > level.max() - 35)
    return float(voiced[0]) / 100, float(voiced[-1] + 1) / 100

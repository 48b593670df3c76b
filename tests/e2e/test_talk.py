"""Two people at one device: what each says is read and heard in the other's language, and never heard by the device."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from playwright.async_api import Browser, ViewportSize

from ops.harness import listening
from ops.harness.people import HOOKS, Person, heard_out
from ops.harness.recordings import RATE, recordings
from ops.harness.stack import Stack
from ops.harness.wer import corpus_wer
from tests.support.one_breath import in_one_breath, speech

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH, PORTUGUESE, BEFORE = "en_LJ001-0011", "pt_fleurs_004", "pt_fleurs_003"
PHONE = ViewportSize(width=390, height=844)
WATCH = """() => {
  window.__microphone = [];
  const note = () => window.__microphone.push({at: performance.timeOrigin + performance.now(),
    open: document.body.dataset.microphone === "open"});
  new MutationObserver(note).observe(document.body, {attributes: true, attributeFilter: ["data-microphone"]});
  note();
}"""
LISTENING = "document.querySelectorAll('.light[data-light=listening]').length === 2"
OPEN_AT = "at => window.__microphone.filter(change => change.at <= at).at(-1)?.open"
LINES = """half => [...document.querySelectorAll(`[data-half=${half}] .said li:not([data-grows])`)].map(line => ({
  source: line.querySelector(".source").textContent, spoken: line.querySelector(".source").lang,
  translation: line.querySelector(".translation")?.textContent ?? ""}))"""


@dataclass(frozen=True)
class Turn:
    """What came of one turn."""

    lines: list[dict[str, str]]
    heard: str

    def all(self, what: str) -> str:
        """The texts of all lines."""
        return " ".join(line[what] for line in self.lines)


def wav(samples: NDArray[np.int16]) -> bytes:
    """A file of it."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV")
    return file.getvalue()


async def turn(table: Person, stack: Stack, said: bytes, reader: str, *, dubs: int = 1) -> Turn:
    """Somebody speaks, or two do; the other one reads and hears it, which is understood as the reader's language."""
    await table.wait_for(LISTENING)
    before, onsets = len(await table.page.evaluate(LINES, reader)), len(await table.onsets())
    await table.record()
    await table.say(said)
    await table.wait_for("count => window.__onsets.length >= count", argument=onsets + dubs)
    await heard_out(table, stack)
    first = (await table.onsets())[onsets]
    for onset in (await table.onsets())[onsets:]:
        assert not await table.page.evaluate(OPEN_AT, onset + 200), "it listens to itself"
    lines: list[dict[str, str]] = (await table.page.evaluate(LINES, reader))[before:]
    return Turn(lines, listening.understood(await table.heard_from(first), reader))


async def test_two_people_take_turns_at_one_device(stack: Stack, browser: Browser) -> None:
    context = await browser.new_context(permissions=["microphone"], viewport=PHONE, locale="en")
    await context.add_init_script(path=HOOKS)
    table = Person("Table", context, await context.new_page(), [])
    table.page.on("pageerror", lambda error: table.errors.append(str(error)))
    table.page.on("console", lambda m: table.errors.append(m.text) if m.type == "error" else None)
    await table.page.goto(f"{stack.url}/talk")
    await table.page.select_option("#near", "en")
    await table.page.select_option("#far", "pt")
    await table.page.click("form[action='/talk'] button")
    await table.page.wait_for_selector("body[data-page=talk][data-state=connected]")
    await table.page.evaluate(WATCH)
    assert await table.page.evaluate("document.body.hasAttribute('data-turned')"), "held flat between the two"

    portuguese = await turn(table, stack, recordings()[PORTUGUESE].path.read_bytes(), "en")
    both = await turn(table, stack, wav(in_one_breath(BEFORE, ENGLISH)), "en", dubs=2)
    print(f"\n{portuguese}\n{both}")
    assert {line["spoken"] for line in portuguese.lines} == {"pt"}
    assert corpus_wer([(recordings()[PORTUGUESE].text, portuguese.all("source"))], "pt") <= 0.2
    assert corpus_wer([(portuguese.all("translation"), portuguese.heard)], "en") <= 0.3
    first, english = both.lines
    assert (first["spoken"], english["spoken"]) == ("pt", "en"), "it is cut where one language gives way to the other"
    assert corpus_wer([(recordings()[ENGLISH].text, english["source"])], "en") <= 0.2
    assert first["translation"]
    (translated,) = [line for line in await table.page.evaluate(LINES, "pt") if line["spoken"] == "en"]
    assert translated["translation"]

    # One tap, and the utterance is recognised as what it was not: the road is the same the other way round.
    wrong = table.page.locator("[data-half=pt] .said li:last-child .wrong")
    assert await wrong.inner_text() == "Isto era português"
    await table.wait_for(LISTENING)
    await wrong.click()
    one = len(portuguese.lines) + 1
    await table.wait_for(f"count => ({LINES})('en').length === count", timeout=40, argument=one)
    lines = await table.page.evaluate(LINES, "en")
    assert {line["spoken"] for line in lines} == {"pt"}, "the two lines of one breath have become one"
    await heard_out(table, stack)

    # A button says who speaks: nobody need find out.
    await table.wait_for(LISTENING)
    hold = table.page.locator("[data-half=pt] .hold")
    await hold.dispatch_event("pointerdown", {"button": 0, "pointerId": 1})
    await table.wait_for("document.querySelector('[data-half=pt] .light').dataset.light === 'listening'")
    assert await table.page.get_attribute("[data-half=en] .light", "data-light") == "held"
    await table.say(wav(speech(BEFORE)))
    await hold.dispatch_event("pointerup", {"button": 0, "pointerId": 1})
    held = "count => document.querySelectorAll('[data-half=en] .said .translation').length > count"
    await table.wait_for(held, timeout=40, argument=one)
    await heard_out(table, stack)

    await table.page.click("#over")
    await table.wait_for("document.querySelectorAll('.said li').length === 0")
    await table.page.reload()
    await table.page.wait_for_selector("body[data-state=connected]")
    await table.wait_for(LISTENING)
    assert await table.page.locator(".said li").count() == 0, "it is forgotten"
    assert table.errors == []
    await context.close()

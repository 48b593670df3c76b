"""Two people at one device: what each says is read and heard in the other's language, and never heard by the device."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, ViewportSize

from ops.harness import listening
from ops.harness.people import HOOKS, Person, heard_out
from ops.harness.recordings import recordings
from ops.harness.stack import Stack
from ops.harness.wer import corpus_wer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH, PORTUGUESE = "en_LJ001-0011", "pt_fleurs_004"
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

    source: str
    translation: str
    heard: str


async def turn(table: Person, stack: Stack, name: str, spoken: str, other: str) -> Turn:
    """Somebody speaks; the other one reads and hears it."""
    await table.wait_for(LISTENING)
    before, onsets = len(await table.page.evaluate(LINES, other)), len(await table.onsets())
    await table.record()
    await table.say(recordings()[name].path.read_bytes())
    await table.wait_for("count => window.__onsets.length > count", argument=onsets)
    await heard_out(table, stack)
    lines = (await table.page.evaluate(LINES, other))[before:]
    assert {line["spoken"] for line in lines} == {spoken}
    first = (await table.onsets())[onsets]
    for onset in (await table.onsets())[onsets:]:
        assert not await table.page.evaluate(OPEN_AT, onset + 200), "it listens to itself"
    return Turn(
        " ".join(line["source"] for line in lines),
        " ".join(line["translation"] for line in lines),
        listening.understood(await table.heard_from(first), other),
    )


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

    english = await turn(table, stack, ENGLISH, "en", "pt")
    portuguese = await turn(table, stack, PORTUGUESE, "pt", "en")
    print(f"\n{english}\n{portuguese}")
    assert corpus_wer([(recordings()[ENGLISH].text, english.source)], "en") <= 0.2
    assert corpus_wer([(recordings()[PORTUGUESE].text, portuguese.source)], "pt") <= 0.2
    assert corpus_wer([(portuguese.translation, portuguese.heard)], "en") <= 0.3
    assert english.heard

    # One tap, and the line is recognised as what it was not: the road is the same the other way round.
    wrong = table.page.locator("[data-half=en] .said li:last-child .wrong")
    assert await wrong.inner_text() == "This was English"
    before = len(await table.page.evaluate(LINES, "en"))
    await table.wait_for(LISTENING)
    await wrong.click()
    await table.wait_for(
        "() => document.querySelector('[data-half=pt] .said li:last-child .source')?.lang === 'en'", timeout=40
    )
    assert len(await table.page.evaluate(LINES, "en")) == before
    await heard_out(table, stack)

    # A button says who speaks: nobody need find out.
    await table.wait_for(LISTENING)
    hold = table.page.locator("[data-half=pt] .hold")
    await hold.dispatch_event("pointerdown", {"button": 0, "pointerId": 1})
    await table.wait_for("document.querySelector('[data-half=pt] .light').dataset.light === 'listening'")
    assert await table.page.get_attribute("[data-half=en] .light", "data-light") == "held"
    await table.say(recordings()[PORTUGUESE].path.read_bytes())
    await hold.dispatch_event("pointerup", {"button": 0, "pointerId": 1})
    await table.wait_for("document.querySelectorAll('[data-half=en] .said .translation').length > 1", timeout=40)
    await heard_out(table, stack)

    await table.page.click("#over")
    await table.wait_for("document.querySelectorAll('.said li').length === 0")
    await table.page.reload()
    await table.page.wait_for_selector("body[data-state=connected]")
    await table.wait_for(LISTENING)
    assert await table.page.locator(".said li").count() == 0, "it is forgotten"
    assert table.errors == []
    await context.close()

"""From the front page to the captions with a keyboard alone, and a focus that is always seen."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.async_api import Page, expect

from ops.harness.call_page import until
from ops.harness.gallery import World
from ops.harness.views import CONNECTED, MAX_WAIT_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST_STOPS: Final = 60
FOCUSED: Final = """() => {
  const one = document.activeElement;
  const marked = one.matches('.choice input') ? one.nextElementSibling : one;  // the ring lies around its label
  const { outlineStyle, outlineWidth } = getComputedStyle(marked);
  const box = marked.getBoundingClientRect();
  return {
    name: one.id || one.name || one.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40),
    ring: one === document.body || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2),
    seen: one === document.body || (box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth),
  };
}"""
REACHABLE: Final = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
  .filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && one.type !== 'hidden')
  .filter(one => one.type !== 'radio' || one.checked).length"""


async def step(page: Page) -> dict[str, Any]:
    """Press Tab once; what has the focus then, and shows it."""
    await page.keyboard.press("Tab")
    stop: dict[str, Any] = await page.evaluate(FOCUSED)
    assert stop["ring"], f"{stop['name']} shows no focus"
    return stop


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus; each stop on the way must be seen."""
    for _ in range(MOST_STOPS):
        stop = await step(page)
        assert stop["seen"], f"{stop['name']} has the focus out of sight"
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


async def stops(page: Page) -> set[str]:
    """Everything that Tab reaches on a page, once around."""
    reached: list[str] = []
    for _ in range(MOST_STOPS):
        stop = await step(page)
        if reached and stop["name"] == reached[0]:
            break
        reached.append(stop["name"])
    return set(reached)


async def test_a_keyboard_leads_from_the_front_page_to_the_captions_and_how_they_look(place: World) -> None:
    page = await place.visitor.new_page()
    await page.goto(place.url)
    await tab_to(page, "form[action='/rooms'] [name=name]")
    await page.keyboard.type("By keyboard")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/rooms/*-*")
    await tab_to(page, "[name=name]")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Kim")
    await tab_to(page, "button[name=reader]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("body[data-page=call]")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    await tab_to(page, "[popovertarget=reading]")
    await page.keyboard.press("Enter")
    await tab_to(page, "#reading-form [name=size]")
    await page.keyboard.press("ArrowRight")
    await page.wait_for_selector("body[data-size=l]")
    await page.keyboard.press("Escape")
    assert await page.is_hidden("#reading")
    assert await page.evaluate("document.activeElement.getAttribute('popovertarget')") == "reading", "back where it was"
    await tab_to(page, "#captions")
    await tab_to(page, "#languages summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#languages select")
    await tab_to(page, "#leave")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/rooms/*-*?")
    await page.evaluate("localStorage.clear()")
    await page.close()


async def test_tab_reaches_everything_on_the_call_page(place: World) -> None:
    page = await place.visitor.new_page()
    await page.goto(f"{place.url}/rooms/{place.room}/call")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    await page.wait_for_selector("#mic:not([hidden])")
    reached = await stops(page)
    assert {"captions", "mic", "camera", "screen", "leave"} <= reached
    assert len(reached - {""}) >= await page.evaluate(REACHABLE), reached
    await page.close()


async def test_what_cannot_be_sent_stays_in_the_field_and_the_page_says_why(place: World) -> None:
    page = await place.visitor.new_page()
    await page.set_viewport_size({"width": 390, "height": 700})
    await page.goto(f"{place.url}/rooms/{place.room}/call?reader=true")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    await expect(page.locator("#typed-line")).to_have_attribute("aria-keyshortcuts", "t")
    await page.keyboard.press("t")
    await expect(page.locator("#typed-line")).to_be_focused()
    await page.keyboard.type("c l n ? +")  # keys of the page, elsewhere
    await page.keyboard.press("Enter")
    problem = page.locator("#typing-problem")
    await expect(problem).to_have_text("Not sent: nobody could pass it on just now. Send it again in a moment.")
    assert await page.input_value("#typed-line") == "c l n ? +"  # there is no bridge in this world
    assert await page.locator(":popover-open").count() == 0
    await tab_to(page, "#speak-typed")
    await page.keyboard.press("Space")
    assert await page.get_attribute("#speak-typed", "aria-pressed") == "true"
    await page.reload()
    await expect(page.locator("#speak-typed")).to_have_attribute("aria-pressed", "true")
    await page.evaluate("localStorage.clear()")
    await page.close()

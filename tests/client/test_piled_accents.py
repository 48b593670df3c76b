"""Names with fifty accents on a letter: nobody else's words are covered by them."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Page

from ops.harness.call_page import until
from ops.harness.gallery import World
from ops.harness.views import LIVE, embedded

pytestmark = pytest.mark.asyncio(loop_scope="session")

PILES: Final = ["e" + mark * 50 for mark in "\u0301\u0323\u0335\u0489\u0e47\u064b\u05b8"]
NAME_THEM: Final = """([selector, name]) => document.querySelectorAll(selector).forEach(one => {
  one.style.height ||= getComputedStyle(one).height;  // other fonts have other lines
  one.textContent = name;
})"""


async def undisturbed(page: Page, names: str, below: str) -> None:
    """See that what stands below a name looks the same whatever is piled upon its letters."""
    words = page.locator(f"{below}:visible").last
    await page.evaluate(NAME_THEM, [names, "e"])
    plain = await words.screenshot(animations="disabled", caret="hide")
    for name in PILES:
        await page.evaluate(NAME_THEM, [names, name])
        assert await words.screenshot(animations="disabled", caret="hide") == plain, f"U+{ord(name[-1]):04X} on {names}"


async def test_what_stands_below_a_name_is_not_covered_by_it(place: World) -> None:
    page = await place.visitor.new_page()
    room = f"{place.url}/rooms/{place.room}"
    for address, names, below in (
        (f"{room}/call?reader=true", "#captions .speaker", "#captions .source"),
        (f"{room}/transcript", ".who .speaker", ".who time"),
        (room, "h1", "label[for=name]"),
        (f"{room}/projector", ".speaker", "#captions .translation"),
    ):
        await page.goto(address)
        await page.wait_for_selector(below)
        await undisturbed(page, names, below)
    await page.goto(f"{room}/share")
    await embedded(page)
    await until(page, LIVE)
    await undisturbed(page, ".speaker", "#captions .translation")
    await page.close()

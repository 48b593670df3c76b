"""Names with fifty accents on a letter: nobody else's words are covered by them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest
import pytest_asyncio
from PIL import Image, ImageChops
from playwright.async_api import Browser, Page

from ops.harness.call_page import until
from ops.harness.gallery import World, world
from ops.harness.views import LIVE, MAX_WAIT_SECONDS, embedded, in_call

pytestmark = pytest.mark.asyncio(loop_scope="session")

PILES: Final = ["e" + mark * 50 for mark in "\u0301\u0323\u0335\u0489\u0e47\u064b\u05b8"]
LOOKS: Final = 20
"""How often a page may move while it is looked at."""
NAME_THEM: Final = """([selector, name]) => document.querySelectorAll(selector).forEach(one => {
  one.style.height ||= getComputedStyle(one).height;  // other fonts have other lines
  one.textContent = name;
})"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(browser: Browser) -> AsyncIterator[World]:
    """A world in which nobody says more than was said in the beginning: pictures of its lines are compared."""
    async with world(browser) as one:
        yield one


async def undisturbed(page: Page, names: str, below: str) -> None:
    """See that what stands below a name looks the same whatever is piled upon its letters."""
    words = page.locator(f"{below}:visible").last

    async def below_a(name: str) -> bytes:
        await page.evaluate(NAME_THEM, [names, name])
        return await words.screenshot(animations="disabled", caret="hide")

    for name in PILES:
        for _ in range(LOOKS):  # a call page goes on moving its lines by less than a pixel, which are drawn anew
            plain, piled = await below_a("e"), await below_a(name)
            if await below_a("e") == plain:
                break
        else:
            pytest.fail(f"the lines of {page.url} do not stand still")
        if piled != plain:
            where, box = difference(plain, piled), await words.bounding_box()
            pytest.fail(f"U+{ord(name[-1]):04X} on {names} of {page.url}: {where}; {box}")


def difference(one: bytes, other: bytes) -> str:
    """Where two pictures differ: in one line of pixels, in all words, or in what has come over them."""
    first, second = (Image.open(io.BytesIO(picture)).convert("RGB") for picture in (one, other))
    if first.size != second.size:
        return f"{first.size} pixels are {second.size}"
    return f"other pixels within {ImageChops.difference(first, second).getbbox()} of {first.size}"


async def projected(page: Page) -> None:
    """Wait until it reads along, and its controls have gone from over the captions' edge."""
    await until(page, LIVE, MAX_WAIT_SECONDS)
    await page.wait_for_selector("body[data-controls=hide]")


async def test_what_stands_below_a_name_is_not_covered_by_it(place: World) -> None:
    page = await place.visitor.new_page()
    await page.emulate_media(reduced_motion="reduce")
    room = f"{place.url}/rooms/{place.room}"
    ways: list[tuple[str, Callable[[Page], Awaitable[object]] | None, str, str]] = [
        (f"{room}/call?reader=true", in_call(), "#captions .speaker", "#captions .source"),
        (f"{room}/transcript", None, ".who .speaker", ".who time"),
        (room, None, "h1", "label[for=name]"),
        (f"{room}/projector", projected, ".speaker", "#captions .translation"),
        (f"{room}/share", embedded, ".speaker", "#captions .translation"),
    ]
    for address, there, names, below in ways:
        await page.goto(address)
        if there:  # a page that is still coming into the call moves its lines
            await there(page)
        await page.wait_for_selector(f"{below}:visible")
        await undisturbed(page, names, below)
    await page.close()

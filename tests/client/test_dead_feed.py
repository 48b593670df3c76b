"""A caption feed that dies without a word, as after a sleep or on another network: no browser tells a page of that."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from ops.harness.gallery import World, enter
from tests.support.network import OUTSIDE, Network

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTICED_MS: Final = 40_000
"""SILENT_MS of the page, and what a busy machine adds to it."""
SAID: Final = "#captions li:has-text('{}')"


async def test_what_is_said_meanwhile_comes_once_the_silence_is_noticed(place: World, browser: Browser) -> None:
    network = Network()
    port = urlsplit(place.url).port
    assert port
    await network.tcp(port)
    context = await browser.new_context(locale="en")
    page = await context.new_page()
    try:
        await enter(page, place.url.replace("127.0.0.1", OUTSIDE), place.room, "Bob", "en", reader=True)
        place.say(700, "before the silence")
        await page.wait_for_selector(SAID.format("before the silence"))
        network.change()  # what is open hears nothing any more, not even its end
        place.say(701, "into the silence")
        await page.wait_for_selector(SAID.format("into the silence"), timeout=NOTICED_MS)
        place.say(702, "after the silence")
        await page.wait_for_selector(SAID.format("after the silence"))
        for text in ("before the silence", "into the silence"):
            assert await page.locator(SAID.format(text)).count() == 1
    finally:
        await context.close()
        network.close()

"""A caption feed that dies without a word, as after a sleep or on another network: no browser tells a page of that."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from ops.harness.gallery import World, enter
from ops.harness.views import MAX_WAIT_SECONDS
from tests.support.network import OUTSIDE, Network

pytestmark = pytest.mark.asyncio(loop_scope="session")

SILENT_MS: Final = 25_000
"""As in static/src/caption_source.js."""
ANSWERED_SECONDS: Final = 3.0
"""Within which a busy server answers."""
BY_ITSELF: Final = "delete window.SharedWorker"
"""Has the page read by itself what a worker would read for all tabs, with the same source: only a page has a clock that
can be moved on."""
SAID: Final = "#captions li:has-text('{}')"


async def test_what_is_said_meanwhile_comes_once_the_silence_is_noticed(place: World, browser: Browser) -> None:
    network = Network()
    port = urlsplit(place.url).port
    assert port
    await network.tcp(port)
    context = await browser.new_context(locale="en")
    page = await context.new_page()
    await page.add_init_script(BY_ITSELF)
    await page.clock.install()
    try:
        await enter(page, place.url.replace("127.0.0.1", OUTSIDE), place.room, "Bob", "en", reader=True)
        place.say("before the silence")
        await page.wait_for_selector(SAID.format("before the silence"))
        network.change()  # what is open hears nothing any more, not even its end
        place.say("into the silence")
        async with asyncio.timeout(MAX_WAIT_SECONDS):
            while not await page.locator(SAID.format("into the silence")).count():
                await page.clock.fast_forward(SILENT_MS)  # again: it may ask over a connection that is dead, too
                await asyncio.sleep(ANSWERED_SECONDS)
        place.say("after the silence")
        await page.wait_for_selector(SAID.format("after the silence"))
        for text in ("before the silence", "into the silence"):
            assert await page.locator(SAID.format(text)).count() == 1
    finally:
        await context.close()
        network.close()

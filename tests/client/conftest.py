"""One Chromium for the browser tests of a session; an SFU, and people who join its rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from ops.harness.call_page import CallPages, until
from ops.harness.gallery import World, world
from ops.harness.sfu import Sfu

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
SOUND_ON: Final = "--autoplay-policy=no-user-gesture-required"
HOOKS: Final = Path(__file__).parents[2] / "ops/harness/page_hooks.js"
CONNECTED: Final = "document.body.dataset.state === 'connected'"

Join = Callable[..., Coroutine[Any, Any, Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium with a microphone that beeps, and sound without a gesture."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, SOUND_ON])
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def quiet_browser() -> AsyncIterator[Browser]:
    """A Chromium that holds sound back until the first gesture, as people's browsers do."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def place(browser: Browser) -> AsyncIterator[World]:
    """The small world of the gallery, with every page in it: one for all files, for it takes longer than their tests.

    What a test changes in it, it puts back; who came into its rooms has left them when the next one begins.
    """
    async with world(browser) as one:
        yield one


@pytest.fixture(scope="module")
def sfu() -> Iterator[Sfu]:
    """A running SFU."""
    one = Sfu()
    one.start()
    yield one
    one.stop()


@pytest.fixture
def pages(sfu: Sfu) -> Iterator[CallPages]:
    """Call pages for that SFU."""
    if not sfu.running:
        sfu.start()
    one = CallPages(secret=sfu.secret, sfu_url=sfu.url)
    one.start()
    yield one
    one.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def join(browser: Browser, pages: CallPages) -> AsyncIterator[Join]:
    """Open a participant's page and wait until it is in the call; all leave at the end."""
    contexts: list[BrowserContext] = []

    async def one(name: str, *, chromium: Browser = browser, script: str = "", **config: object) -> Page:
        context = await chromium.new_context()
        contexts.append(context)
        await context.add_init_script(path=HOOKS)
        if script:
            await context.add_init_script(script=script)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        await page.goto(pages.url(name, **config))
        await until(page, CONNECTED)
        return page

    yield one
    for context in contexts:
        await context.close()

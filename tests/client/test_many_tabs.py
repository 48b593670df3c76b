"""Many tabs of one browser over plain HTTP, where it opens six connections to a server and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from ops.harness import waiting
from ops.harness.call_page import until
from ops.harness.gallery import World, enter, new_room
from ops.harness.metrics import figure
from ops.harness.views import MAX_WAIT_SECONDS, embedded

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABS: Final = 9
FULL: Final = "#feed-full:visible:has-text('Close the tab of another one')"
ONCE: Final = (
    "(text) => [...document.querySelectorAll('#captions .source')].filter((p) => p.textContent === text).length"
)


async def readers(place: World) -> float:
    """Feeds that are open at the server."""
    async with httpx.AsyncClient() as client:
        return figure((await client.get(f"{place.url}/metrics")).text, "jbc_caption_readers")


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def gone_at_last(place: World) -> AsyncIterator[None]:
    """What a test counts is its own: the server learns a moment later that the pages of the one before are closed."""
    before = await readers(place)
    yield

    async def gone() -> bool:
        return await readers(place) <= before

    await waiting.until(gone, MAX_WAIT_SECONDS)


async def browser_of(browser: Browser) -> BrowserContext:
    """Somebody's browser, in English."""
    context = await browser.new_context(locale="en")
    context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
    return context


async def read(context: BrowserContext, place: World, room: str) -> Page:
    """One more tab that reads a room along."""
    page = await context.new_page()
    await page.goto(f"{place.url}/rooms/{room}/call?reader=true")
    await page.wait_for_selector("body[data-page=call]")
    return page


async def test_nine_tabs_of_a_room_share_a_feed_and_miss_nothing(place: World, browser: Browser) -> None:
    context = await browser_of(browser)
    before = await readers(place)
    first = await context.new_page()
    await enter(first, place.url, place.room, "Bob", "en", reader=True)
    place.say("five hundred")
    await first.wait_for_selector("#captions li:has-text('five hundred')")
    pages = [first, *[await read(context, place, place.room) for _ in range(TABS - 1)]]
    place.say("and one")
    for page in pages:
        await page.wait_for_selector("#captions li:has-text('and one')")
        assert [await page.evaluate(ONCE, text) for text in ("five hundred", "and one")] == [1, 1]
    assert await readers(place) == before + 1
    last = pages[-1]
    await last.click("#languages summary")
    await last.select_option("#choices [name=read]", "pt")
    await last.click("#choices button")
    await last.wait_for_selector("#captions[data-read=pt]")
    place.say("and two")
    for page in pages:
        await page.wait_for_selector("#captions li:has-text('and two')")
        assert await page.evaluate(ONCE, "and two") == 1
    front = await context.new_page()
    await front.goto(place.url)
    await front.wait_for_selector("h1")
    await context.close()


async def test_more_rooms_than_connections_say_so_and_begin_when_a_tab_is_closed(
    place: World, browser: Browser
) -> None:
    context = await browser_of(browser)
    maker = await context.new_page()
    pages = []
    for _ in range(5):
        room = await new_room(maker, place.url)
        page = await context.new_page()
        await enter(page, place.url, room, "Bob", "en", reader=True)
        pages.append(page)
    await enter(maker, place.url, place.room, "Bob", "en", reader=True)
    for page in (pages[-1], maker):
        await page.wait_for_selector(FULL)
    for page in pages[:-1]:
        assert await page.is_hidden("#feed-full")
    front = await context.new_page()
    await front.goto(place.url)  # what hung for ever
    await pages.pop(0).close()
    await until(pages[-1], "document.querySelector('#feed-full').hidden", MAX_WAIT_SECONDS)
    await pages.pop(0).close()
    await until(maker, "document.querySelector('#feed-full').hidden", MAX_WAIT_SECONDS)
    place.say("heard after all")
    await maker.wait_for_selector("#captions li:has-text('heard after all')")
    await context.close()


@pytest.mark.parametrize(
    "script",
    [
        "delete window.SharedWorker",
        "window.SharedWorker = class { constructor() { throw new Error() } }",
        "window.SharedWorker = class extends SharedWorker { constructor(_, as) { super('/static/gone.js', as) } }",
    ],
)
async def test_a_page_that_cannot_share_reads_by_itself(place: World, browser: Browser, script: str) -> None:
    context = await browser_of(browser)
    await context.add_init_script(script=script)
    page = await context.new_page()
    await enter(page, place.url, place.room, "Bob", "en", reader=True)
    text = f"by itself, {len(script)}"
    place.say(text)
    await page.wait_for_selector(f"#captions li:has-text('{text}')")
    assert await page.evaluate(ONCE, text) == 1
    await context.close()


async def test_embeds_share_too_and_come_back_from_the_page_cache(place: World) -> None:
    before = await readers(place)
    pages: list[Page] = []
    for _ in range(2):
        page = await place.visitor.new_page()
        await page.goto(f"{place.url}/rooms/{place.room}/share")
        if not pages:
            await embedded(page)
        else:
            await page.goto(pages[0].url)
        pages.append(page)
    place.say("in both")
    for page in pages:
        await page.wait_for_selector("#captions li:has-text('in both')")
    assert await readers(place) == before + 1
    await pages[0].goto(f"{place.url}/")
    place.say("meanwhile")
    await pages[1].wait_for_selector("#captions li:has-text('meanwhile')")
    await pages[0].go_back()
    await pages[0].wait_for_selector("#captions li:has-text('meanwhile')")
    for page in pages:
        assert await page.evaluate(ONCE, "meanwhile") == 1
        await page.close()

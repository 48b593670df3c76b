"""Captions in a real Chromium with the real htmx: every line once, in order, whatever happens to the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from ops.harness.call_page import CallPages, Caption, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINES = (
    "[...document.querySelectorAll('#captions > li')].map(li => `${li.id}: ${li.querySelector('.source').textContent}`)"
)


def line(
    number: int, text: str, *, event: int | None, start: float | None = None, final: bool = True, lag: int = 1000
) -> Caption:
    """A caption as the server would send it."""
    classes = "utterance" if final else "utterance interim"
    return Caption(
        event,
        f'<li id="u-{number}" class="{classes}" hx-swap-oob="true" data-start="{number if start is None else start}" '
        f'data-lag-ms="{lag}"><span class="speaker">Ana</span>\n<p class="source">{text}</p>'
        f'<p class="translation" id="t-{number}"></p></li>',
    )


def translation(number: int, text: str, *, event: int | None) -> Caption:
    """A translation that comes after its line."""
    return Caption(event, f'<p class="translation" id="t-{number}" hx-swap-oob="true">{text}</p>')


@pytest.fixture
def pages() -> CallPages:
    """Caption feeds without an SFU behind them."""
    return CallPages(secret="s" * 40, sfu_url="ws://127.0.0.1:1/ws")


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, pages: CallPages) -> AsyncIterator[Page]:
    """A page with two lines rendered by the server, up to caption 2."""
    pages.rendered = "".join(line(n, f"line {n}", event=n).html.replace(' hx-swap-oob="true"', "") for n in (1, 2))
    pages.after = 2
    pages.start()
    page = await browser.new_page()
    page.set_default_timeout(10_000)
    await page.goto(pages.url("me", reader=True))
    await pages.feed_open(1)
    yield page
    await page.close()
    if pages._server:
        pages.stop()


async def lines(page: Page, count: int) -> list[str]:
    """The lines shown, once there are `count` of them."""
    await until(page, f"document.querySelectorAll('#captions > li').length === {count}")
    shown: list[str] = await page.evaluate(LINES)
    return shown


async def test_new_lines_are_added_and_old_ones_replaced_without_errors(page: Page, pages: CallPages) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if "htmx" in message.text else None)
    pages.show(line(3, "hel", event=None, final=False, lag=400))
    assert await lines(page, 3) == ["u-1: line 1", "u-2: line 2", "u-3: hel"]
    pages.show(line(3, "hello there", event=3, lag=1094), translation(3, "olá", event=4))
    await until(page, "document.querySelector('#t-3').textContent === 'olá'")
    assert await lines(page, 3) == ["u-1: line 1", "u-2: line 2", "u-3: hello there"]
    await page.wait_for_selector("#u-3:not(.interim)")
    await until(page, "document.querySelector('#lag').textContent === '1.1 s'")
    assert pages.feeds == [{"lang": "en", "after": "2", "last_event_id": None}]
    assert errors == []


async def test_lines_stand_in_the_order_in_which_they_were_spoken(page: Page, pages: CallPages) -> None:
    pages.show(line(9, "nine", event=3), line(7, "seven", event=4), line(8, "eight", event=None, final=False))
    assert await lines(page, 5) == ["u-1: line 1", "u-2: line 2", "u-7: seven", "u-8: eight", "u-9: nine"]


async def test_an_interim_that_the_server_takes_back_goes_away(page: Page, pages: CallPages) -> None:
    pages.show(line(3, "uh", event=None, final=False))
    await lines(page, 3)
    pages.show(line(3, "", event=None, final=False))
    assert await lines(page, 2) == ["u-1: line 1", "u-2: line 2"]
    pages.show(line(4, "er", event=None, final=False))
    await lines(page, 3)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if "htmx" in message.text else None)
    deletion = '<li id="u-4" class="utterance interim" hx-swap-oob="delete"></li>'
    pages.show(Caption(None, deletion), Caption(None, deletion), line(5, "five", event=5))
    await page.wait_for_selector("#u-5")
    assert await lines(page, 3) == ["u-1: line 1", "u-2: line 2", "u-5: five"]
    assert errors == []


async def test_a_translation_without_its_line_is_shown_all_the_same(page: Page, pages: CallPages) -> None:
    pages.show(translation(5, "sozinha", event=3))
    await page.wait_for_selector("#captions > #u-5 > #t-5:text('sozinha')")


async def test_a_restarted_server_neither_loses_nor_doubles_a_line(page: Page, pages: CallPages) -> None:
    pages.show(line(3, "three", event=3))
    await lines(page, 3)
    pages.stop()
    await page.wait_for_timeout(1_500)  # several attempts find nobody there
    pages.show(line(4, "four", event=4), line(5, "five", event=5))
    pages.start()
    assert (await lines(page, 5))[2:] == ["u-3: three", "u-4: four", "u-5: five"]
    pages.show(line(6, "six", event=6))
    assert (await lines(page, 6))[-1] == "u-6: six"
    assert [feed["after"] for feed in pages.feeds] == ["2", "3"]


async def test_captions_go_on_in_a_hidden_page(page: Page, pages: CallPages) -> None:
    await page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    pages.show(line(3, "three", event=3))
    assert (await lines(page, 3))[-1] == "u-3: three"


async def test_the_newest_line_stays_in_view_until_the_reader_scrolls_back(page: Page, pages: CallPages) -> None:
    at_end = "() => { const e = document.scrollingElement; return e.scrollHeight - e.scrollTop - e.clientHeight < 50; }"
    pages.show(*(line(n, f"line {n}", event=n) for n in range(3, 60)))
    await lines(page, 59)
    await until(page, at_end)
    await page.set_viewport_size({"width": 390, "height": 400})
    await until(page, at_end)
    assert await page.is_hidden("button.newest")
    await page.mouse.move(200, 200)
    while await page.evaluate(at_end) or await page.is_hidden("button.newest"):
        await page.mouse.wheel(0, -300)
        await page.wait_for_timeout(200)  # the wheel has an animation of its own
    before = await page.evaluate("document.scrollingElement.scrollTop")
    pages.show(line(60, "line 60", event=60))
    await lines(page, 60)
    assert await page.evaluate("document.scrollingElement.scrollTop") == pytest.approx(before, abs=2)
    await page.dispatch_event("button.newest", "click")
    await until(page, at_end)
    pages.show(line(61, "line 61", event=61))
    await lines(page, 61)
    await until(page, at_end)


async def test_only_the_newest_lines_are_kept(page: Page, pages: CallPages) -> None:
    pages.show(*(line(n, f"line {n}", event=n) for n in range(3, 340)))
    await page.wait_for_selector("#u-339")
    assert len(await lines(page, 300)) == 300

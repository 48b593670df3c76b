"""The service worker in a real browser: it holds the shell and nothing else, and stands in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from ops.harness.call_page import until
from ops.harness.gallery import World, enter, new_room
from ops.harness.views import CONNECTED, MAX_WAIT_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="session")

READY: Final = "navigator.serviceWorker.ready.then(worker => worker.active.state)"
CONTROLLED: Final = "navigator.serviceWorker.controller !== null"
HELD: Final = """async () => {
  const names = await caches.keys();
  const requests = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
  return [names, requests.flat().map(request => new URL(request.url).pathname)];
}"""
AGAIN: Final = """async () => {
  const [name] = await caches.keys();
  await (await caches.open(name)).put("/rooms/left-behind", new Response("Ana"));
  await caches.open("jbc-shell-before");
  const { active } = await navigator.serviceWorker.ready;
  const { installing } = await navigator.serviceWorker.register(active.scriptURL.replace("lang=en", "lang=vi"));
  await new Promise(resolve => installing.addEventListener(
    "statechange", () => installing.state === "activated" && resolve()));
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """Of somebody whose browser keeps the shell."""
    context = await browser.new_context(locale="en", permissions=["microphone"])
    context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
    yield await context.new_page()
    await context.close()


async def test_an_installed_page_works_as_ever_keeps_the_shell_alone_and_has_a_page_without_a_network(
    place: World, page: Page
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(place.url)
    assert await page.evaluate(READY) in {"activating", "activated"}
    room = await new_room(page, place.url)  # a form with a CSRF token, sent through the worker
    assert await page.evaluate(CONTROLLED)
    await enter(page, place.url, room, "Ana", "pt")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    names, held = await page.evaluate(HELD)
    assert len(names) == 1
    assert "/offline" in held
    assert all(path.startswith("/static/") or path == "/offline" for path in held), held

    await page.context.set_offline(True)
    response = await page.goto(f"{place.url}/rooms/{room}/call")
    assert response is not None
    assert response.from_service_worker
    assert await page.inner_text("h1") == "No connection"
    assert room not in await page.content()
    await page.context.set_offline(False)
    await page.click("a.button")  # at the address that was wanted
    await page.wait_for_selector("body[data-page=call]")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    assert problems == []


async def test_captions_come_to_a_page_of_an_installed_browser(place: World, page: Page) -> None:
    await page.goto(place.url)
    await page.evaluate(READY)
    await enter(page, place.url, place.room, "Reader", "en", reader=True)
    assert await page.evaluate(CONTROLLED)
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    place.say("The feed is open, worker or not.")
    await page.wait_for_selector("text=The feed is open, worker or not.")


async def test_a_newer_shell_takes_the_place_of_the_one_before(place: World, page: Page) -> None:
    await page.goto(place.url)
    await page.evaluate(READY)
    before, _ = await page.evaluate(HELD)
    await page.evaluate(AGAIN)
    after, held = await page.evaluate(HELD)
    assert len(after) == 1
    assert after != before
    assert "/rooms/left-behind" not in held
    assert "/offline" in held

"""A page that has left a call, or a lobby whose trial was closed: no device opens there, whatever was on its way."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Browser, Page

from ops.harness.call_page import until
from ops.harness.gallery import World
from ops.harness.views import MAX_WAIT_SECONDS
from tests.client.conftest import Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW_ANSWERS: Final = """
const asked = [], own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.__asked = asked;
window.__opened = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
  await new Promise((answer) => asked.push(answer));
  const stream = await own(wanted);
  window.__opened.push(...stream.getTracks());
  return stream;
};
window.__allow = async (count) => {
  asked.splice(0).forEach((answer) => answer());
  while (window.__opened.length < count) await new Promise((wait) => setTimeout(wait, 20));
  await new Promise((wait) => setTimeout(wait, 100));
  return window.__opened.map(({ kind, readyState }) => `${kind} ${readyState}`).join();
};
"""
ASKED: Final = "window.__asked.length === 1"
BUTTONS: Final = "button.device:visible"


async def test_a_microphone_that_is_allowed_after_the_call_was_taken_over_is_closed_at_once(join: Join) -> None:
    first = await join("ana", script=SLOW_ANSWERS)
    await until(first, ASKED)
    await join("ana")
    await until(first, "document.body.dataset.state === 'replaced'")
    assert await first.evaluate("window.__allow(1)") == "audio ended"
    assert await first.locator(BUTTONS).count() == 0, "there is nothing to turn on any more"
    await first.evaluate("for (const id of ['mic', 'camera', 'screen']) document.getElementById(id).click()")
    for key in "mvs":
        await first.keyboard.press(key)
    assert await first.evaluate("window.__asked.length") == 0
    assert await first.evaluate("document.body.dataset.state") == "replaced"


async def test_a_camera_that_is_allowed_after_the_call_was_taken_over_is_closed_at_once(join: Join) -> None:
    first = await join("ana", script=SLOW_ANSWERS)
    await until(first, ASKED)
    assert await first.evaluate("window.__allow(1)") == "audio live"
    await first.click("#camera")
    await until(first, ASKED)
    await join("ana")
    await until(first, "document.body.dataset.state === 'replaced'")
    assert await first.evaluate("window.__allow(2)") == "audio ended,video ended"


NOTES_LOCKS: Final = """
const own = WakeLock.prototype.request;
window.__locks = [];
WakeLock.prototype.request = async function (...kind) {
  const lock = await own.apply(this, kind);
  window.__locks.push(lock);
  return lock;
};
"""
HELD: Final = "window.__locks.filter((lock) => !lock.released).length === {}"


async def test_the_screen_stays_on_until_the_page_has_left(join: Join) -> None:
    first = await join("ana", script=NOTES_LOCKS)
    await until(first, HELD.format(1))
    await join("ana")
    await until(first, "document.body.dataset.state === 'replaced'")
    await until(first, HELD.format(0))


async def closed(page: Page) -> None:
    """Close the trial while the question is open."""
    await page.click("#tryout summary")


async def pressed_again(page: Page) -> None:
    """Ask twice: one of the two stays."""
    await page.click("#try-microphone")
    await until(page, "window.__asked.length === 2")


async def test_a_trial_that_was_closed_before_the_answer_opens_nothing(place: World, browser: Browser) -> None:
    for act, opened in ((closed, "audio ended"), (pressed_again, "audio ended,audio live")):
        context = await browser.new_context(locale="en", permissions=["microphone", "camera"])
        context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
        await context.add_init_script(script=SLOW_ANSWERS)
        page = await context.new_page()
        await page.goto(f"{place.url}/rooms/{place.room}")
        await page.click("#tryout summary")
        await page.click("#try-microphone")
        await until(page, ASKED)
        await act(page)
        count = await page.evaluate("window.__asked.length")
        assert await page.evaluate(f"window.__allow({count})") == opened
        pressed = await page.get_attribute("#try-microphone", "aria-pressed")
        assert pressed == ("true" if "live" in opened else "false")
        await context.close()

"""A call on the phone comes between: what it stops is said, and goes on when somebody is back at the page."""

from __future__ import annotations

from typing import Final

import pytest

from ops.harness.call_page import until
from tests.client.conftest import Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

WATCH: Final = """
  window.__contexts = [];
  window.AudioContext = class extends AudioContext {
    constructor(...all) { super(...all); window.__contexts.push(this); }
  };
  window.__sockets = [];
  window.WebSocket = class extends WebSocket {
    constructor(...all) { super(...all); window.__sockets.push(this); }
  };
"""
RUNNING: Final = "window.__contexts[0].state === 'running'"
INTERRUPTED: Final = """async () => {
  const [context] = window.__contexts;
  context.resume = () => Promise.reject(new DOMException("the phone has the sound", "InvalidStateError"));
  await context.suspend();
}"""
OVER: Final = """() => {
  delete window.__contexts[0].resume;
  document.dispatchEvent(new Event("visibilitychange"));
}"""
TAKEN: Final = "!document.querySelector('#sound-taken').hidden"
DEAF: Final = "() => { window.__sockets.at(-1).send = () => {}; }"
BACK: Final = "() => { document.dispatchEvent(new Event('visibilitychange')); }"
SESSION: Final = "[navigator.mediaSession.metadata?.title ?? '', navigator.mediaSession.playbackState]"


async def test_sound_that_something_else_has_taken_is_said_and_comes_back(join: Join) -> None:
    page = await join("Ana", script=WATCH)
    await until(page, RUNNING)
    assert not await page.evaluate(TAKEN)
    await page.evaluate(INTERRUPTED)
    await until(page, TAKEN)
    assert "has taken the sound" in await page.inner_text("#sound-taken")
    assert await page.is_visible("#sound")
    await page.evaluate(OVER)
    await until(page, RUNNING)
    await until(page, f"!({TAKEN})")
    assert not await page.is_visible("#sound")


async def test_a_socket_that_died_while_the_page_was_away_is_found_out_on_return(join: Join) -> None:
    page = await join("Ana", script=WATCH)
    before = await page.evaluate("window.__sockets.length")
    await page.evaluate(DEAF)  # what is sent reaches nobody, and nothing says so
    await page.evaluate(BACK)
    await until(page, f"window.__sockets.length > {before}")
    await until(page, "document.body.dataset.state === 'connected'")


async def test_the_system_shows_the_call_as_long_as_it_lasts(join: Join) -> None:
    page = await join("Ana")
    assert await page.evaluate(SESSION) == [await page.inner_text("h1"), "playing"]
    await page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert await page.evaluate(SESSION) == ["", "none"]

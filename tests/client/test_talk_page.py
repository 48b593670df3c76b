"""The page of a talk: a microphone that is missing, and a device on a counter at which nobody was for long."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.async_api import Page

from ops.harness.call_page import until
from ops.harness.gallery import World
from ops.harness.views import CONNECTED, MAX_WAIT_SECONDS, TALK
from tests.client.test_gallery import found_by_axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

REFUSE: Final = """
  const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.__refusal = "NotAllowedError";
  navigator.mediaDevices.getUserMedia = async wanted => {
    if (window.__refusal) throw new DOMException("", window.__refusal);
    return own(wanted);
  };
"""
WATCH: Final = """
  window.__stayed = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...all) { super(...all); window.__socket = this; }
    send(data) {
      if (JSON.parse(data).method === "stay") window.__stayed++;
      super.send(data);
    }
  };
"""
TELL: Final = "data => window.__socket.dispatchEvent(new MessageEvent('message', {data: JSON.stringify(data)}))"
ENDING: Final = {"event": "idle", "data": {"reason": "alone", "seconds": 120}}
END: Final = "() => window.__socket.close(4411)"
AWAY: Final = "away => Object.defineProperty(document, 'hidden', {configurable: true, get: () => away})"
BACK: Final = "() => document.dispatchEvent(new Event('visibilitychange'))"
LISTENING: Final = "document.querySelectorAll('.light[data-light=listening]').length === 2"


async def at_the_table(place: World, script: str) -> Page:
    """The talk's page, connected."""
    page = await place.visitor.new_page()
    await page.add_init_script(script)
    await page.goto(place.url + TALK.format(talk=place.talk))
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    return page


@pytest.mark.parametrize(("refusal", "reason"), [("NotAllowedError", "micDenied"), ("NotFoundError", "micNone")])
async def test_a_missing_microphone_is_said_as_what_to_do_and_asked_for_again_by_a_press(
    place: World, refusal: str, reason: str
) -> None:
    page = await at_the_table(place, REFUSE.replace("NotAllowedError", refusal))
    line = page.locator(f"#notice [data-reason={reason}]")
    await line.wait_for()
    assert "nobody is understood" in await line.inner_text()
    lights = page.locator(".light[data-light=off]")
    assert await lights.count() == 2, "both halves say that it does not listen"
    assert await found_by_axe(page) == []
    await page.evaluate("window.__refusal = ''")
    await line.get_by_role("button", name="Try again").press("Enter")
    await until(page, LISTENING, MAX_WAIT_SECONDS)
    await line.wait_for(state="detached")
    await page.close()


async def test_a_counter_waits_while_it_is_looked_at_and_begins_anew_by_itself_when_somebody_comes(
    place: World,
) -> None:
    """What the SFU says is said by the page's own socket here: to wait for it takes half an hour."""
    page = await at_the_table(place, WATCH)
    await page.evaluate(TELL, ENDING)
    assert await page.evaluate("window.__stayed") == 1
    await page.evaluate(AWAY, True)
    await page.evaluate(TELL, ENDING)
    assert await page.evaluate("window.__stayed") == 1, "nobody is there for whom it should go on"
    await page.evaluate(AWAY, False)
    await page.evaluate(BACK)
    assert await page.evaluate("window.__stayed") == 2, "who comes within the two minutes keeps it"

    await page.evaluate(AWAY, True)
    await page.evaluate(END)
    await until(page, "document.body.dataset.state === 'idleEnded'", MAX_WAIT_SECONDS)
    assert "nobody was at this page" in await page.inner_text("#connection")
    await page.evaluate("window.__before = true")
    await page.evaluate(AWAY, False)
    async with page.expect_navigation():
        await page.evaluate(BACK)
    await until(page, LISTENING, MAX_WAIT_SECONDS)
    assert not await page.evaluate("'__before' in window")
    await page.close()

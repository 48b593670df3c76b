"""The host's panel while people and answers come and go: what is chosen, ticked and pressed in it counts."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest
from playwright.async_api import Browser, Page, Request, Route, expect

from ops.harness.call_page import until
from ops.harness.gallery import World, enter, new_room
from ops.harness.views import CONNECTED, MAX_WAIT_SECONDS
from tests.client.test_hosting import SLOW, panel, press, someone

pytestmark = pytest.mark.asyncio(loop_scope="session")

LET_INTERPRET: Final = """async who => {
  const headers = {"X-CSRFToken": document.querySelector("meta[name=csrf-token]").content};
  const body = new URLSearchParams({who, source: "pt", target: "vi"});
  await fetch(location.pathname.replace("/call", "/host/interpreter"), {method: "POST", headers, body});
  document.body.dispatchEvent(new Event("hosting"));  // or three seconds later
}"""


async def test_what_a_host_chooses_stays_while_something_else_changes(place: World) -> None:
    page = await place.visitor.new_page()
    await called(place, page)
    await panel(page)
    me = await page.get_attribute("#participants .me", "data-participant")
    other = await page.get_attribute("#participants li:not(.me)", "data-participant")
    await page.click(f"#interpreting-{me} summary")
    await page.select_option(f"#source-{me}", "pt")
    await page.evaluate(LET_INTERPRET, other)
    await page.wait_for_selector(f"#interpreter-{other}")
    assert await page.input_value(f"#source-{me}") == "pt"
    assert await page.is_visible(f"#source-{me}")
    place.forget_interpreters()
    await page.close()


async def called(place: World, page: Page) -> None:
    """Come as the host into a call in which others are."""
    await page.goto(f"{place.url}/rooms/{place.room}/call?reader=true")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)


UNTAKEN: Final = """
window.untaken = [];
new MutationObserver(() => {
  const forms = [...document.querySelectorAll("#hosting form[hx-post], #host-area form[hx-post]")];
  window.untaken.push(...forms.filter(form => !("htmx-internal-data" in form)).map(form => form.action));
}).observe(document, { childList: true, subtree: true });
"""
"""Notes forms that are there and not htmx's yet: one that is sent then loads the page anew, which leaves the call."""


async def test_a_form_is_never_there_before_htmx_has_it(place: World) -> None:
    page = await place.visitor.new_page()
    await page.add_init_script(UNTAKEN)
    await called(place, page)
    await panel(page)
    await page.wait_for_selector("#holding")
    assert await page.evaluate("untaken") == []
    await page.close()


async def test_the_form_that_came_with_the_page_is_not_replaced_while_somebody_fills_it_in(place: World) -> None:
    page = await place.visitor.new_page()
    asked = []

    def note(request: Request) -> None:
        asked.append(request.url.rsplit("/", 1)[1])

    page.on("request", note)
    await called(place, page)
    await panel(page)
    await page.wait_for_selector("#holding")
    assert asked.count("holding") == 1
    await page.close()


async def test_an_answer_that_a_press_has_overtaken_does_not_stay(place: World) -> None:
    page = await place.visitor.new_page()
    await called(place, page)
    await panel(page)
    other = await page.get_attribute("#participants li:not(.me)", "data-participant")
    asked, pressed = asyncio.Event(), asyncio.Event()

    async def overtake(route: Route) -> None:
        before = await route.fetch(url=route.request.url.split("?")[0])  # all of it, as if something had changed
        asked.set()
        await pressed.wait()
        await route.fulfill(response=before)

    await page.route("**/host?have=*", overtake, times=1)
    await asked.wait()
    await press(page, f"#name-{other}")
    await page.wait_for_selector(f"#unname-{other}")
    pressed.set()
    await page.wait_for_selector(f"#name-{other}")
    await press(page, f"#unname-{other}")  # as soon as it has been asked again
    await page.wait_for_selector(f"#name-{other}")
    await page.close()


OPENS_LATER: Final = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
const allowed = new Promise(resolve => { window.allow = resolve; });
navigator.mediaDevices.getUserMedia = async what => { await allowed; return open(what); };
"""


async def test_who_is_muted_before_their_microphone_opens_is_not_heard(place: World, browser: Browser) -> None:
    ana, bob = await someone(browser, "laptop"), await someone(browser, "phone")
    page, guest = await ana.new_page(), await bob.new_page()
    await guest.add_init_script(OPENS_LATER)
    room = await new_room(page, place.url)
    await enter(page, place.url, room, "Ana", "pt")
    await enter(guest, place.url, room, "Bob", "pt")
    await until(guest, CONNECTED, MAX_WAIT_SECONDS)
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    await panel(page)
    await page.wait_for_selector("#hosting-people li:has-text('Bob')")
    await press(page, "#mute-all")
    await expect(guest.locator("#told")).to_contain_text("A host has muted your microphone", timeout=SLOW)
    await guest.evaluate("allow()")
    await guest.wait_for_selector("#mic[data-state=muted]")
    await ana.close()
    await bob.close()

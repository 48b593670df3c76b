"""What goes wrong in a call, as the person in it reads it: each problem in words, with what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest
from playwright.async_api import Browser, Page, Route

from ops.harness.call_page import until
from ops.harness.gallery import World, enter, new_room
from ops.harness.views import CONNECTED, MAX_WAIT_SECONDS

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOCKETS = """window.WebSocket = class extends WebSocket {
  constructor(url, ...more) { super(window.__cut ? "ws://127.0.0.1:9" : url, ...more); window.__socket = this; }
}"""


COUNT_DEVICES = """window.__asked = 0;
for (const name of ["getUserMedia", "getDisplayMedia"]) {
  const own = navigator.mediaDevices[name].bind(navigator.mediaDevices);
  navigator.mediaDevices[name] = (wanted) => (window.__asked++, own(wanted));
}"""


@asynccontextmanager
async def somebody(browser: Browser, script: str = "") -> AsyncIterator[Page]:
    """A page of a browser of its own, in English."""
    context = await browser.new_context(locale="en", permissions=["microphone", "camera"], service_workers="block")
    context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
    if script:
        await context.add_init_script(script=script)
    yield await context.new_page()
    await context.close()


async def administrator(place: World, room: str) -> Page:
    """The administrator's page of a room."""
    page = await place.visitor.new_page()
    await page.goto(f"{place.url}/admin/rooms?words={room}")
    await page.click("table.list th a")
    return page


async def close(admin: Page) -> None:
    """Close the room of this page, and end its call."""
    await admin.click("button:has-text('Close and end the call')")
    await admin.wait_for_selector("p.said:has-text('It is closed, and its call has ended.')")


async def delete(admin: Page) -> None:
    """Delete the room of this page by the keyboard, after its tick was forgotten once."""
    deletion = admin.locator("details.more", has_text="Delete the room")
    await deletion.locator("summary").press("Enter")
    await deletion.locator("button").press("Enter")
    assert await admin.evaluate("document.activeElement.id") == "sure-room", "the browser asks for the tick"
    await admin.keyboard.press("Space")
    await deletion.locator("button").press("Enter")
    await admin.wait_for_selector("p.said:has-text('The room is deleted.')")


async def test_a_deleted_room_says_so_to_those_in_it_and_leads_on(place: World, browser: Browser) -> None:
    async with somebody(browser) as bob:
        room = await new_room(bob, place.url)
        await enter(bob, place.url, room, "Bob", "en", reader=True)
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        admin = await administrator(place, room)
        await delete(admin)
        await admin.close()
        await bob.wait_for_selector("#connection:has-text('This room has been closed. Start a new one')")
        await bob.click(".ways-on a:visible")
        assert bob.url == f"{place.url}/"
        answer = await bob.goto(f"{place.url}/rooms/{room}")
        assert answer
        assert answer.status == 404
        assert "ask for it again" in await bob.inner_text("main")


async def test_who_finds_a_room_full_is_told_and_let_in_later(place: World, browser: Browser) -> None:
    async with somebody(browser, COUNT_DEVICES) as bob:
        async with somebody(browser) as ana:
            room = await new_room(ana, place.url)
            admin = await administrator(place, room)
            await admin.fill("[name=capacity]", "1")
            await admin.click("form.fields button:not(.danger)")
            await admin.wait_for_selector("p.said:has-text('Saved.')")
            await admin.close()
            await enter(ana, place.url, room, "Ana", "en", reader=True)
            await until(ana, CONNECTED, MAX_WAIT_SECONDS)
            await enter(bob, place.url, room, "Bob", "en")
            await bob.wait_for_selector("#connection:has-text('The room is full. You will be let in')")
            for key in "mvs":
                await bob.keyboard.press(key)
            assert await bob.locator("button.device:visible").count() == 0
            assert await bob.evaluate("window.__asked") == 0, "who waits is not recorded, nor asked for a microphone"
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        await bob.wait_for_selector("#mic[aria-pressed=true]:visible")
        assert await bob.evaluate("window.__asked") == 1


async def test_a_page_behind_the_path_of_another_site_says_what_it_needs(place: World, browser: Browser) -> None:
    async with somebody(browser) as bob:
        for address in (place.url, f"{place.url}/rooms/{place.room}", f"{place.url}/nothing"):
            await bob.goto(address)
            assert await bob.is_hidden("text=JB Calling needs a host name of its own")
            await bob.route("**/*.css*", lambda route: route.fulfill(status=404))
            await bob.reload()
            assert await bob.is_visible("text=JB Calling needs a host name of its own")
            await bob.unroute("**/*.css*")


async def test_an_old_browser_is_told_which_ones_hold_calls(place: World, browser: Browser) -> None:
    async with somebody(browser, "delete window.RTCPeerConnection") as bob:
        await enter(bob, place.url, place.room, "Bob", "en", reader=True)
        await bob.wait_for_selector("#connection:has-text('Use a current Chrome, Edge, Firefox or Safari.')")
        place.say("still readable")
        await bob.wait_for_selector("#captions li:has-text('still readable')")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("NotAllowedError", "Your camera is blocked. Allow it in the browser"),
        ("NotFoundError", "No camera was found, or another program uses it."),
    ],
)
async def test_without_a_camera_one_is_told_why(place: World, browser: Browser, error: str, told: str) -> None:
    refusal = f"""const devices = navigator.mediaDevices, all = devices.getUserMedia.bind(devices);
      const refuse = () => {{ throw new DOMException("", "{error}") }};
      devices.getUserMedia = async (asked) => (asked.video ? refuse() : all(asked));"""
    async with somebody(browser, refusal) as bob:
        await enter(bob, place.url, place.room, "Bob", "en")
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        await bob.click("#camera")
        await bob.wait_for_selector(f"#notice p:has-text('{told}')")
        assert await bob.get_attribute("#mic", "aria-pressed") == "true", "the rest of the call goes on"


async def test_a_lost_connection_is_tried_again_at_once_when_asked_for(place: World, browser: Browser) -> None:
    async with somebody(browser, SOCKETS) as bob:
        await enter(bob, place.url, place.room, "Bob", "en", reader=True)
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        await bob.evaluate("Math.random = () => 1; window.__cut = true; window.__socket.close()")
        await bob.wait_for_selector("#connection:has-text('Connection lost. Connecting again')")
        await bob.wait_for_selector("#try-now:visible")
        await bob.evaluate("window.__cut = false")
        await bob.press("#try-now", "Enter")
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        assert await bob.is_hidden("#try-now")


REFUSED: Final = {
    403: "this page is no longer let in. Reload it",
    410: "This room has been closed",
    429: "too often in a short time",
    503: "the server could not do it now",
    0: "The server did not answer",
}
"""Status of an answer, 0 for none at all → what is said of it."""


async def test_languages_that_do_not_change_are_told_with_the_reason(place: World, browser: Browser) -> None:
    async with somebody(browser) as bob:
        await enter(bob, place.url, place.room, "Bob", "en", reader=True)
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        statuses = iter(REFUSED)

        async def refuse(route: Route) -> None:
            status = next(statuses)
            await (route.fulfill(status=status) if status else route.abort())

        await bob.route("**/choices", refuse)
        await bob.route("**/abilities?*", lambda route: route.fulfill(status=503))
        await bob.click("#languages summary")
        await bob.wait_for_selector("#choices-problem:has-text('does not say now what these languages would bring')")
        assert await bob.locator("#abilities li").count() == 0
        for told in REFUSED.values():
            await bob.click("#choices button")
            await bob.wait_for_selector(f"#choices-problem:visible:has-text('{told}')")
            assert await bob.is_enabled("#choices button")
        await bob.unroute("**/choices")
        await bob.unroute("**/abilities?*")
        await bob.select_option("#choices [name=read]", "pt")
        await bob.wait_for_selector("#abilities li")
        await bob.click("#choices button")
        await bob.wait_for_selector("#captions[data-read=pt]")
        assert await bob.is_hidden("#choices-problem")


async def test_languages_that_the_server_refuses_are_marked_in_the_form(place: World, browser: Browser) -> None:
    async with somebody(browser) as bob:
        await enter(bob, place.url, place.room, "Bob", "en", reader=True)
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        await bob.click("#languages summary")
        await bob.evaluate("document.querySelector('#choices [name=speak]').append(new Option('x', 'xx', true, true))")
        await bob.click("#choices button")
        await bob.wait_for_selector("#choices #speak-error:has-text('Choose the language you speak.')")


@pytest.mark.parametrize("end", [close, delete])
async def test_who_comes_back_to_a_room_that_was_closed_meanwhile_is_told_so(
    place: World, browser: Browser, end: Callable[[Page], Awaitable[None]]
) -> None:
    async with somebody(browser, SOCKETS) as bob:
        room = await new_room(bob, place.url)
        await enter(bob, place.url, room, "Bob", "en", reader=True)
        await until(bob, CONNECTED, MAX_WAIT_SECONDS)
        await bob.evaluate("window.__cut = true; window.__socket.close()")
        await bob.wait_for_selector("#connection:has-text('Connection lost. Connecting again')")
        admin = await administrator(place, room)
        await end(admin)
        await admin.close()
        await bob.wait_for_selector("#connection:has-text('This room has been closed. Start a new one')")
        assert await bob.locator(".ways-on > :visible").all_inner_texts() == ["Start a room"]

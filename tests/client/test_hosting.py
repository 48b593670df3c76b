"""A host and a guest, on phone and laptop, by keyboard: waiting room, host controls, a revoked link, the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ops.harness.bridge_client import bridge
from ops.harness.call_page import until
from ops.harness.gallery import SIZES, World, enter, new_room
from ops.harness.views import CONNECTED, LIVE, MAX_WAIT_SECONDS, links_made
from tests.client.test_gallery import WIDER_THAN_THE_SCREEN, found_by_axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOST: Final = "#hosting-button"
SLOW: Final = 1000 * MAX_WAIT_SECONDS
"""Milliseconds for anything to come about, however busy the machine is."""


async def someone(browser: Browser, size: str) -> BrowserContext:
    width, height = SIZES[size]
    context = await browser.new_context(
        locale="en", permissions=["microphone"], viewport={"width": width, "height": height}
    )
    context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
    return context


async def good(page: Page) -> None:
    """Nothing that axe finds, and nothing beside the screen."""
    assert await found_by_axe(page) == []
    assert not await page.evaluate(WIDER_THAN_THE_SCREEN)


async def press(page: Page, selector: str) -> None:
    """Bring the focus there, and press Enter: nothing here needs a pointer."""
    await page.focus(selector)
    await page.keyboard.press("Enter")


async def panel(page: Page) -> None:
    """Open what a host can do."""
    await press(page, HOST)
    await page.wait_for_selector("#hosting-people li")


async def tick(page: Page, name: str) -> None:
    """Turn one setting of the room over, and save."""
    await page.focus(f"#holding [name={name}]")
    await page.keyboard.press("Space")
    before = await page.query_selector("#holding")
    await press(page, "#holding button[type=submit]")
    await until(page, "form => !form.isConnected", MAX_WAIT_SECONDS, before)  # with what is ticked in it until then
    await page.wait_for_selector("#holding [role=status]")


@asynccontextmanager
async def still_heard(place: World, room: str, speaker: Page) -> AsyncIterator[None]:
    """Have others hear to the end what a page says: where nobody does, the next turn begins two seconds after it."""
    async with bridge(place.sfu.url, place.sfu.secret) as interpreter:
        who = await speaker.get_attribute("#participants .me", "data-participant")
        await interpreter.request("listening", room=room, participant=who, count=2, listener=None, seconds=None)
        yield


@pytest.mark.parametrize(("hosts", "guests"), [("laptop", "phone"), ("phone", "laptop")])
async def test_a_host_lets_in_mutes_removes_and_ends(place: World, browser: Browser, hosts: str, guests: str) -> None:
    ana, bob = await someone(browser, hosts), await someone(browser, guests)
    page, guest = await ana.new_page(), await bob.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    room = await new_room(page, place.url)
    await page.wait_for_selector("#host-link")
    await good(page)
    await enter(page, place.url, room, "Ana", "pt")
    assert await page.locator("#host-link").count() == 0
    await until(page, CONNECTED, MAX_WAIT_SECONDS)

    # The waiting room: the guest waits, hears of it, and goes on by themselves.
    await panel(page)
    await good(page)
    await tick(page, "waiting_room")
    await page.keyboard.press("Escape")
    await guest.goto(f"{place.url}/rooms/{room}")
    await guest.fill("[name=name]", "Bob")
    await press(guest, "form[action$='/join'] button.big")
    await guest.wait_for_selector("#door[role=status]")
    await good(guest)
    knock = page.locator("#knocks .knock").first
    await expect(knock).to_contain_text("Bob is waiting to be let in", timeout=SLOW)
    await good(page)
    await press(page, "#knocks button:has-text('Let in')")
    await guest.wait_for_selector("body[data-page=call]")
    await until(guest, CONNECTED, MAX_WAIT_SECONDS)
    await expect(guest.locator("#mic")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    await expect(guest.locator("#participants li", has_text="Ana")).to_contain_text("host", timeout=SLOW)
    assert not await guest.is_visible(HOST)

    # Muted, and on again; then only hosts speak.
    await press(guest, "#speak-typed")
    await panel(page)
    await press(page, "#hosting-people button:has-text('Mute'):not([id$=all])")
    await expect(guest.locator("#mic")).to_have_attribute("aria-pressed", "false", timeout=SLOW)
    await expect(guest.locator("#told")).to_contain_text("A host has muted your microphone", timeout=SLOW)
    await expect(guest.locator("#told")).to_contain_text("what you type is not spoken any more")
    assert await guest.get_attribute("#speak-typed", "aria-pressed") == "false"
    await good(guest)
    await press(guest, "#mic")
    await expect(guest.locator("#mic")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    await tick(page, "only_hosts_speak")
    await expect(guest.locator("#told")).to_contain_text("Only hosts speak now", timeout=SLOW)
    assert not await guest.is_visible("#mic")
    assert not await guest.is_visible("#typing")
    await tick(page, "only_hosts_speak")
    await expect(guest.locator("#mic")).to_have_attribute("aria-pressed", "false", timeout=SLOW)  # for them to turn on
    await expect(guest.locator("#told")).to_contain_text("You may speak", timeout=SLOW)

    # A hand that is raised with a key, and lowered by the host.
    await guest.keyboard.press("h")
    await expect(page.locator("#told")).to_have_text("Bob has raised a hand.", timeout=SLOW)
    await expect(guest.locator("#hand")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    await page.keyboard.press("Escape")
    await good(page)
    await press(page, "#participants button.hand[aria-label='Lower the hand of Bob, number 1']")
    await expect(guest.locator("#told")).to_have_text("A host has lowered your hand.", timeout=SLOW)
    await expect(guest.locator("#hand")).to_have_attribute("aria-pressed", "false", timeout=SLOW)
    await panel(page)

    # One after the other: a hand that goes up is a turn to speak, which a host or whoever has it ends.
    await tick(page, "in_turns")
    await expect(guest.locator("#told")).to_contain_text("Here one speaks after the other", timeout=SLOW)
    await expect(guest.locator("#mic")).to_be_hidden(timeout=SLOW)
    await guest.keyboard.press("h")
    await expect(page.locator("#turn")).to_have_text("It is the turn of Bob.", timeout=SLOW)
    await expect(guest.locator("#mic")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    await expect(guest.locator("#turn")).to_have_text("It is your turn: speak.")
    await expect(guest.locator("#hand")).to_have_attribute("aria-pressed", "false")
    await page.keyboard.press("Escape")
    await page.keyboard.press("h")
    await expect(page.locator("#turn-way")).to_contain_text("You are number 1", timeout=SLOW)
    await good(page)
    await good(guest)
    async with still_heard(place, room, guest):
        await guest.keyboard.press("e")
        await expect(guest.locator("#mic")).to_be_hidden(timeout=SLOW)
        heard = "Bob has finished. The translation is still being heard."
        await expect(page.locator("#turn")).to_have_text(heard, timeout=SLOW)
        await press(page, "#turn-end")  # nobody waits
        await expect(page.locator("#mic")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    await expect(guest.locator("#turn")).to_have_text("It is the turn of Ana.", timeout=SLOW)
    await panel(page)
    await tick(page, "in_turns")
    await expect(guest.locator("#told")).to_contain_text("Everybody may speak at any time now", timeout=SLOW)
    await expect(guest.locator("#mic")).to_have_attribute("aria-pressed", "false", timeout=SLOW)  # for them to turn on

    # Host, and no longer.
    await press(page, "#hosting-people button:has-text('Make host')")
    await expect(guest.locator("#told")).to_contain_text("You are a host of this call now", timeout=SLOW)
    await guest.wait_for_selector(HOST)
    await panel(guest)
    await press(page, "#hosting-people button:has-text('No longer host')")
    await expect(guest.locator(HOST)).to_be_hidden(timeout=SLOW)
    await expect(guest.locator("#hosting")).to_be_hidden(timeout=SLOW)

    # The call ends, and another begins.
    await press(page, "#end-all")
    await expect(guest.locator("#connection")).to_have_text("A host has ended the call.", timeout=SLOW)
    for one in (guest, page):
        await one.wait_for_selector("[data-when=callEnded]")
        async with one.expect_navigation():
            await press(one, "[data-when=callEnded]")
        await until(one, CONNECTED, MAX_WAIT_SECONDS)

    # Removed, and kept out.
    await panel(page)
    await press(page, "#hosting-people button:has-text('Remove')")
    await expect(guest.locator("#connection")).to_have_text("A host has removed you from this call.", timeout=SLOW)
    await expect(page.locator("#hosting-people h3")).to_have_text("Kept out", timeout=SLOW)
    await good(page)
    answer = await guest.goto(f"{place.url}/rooms/{room}/call")
    assert answer
    assert answer.status == 403

    # A link that reads along is revoked while somebody reads.
    share = await ana.new_page()
    await share.goto(f"{place.url}/rooms/{room}/share")
    await links_made(share)
    await guest.goto(await share.input_value("#page"))
    await until(guest, LIVE, MAX_WAIT_SECONDS)
    await good(share)
    await press(share, "#links li:has-text('reads the captions') button")
    await share.wait_for_url("**/share#links")
    await until(guest, "document.body.dataset.state === 'expired'", MAX_WAIT_SECONDS)
    answer = await guest.reload()
    assert answer
    assert answer.status == 403

    await page.bring_to_front()
    await press(page, "#close-all")
    await page.wait_for_url(place.url + "/")
    answer = await guest.goto(f"{place.url}/rooms/{room}")
    assert answer
    assert answer.status == 410
    await ana.close()
    await bob.close()

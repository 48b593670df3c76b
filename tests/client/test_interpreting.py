"""Two people take turns to interpret, those who hear the language hear whoever does, and who comes back goes on."""

from __future__ import annotations

import asyncio
import base64
from typing import Final

import pytest
from playwright.async_api import Page, expect

from ops.harness.call_page import until
from ops.harness.recordings import recordings
from ops.harness.sfu import Sfu
from tests.client.conftest import CONNECTED, Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAIR: Final = "interpret:pt>en"
SOUND: Final = base64.b64encode(recordings()["en_LJ001-0005"].path.read_bytes()).decode()
"""A recording of some seconds."""
GAIN: Final = "who => document.querySelector(`#audio audio[data-speaker=${who}][data-track=original]`)?.dataset.gain"


async def heard_are(page: Page, *people: str) -> None:
    """Wait until a page plays the voices of these people and of no others."""
    found = "JSON.stringify([...document.querySelectorAll('#audio audio')].map(one => one.dataset.speaker).sort())"
    await until(page, f"{found} === JSON.stringify({sorted(people)})")


async def test_two_take_turns_by_one_press_and_the_original_gives_way_to_whoever_interprets(join: Join) -> None:
    ana = await join("ana", speak="pt", read="pt", hear="pt")
    lea = await join("lea", speak="pt", read="pt", hear="original", rights=[PAIR])
    eva = await join("eva", speak="en", read="en", hear="original", rights=[PAIR])
    bob = await join("bob", speak="en", read="en", hear="en")
    await heard_are(bob, "ana", "lea", "eva")
    begin = "Interpret Portuguese into English"
    for page in (lea, eva):
        await expect(page.locator("#booth-acts button")).to_have_text(begin)
    assert await ana.is_hidden("#booths")

    await lea.click("#booth-acts button")
    await expect(lea.locator("#interpreters")).to_have_text(
        "You interpret Portuguese into English: you are heard in place of the machine."
    )
    await expect(bob.locator("#interpreters")).to_have_text("Lea interprets Portuguese into English.")
    await expect(bob.locator("#participants li[data-participant=lea]")).to_contain_text("English")
    await heard_are(ana, "bob", "eva")
    await heard_are(bob, "ana", "lea", "eva")
    await until(bob, f"({GAIN})('ana') === '1'")
    await lea.evaluate("data => void window.__say(data)", SOUND)
    await until(bob, f"({GAIN})('ana') === '0.15'")
    await expect(bob.locator("#participants li[data-participant=ana] .status")).to_contain_text("interpreted")
    assert await bob.evaluate(GAIN, "lea") == "1"

    await expect(eva.locator("#booth-acts button")).to_have_text("Take over from Lea: Portuguese into English")
    await eva.click("#mic")  # who rests is not heard
    await eva.click("#booth-acts button")
    await expect(bob.locator("#interpreters")).to_have_text("Eva interprets Portuguese into English.")
    await expect(eva.locator("#mic")).to_have_attribute("aria-pressed", "true")
    await expect(lea.locator("#mic")).to_have_attribute("aria-pressed", "false")
    await expect(lea.locator("#told")).to_have_text("You do not interpret any more. Your microphone is off.")
    await expect(lea.locator("#booth-acts button")).to_have_text("Take over from Eva: Portuguese into English")
    await heard_are(ana, "bob", "lea")

    await eva.click("#booth-acts button")
    await expect(eva.locator("#booth-acts button")).to_have_text(begin)
    await expect(eva.locator("#mic")).to_have_attribute("aria-pressed", "false")
    await heard_are(ana, "bob", "lea", "eva")
    await until(bob, f"({GAIN})('ana') === '1'")


LONG_AGO: Final = """() => {
  const kept = JSON.parse(sessionStorage.getItem("jbc.interpreting"));
  sessionStorage.setItem("jbc.interpreting", JSON.stringify({ ...kept, at: kept.at - 180_000 }));
}"""
YOU: Final = "You interpret Portuguese into English: you are heard in place of the machine."
AGAIN: Final = "You interpret again, as before the interruption."


async def test_who_interprets_goes_on_after_a_reload_and_on_another_sfu_and_by_a_press_after_long(
    join: Join, sfu: Sfu
) -> None:
    lea = await join("lea", speak="pt", read="pt", hear="original", rights=[PAIR])
    eva = await join("eva", speak="en", read="en", hear="original", rights=[PAIR])
    names = ("booth-acts button", "interpreters", "told", "mic")
    button, line, told, microphone = (lea.locator(f"#{name}") for name in names)
    await button.click()
    await expect(line).to_have_text(YOU)

    await lea.reload()
    await expect(told).to_have_text(AGAIN)
    await expect(line).to_have_text(YOU)
    await expect(eva.locator("#interpreters")).to_have_text("Lea interprets Portuguese into English.")

    await microphone.click()  # not heard for a moment, and not because the call moves
    await asyncio.to_thread(sfu.kill)
    await until(lea, "document.body.dataset.state === 'reconnecting'")
    await lea.evaluate("document.querySelector('#told').textContent = ''")
    await asyncio.to_thread(sfu.start)
    await until(lea, CONNECTED)
    await expect(told).to_have_text(AGAIN)
    await expect(eva.locator("#interpreters")).to_have_text("Lea interprets Portuguese into English.")
    await expect(microphone).to_have_attribute("aria-pressed", "false")

    call = lea.url
    await lea.goto(call.split("/call")[0])
    await lea.evaluate(LONG_AGO)
    await lea.goto(call)
    await expect(told).to_have_text(
        "You interpreted Portuguese into English before the interruption. Press the button to go on."
    )
    await expect(button).to_have_text("Interpret Portuguese into English")
    await button.click()
    await expect(line).to_have_text(YOU)

    await lea.goto(call.split("/call")[0])
    await until(eva, "document.querySelector('#booth-acts button').textContent.startsWith('Interpret')")
    await eva.click("#booth-acts button")
    await lea.goto(call)
    await until(lea, CONNECTED)
    await expect(button).to_have_text("Take over from Eva: Portuguese into English")
    assert await told.is_hidden()

"""Two people take turns to interpret, and those who hear the language hear whoever does."""

from __future__ import annotations

import base64
from typing import Final

import pytest
from playwright.async_api import Page, expect

from ops.harness.call_page import until
from ops.harness.recordings import recordings
from tests.client.conftest import Join

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

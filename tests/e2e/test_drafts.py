"""A Vietnamese speaker whose English is drafts: read by everybody, spoken to who presses the button that offers it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from ops.harness.people import Person, heard_out, room_from_front_page
from ops.harness.recordings import recordings
from ops.harness.stack import Stack, temporary_folder
from tests.support.llm_server import Script, llm_server

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST, SECOND = "vi_fleurs_0028", "vi_fleurs_0004"
CLAUSES = {
    "người": "three people were in the house when the car hit it",
    "không ai": "nobody was hurt",
    "tôn giáo": "the main religion in Moldova is Orthodox Christianity",
}
"""What is in the two recordings → what it means. Guards refuse a draft that loses a number or a denial."""
OFFER = "#notice p[data-reason={}] button"
READ = "count => document.querySelectorAll('#captions .translation .draft').length >= count"


def _translated(said: str) -> str:
    """English for what is known of it, and for a piece that holds none of it a word that no guard minds."""
    return ", but ".join(english for words, english in CLAUSES.items() if words in said.casefold()) or "Yes."


@pytest_asyncio.fixture(loop_scope="session")
async def drafting() -> AsyncIterator[Stack]:
    """Every process, with a language model that knows these clauses, whichever of them are said in one breath."""
    with temporary_folder() as folder, llm_server() as model:
        model.answer = lambda said: Script(_translated(said))
        async with Stack(Path(folder), LLM_URL=model.url, LLM_MODEL="test-model") as running:
            yield running


async def test_drafts_are_spoken_to_who_asks_for_it_by_one_press(drafting: Stack, browser: Browser) -> None:
    room = await room_from_front_page(browser, drafting.url)
    lan = await Person.join(browser, room, "Lan", speak="vi", read="vi", hear="original")
    bob = await Person.join(browser, room, "Bob", speak="en", read="en", hear="en")
    try:
        await bob.page.set_viewport_size({"width": 360, "height": 640})
        await bob.page.wait_for_selector(OFFER.format("draft_only"))
        await lan.say(recordings()[FIRST].path.read_bytes())
        await bob.wait_for(READ, argument=1)
        await heard_out(bob, drafting)
        assert await bob.onsets() == [], "a draft is read and not heard"

        await bob.page.focus(OFFER.format("draft_only"))
        await bob.page.keyboard.press("Enter")
        await bob.page.wait_for_selector(OFFER.format("draft_spoken"))
        focused = "document.activeElement.closest('p').dataset.reason"
        assert await bob.page.evaluate(focused) == "draft_spoken", "the keyboard stays where it was"
        assert await bob.page.is_checked("#choices input[name=hear_drafts]", strict=True)
        read = len(await bob.lines())
        await lan.say(recordings()[SECOND].path.read_bytes())
        await bob.wait_for("window.__onsets.length > 0")
        await heard_out(bob, drafting)
        assert len(await bob.lines()) > read

        await bob.page.keyboard.press("Enter")
        await bob.page.wait_for_selector(OFFER.format("draft_only"))
        assert bob.errors == lan.errors == []
    finally:
        await bob.leave()
        await lan.leave()

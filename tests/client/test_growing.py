"""A sentence that grows under its readers' eyes: what was shown stays where it is, and is read out when it is over."""

from __future__ import annotations

import re
from typing import Final

import pytest
import redis
from playwright.async_api import Page, expect

from ops.harness.call_page import until
from ops.harness.captions import caption, say
from ops.harness.gallery import World
from ops.harness.views import CONNECTED, MAX_WAIT_SECONDS
from tasks.wire.messages import Caption

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH: Final = (
    "In the evening the fishermen,",
    "In the evening the fishermen, whose boats are old and painted blue,",
    "In the evening the fishermen, whose boats are old and painted blue, row out as far as the island,",
    "In the evening the fishermen, whose boats are old and painted blue, row out as far as the island, and wait there.",
)
PORTUGUESE: Final = (
    "À noite os pescadores,",
    "À noite os pescadores, cujos barcos são velhos e azuis,",
    "À noite os pescadores, cujos barcos são velhos e azuis, remam até a ilha,",
    "À noite os pescadores, cujos barcos são velhos e azuis, remam até a ilha e esperam ali.",
)
WATCH: Final = """() => {
  const list = document.querySelector("#captions");
  window.__away = 0;
  const look = () => {
    const last = [...list.querySelectorAll("li.utterance")].at(-1);
    if (last?.querySelector(".translation:not(:empty)")) {
      window.__away = Math.max(window.__away, list.scrollHeight - list.scrollTop - list.clientHeight);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
"""How far the end of the growing line ever was out of view, in pixels, in any frame."""
PLACES: Final = """([id, length]) => {
  const paragraph = document.getElementById(id);
  const range = document.createRange();
  range.setStart(paragraph.firstChild, 0);
  range.setEnd(paragraph.firstChild, length);
  const box = paragraph.getBoundingClientRect();
  return [...range.getClientRects()].map(({ left, right, top }) => [left - box.left, right - box.left, top - box.top]);
}"""
"""Where the first letters of a paragraph are in it, line by line."""


def of_line(room: str, seq: int, text: str, language: str, *, final: bool) -> Caption:
    return caption(room, f"{room}.grow.{seq}", text, language=language, final=final, seq=seq, speaker="reader")


async def in_portuguese(place: World, page: Page, *, whole: bool) -> None:
    """Take part as somebody who reads Portuguese."""
    await page.set_viewport_size({"width": 390, "height": 560})
    await page.goto(f"{place.url}/rooms/{place.room}")
    await page.fill("[name=name]", "Rui")
    for field in ("speak", "read", "hear"):
        await page.select_option(f"select[name={field}]", "pt")
    await page.select_option("#whole_sentences", label="in whole sentences" if whole else "as soon as possible")
    await page.click("button[name=reader]")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)


async def test_a_line_grows_in_its_place_and_is_read_out_once_it_is_over(place: World) -> None:
    browser = place.visitor.browser
    assert browser is not None
    people = [await browser.new_context(locale="en") for _ in range(2)]
    page, patient = [await context.new_page() for context in people]
    await page.add_init_script("""localStorage.setItem("jbc.reading", '{"aloud": true}')""")
    await in_portuguese(place, page, whole=False)
    await in_portuguese(place, patient, whole=True)
    client = redis.Redis.from_url(place.redis_url)

    def tell(seq: int, text: str, language: str, *, final: bool = False) -> None:
        say(client, of_line(place.room, seq, text, language, final=final))

    async def shown(on: Page, seq: int, english: str, portuguese: str) -> None:
        line = on.locator(f"[id='u-{place.room}.grow.{seq}']")
        await expect(line.locator(".source")).to_have_text(english)
        await expect(line.locator(".translation")).to_have_text(portuguese)

    for seq in range(8):  # the list scrolls
        tell(seq, f"Before {seq}.", "en", final=True)
        tell(seq, f"Antes {seq}.", "pt", final=True)
    await shown(page, 7, "Before 7.", "Antes 7.")
    seq, paragraph, badge = 9, f"t-{place.room}.grow.9", page.locator("[popovertarget=lateness]").first
    tell(seq, ENGLISH[0], "en")
    await shown(page, seq, ENGLISH[0], "")
    height = "document.querySelector('#captions').scrollHeight"
    before = await page.evaluate(height)
    tell(seq, PORTUGUESE[0], "pt")
    await shown(page, seq, ENGLISH[0], PORTUGUESE[0])
    assert await page.evaluate(height) == before, "the first clause comes where room is left for it"
    await page.evaluate(WATCH)
    for english, portuguese, following in zip(ENGLISH[1:3], PORTUGUESE[1:3], PORTUGUESE[2:], strict=True):
        tell(seq, english, "en")
        tell(seq, portuguese, "pt")
        tell(seq, "À noite", "pt")  # overtaken on its way
        await shown(page, seq, english, portuguese)
        await shown(patient, seq, english, "")
        await expect(badge).to_have_attribute("title", re.compile("behind the last word that is shown"))
        places = await page.evaluate(PLACES, [paragraph, len(portuguese)])
        tell(seq, following, "pt", final=following == PORTUGUESE[-1])
        await shown(page, seq, english, following)
        assert await page.evaluate(PLACES, [paragraph, len(portuguese)]) == places, "no word has moved"
    await shown(patient, seq, ENGLISH[2], PORTUGUESE[-1])
    await expect(badge).to_have_attribute("title", re.compile("behind the end of the sentence"))
    read_out = [*(f"Antes {number}." for number in range(8)), PORTUGUESE[-1]]
    await expect(page.locator("#aloud p")).to_have_text([f"Unknown speaker: {text}" for text in read_out])
    tell(seq, ENGLISH[3], "en", final=True)
    await shown(page, seq, ENGLISH[3], PORTUGUESE[3])
    await expect(page.locator(f"[id='u-{place.room}.grow.9'].interim")).to_have_count(0)
    assert await page.evaluate("window.__away") <= 1, "the end of what grows never left the view"
    client.close()
    for context in people:
        await context.close()

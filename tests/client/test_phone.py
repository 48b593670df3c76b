"""Pages on the smallest screens: nothing is cut off, and nothing lies over captions."""

from __future__ import annotations

from typing import Final

import pytest

from app.i18n.catalogue import INTERFACE
from ops.harness.call_page import until
from ops.harness.gallery import SIZES, World
from ops.harness.views import LIVE, MAX_WAIT_SECONDS, TALK, VIEWS, in_call, in_talk
from ops.harness.web_server import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTHS: Final = (320, 360, 390)
NOT_WHOLE: Final = (ROOT / "tests/support/whole_words.js").read_text()
"""What is wrong with the words of the controls that a selector finds."""
OVER_EACH_OTHER: Final = """bad => {
  const network = document.querySelector('#network');
  if (bad) Object.assign(network, { hidden: false, textContent: 'Network bad' }).dataset.quality = 'poor';
  if (bad && !network.checkVisibility()) return ['the network is not shown'];
  const words = document.createRange();
  const box = one => { // text may be wider than what holds it
    if (!one.matches('p') || getComputedStyle(one).overflow !== 'visible') return one.getBoundingClientRect();
    words.selectNodeContents(one);
    return words.getBoundingClientRect();
  };
  const all = [...document.querySelectorAll('.bar :is(h1, p, button)')].filter(one => one.checkVisibility())
    .map(one => [one.id || one.textContent.trim(), box(one)]);
  return all.flatMap(([name, a], n) => all.slice(n + 1)
    .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1)
    .map(([other]) => `${name} and ${other}`));
}"""
"""What lies over each other in the head, also while the network is bad: in one go, the page looks at it again soon."""
CUT_OFF: Final = """() => [...document.querySelectorAll('.light, .middle *, .hold')]
  .filter(one => one.checkVisibility()).filter(one => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
  }).map(one => one.outerHTML.slice(0, 80))"""
"""What of a talk, whose page does not scroll, lies beyond the screen."""
COVERED: Final = """() => {
  const captions = [...document.querySelectorAll('#captions p')].filter(one => one.checkVisibility());
  const lowest = Math.max(...captions.map(one => one.getBoundingClientRect().bottom));
  return document.querySelector('#controls').getBoundingClientRect().top < lowest;
}"""


async def test_the_calls_controls_show_whole_words_in_every_language_of_the_interface(place: World) -> None:
    faults, labels = [], {}
    for language in INTERFACE:
        page = await place.visitor.new_page()
        await page.goto(f"{place.url}/language/{language}?back=/rooms/{place.room}/call")
        await in_call()(page)
        assert await page.get_attribute("html", "lang") == language
        for device in ("mic", "camera", "screen"):
            await page.wait_for_selector(f"#{device}:not([hidden])")
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 700})
            found = await page.evaluate(NOT_WHOLE, ".bar button, .controls button, .controls summary")
            found += await page.evaluate(OVER_EACH_OTHER, False)
            faults += [f"{language}, {width} px: {fault}" for fault in found]
        labels[language] = (await page.inner_text("footer.controls")).split("\n")
        await page.close()
    await place.visitor.clear_cookies(name="jbc_lang")
    assert not faults, "\n".join(faults)
    assert all(len(set(words)) >= 6 for words in labels.values()), labels
    assert len({tuple(words) for words in labels.values()}) == len(INTERFACE), "each in its own words"


async def test_a_talk_shows_whole_words_in_every_language_of_the_interface(place: World) -> None:
    faults = []
    for language in INTERFACE:
        page = await place.visitor.new_page()
        await page.goto(f"{place.url}/language/{language}?back={TALK.format(talk=place.talk)}")
        await in_talk()(page)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 568})
            found = await page.evaluate(NOT_WHOLE, ".middle button, .hold")
            found += [f"cut off: {part}" for part in await page.evaluate(CUT_OFF)]
            faults += [f"{language}, {width} px: {fault}" for fault in found]
        await page.close()
    await place.visitor.clear_cookies(name="jbc_lang")
    assert not faults, "\n".join(faults)


async def test_the_head_has_room_for_a_bad_network(place: World) -> None:
    page = await place.visitor.new_page()
    await place.open(page, next(view for view in VIEWS if view.name == "call"))
    for width in (*WIDTHS, *(width for width, _ in SIZES.values())):
        await page.set_viewport_size({"width": width, "height": 700})
        faults = await page.evaluate(OVER_EACH_OTHER, True)
        assert not faults, f"{width} px: {faults}"
    await page.close()


@pytest.mark.parametrize("size", SIZES)
async def test_the_projectors_controls_never_cover_a_caption(place: World, size: str) -> None:
    width, height = SIZES[size]
    page = await place.visitor.new_page()
    await page.set_viewport_size({"width": width, "height": height})
    await page.goto(f"{place.url}/rooms/{place.room}/projector")
    await until(page, LIVE, MAX_WAIT_SECONDS)
    last = page.locator("#captions > li").last
    await page.wait_for_selector("body[data-controls=hide]")
    hidden = await last.bounding_box()
    await page.mouse.move(width / 2, height / 2)
    await page.wait_for_selector("body[data-controls=show]")
    assert await last.bounding_box() == hidden, "captions stay where they are"
    assert not await page.evaluate(COVERED)
    faults = await page.evaluate(NOT_WHOLE, "#controls button")
    assert not faults, "\n".join(faults)
    await page.close()

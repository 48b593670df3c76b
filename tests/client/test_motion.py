"""Who asks for less motion gets no smooth scroll; that no page has a style that moves is judged in the gallery."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from ops.harness.call_page import until
from ops.harness.gallery import World
from ops.harness.views import MAX_WAIT_SECONDS, MOVING, VIEWS

pytestmark = pytest.mark.asyncio(loop_scope="session")

TO_THE_END: Final = "list.scrollHeight - list.scrollTop - list.clientHeight"
HALF_WAY: Final = f"""() => {{
  const list = document.querySelector("#captions");
  window.__half = 0;
  list.addEventListener("scroll", () => {{ window.__half += {TO_THE_END} > 1 ? 1 : 0 }});
}}"""
"""Counts the frames in which the list was on its way to the newest line."""
AT_END: Final = f"""(list => list.scrollHeight > list.clientHeight && {TO_THE_END} <= 1)
  (document.querySelector("#captions"))"""
CAPTIONS: Final = 12
"""Lines said at most until one is seen on its way: a machine that stands still for so long hides it."""
Motion = Literal["reduce", "no-preference"]


async def test_styles_move_where_nobody_asks_for_less_motion(place: World) -> None:
    """Without this, the gallery could find nothing that moves and not know what to look for."""
    for name in ("front", "call", "projector"):
        page = await place.visitor.new_page()
        await place.open(page, next(view for view in VIEWS if view.name == name))
        assert await page.evaluate(MOVING), name
        await page.close()


@pytest.mark.parametrize(("motion", "smooth"), [("reduce", False), ("no-preference", True)])
async def test_captions_jump_to_the_newest_line_where_less_motion_is_asked_for(
    place: World, motion: Motion, smooth: bool
) -> None:
    page = await place.visitor.new_page()
    await page.set_viewport_size({"width": 390, "height": 500})
    await page.emulate_media(reduced_motion=motion)
    await place.open(page, next(view for view in VIEWS if view.name == "call"))
    await until(page, AT_END, MAX_WAIT_SECONDS)
    await page.evaluate(HALF_WAY)
    for number in range(CAPTIONS):
        text = f"line {number}, {motion}"
        place.say(text)
        await page.wait_for_selector(f"#captions li:has-text('{text}')")
        await until(page, AT_END, MAX_WAIT_SECONDS)
        if await page.evaluate("window.__half"):
            break
    assert bool(await page.evaluate("window.__half")) == smooth
    await page.close()

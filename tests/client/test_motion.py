"""Who asks for less motion gets none: no transition, no animation, no smooth scroll, on any page."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from ops.harness.call_page import until
from ops.harness.gallery import World
from ops.harness.views import MAX_WAIT_SECONDS, VIEWS

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOVING: Final = """() => {
  const some = list => Math.max(...list.split(",").map(parseFloat)) > 0;
  const moves = style => some(style.transitionDuration) || style.animationName !== "none"
    || style.scrollBehavior === "smooth";
  const parts = [null, "::before", "::after", "::backdrop"];
  const found = [...document.querySelectorAll("*")]
    .filter(element => parts.some(part => moves(getComputedStyle(element, part))))
    .map(element => element.outerHTML.slice(0, 80));
  return [...found, ...document.getAnimations().map(() => "something that runs")];
}"""
"""What can move in the page's styles, and what moves now."""

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

FIRST_LINES: Final = {"reduce": 500, "no-preference": 600}
Motion = Literal["reduce", "no-preference"]


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
async def test_no_style_moves_where_less_motion_is_asked_for(place: World, motion: Motion, moves: bool) -> None:
    moving: dict[str, list[str]] = {}
    views = VIEWS if motion == "reduce" else [view for view in VIEWS if view.name in ("front", "call", "projector")]
    for view in views:
        page = await place.visitor.new_page()
        await page.emulate_media(reduced_motion=motion)
        await place.open(page, view)
        if found := await page.evaluate(MOVING):
            moving[view.name] = found
        await page.close()
    assert set(moving) == ({view.name for view in views} if moves else set()), moving


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
    first = FIRST_LINES[motion]
    for seq in range(first, first + CAPTIONS):
        place.say(seq, f"line {seq}")
        await page.wait_for_selector(f"#captions li:has-text('line {seq}')")
        await until(page, AT_END, MAX_WAIT_SECONDS)
        if await page.evaluate("window.__half"):
            break
    assert bool(await page.evaluate("window.__half")) == smooth
    await page.close()

"""Cameras and shared screens in real Chromiums through the real SFU."""

from __future__ import annotations

import asyncio

import pytest

from ops.harness.call_page import until
from tests.client.conftest import Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

SIZE = "[...document.querySelectorAll('{tile} video')].map(v => `${{v.videoWidth}}x${{v.videoHeight}}`)[0]"
PROBED = 30.0
"""Seconds within which the SFU has found that there is room for a larger picture, also on a busy machine."""
STOPPED = """async selector => {
  const before = window.__frames(selector);
  await new Promise(resolve => setTimeout(resolve, 600));
  return window.__frames(selector) === before;
}"""


async def test_cameras_and_a_screen_are_seen_as_large_as_they_are_shown_while_they_are_on(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana"), join("bob"))
    assert await bob.is_hidden("#tiles")
    await ana.click("#camera")
    tile = '.tile[data-participant="ana"][data-source="camera"]'
    await until(bob, f"window.__frames('{tile} video') > 5")
    assert await bob.inner_text(f"{tile} figcaption") == "Ana"
    assert await ana.inner_text(".tile.me figcaption") == "Ana (you)"
    assert await ana.get_attribute("#camera", "aria-pressed") == "true"

    # The SFU sends what the tile can show: half of the camera's picture in a small one.
    for width, size in ((160, "320x180"), (640, "640x360"), (160, "320x180")):
        await bob.evaluate(f"document.querySelector('{tile} video').width = {width}")
        await until(bob, f"{SIZE.format(tile=tile)} === '{size}'", PROBED)

    await bob.click("#screen")
    await until(ana, "window.__frames('.tile[data-source=\"screen\"] video') > 2")
    await ana.click("#screen")
    await ana.wait_for_selector('#notice p[data-reason="screenTaken"]')
    assert await ana.get_attribute("#screen", "aria-pressed") == "false"

    carla = await join("carla")
    await until(carla, "document.querySelectorAll('.tile').length === 2")
    await until(carla, f"window.__frames('{tile} video') > 2")
    await ana.click("#camera")
    await bob.click("#screen")
    for page in (ana, bob, carla):
        await until(page, "document.querySelector('#tiles').hidden && !document.querySelector('.tile')")


async def test_a_picture_that_nobody_looks_at_is_not_sent(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana"), join("bob"))
    await ana.click("#camera")
    tile = '.tile[data-participant="ana"] video'
    await until(bob, f"window.__frames('{tile}') > 2")
    # Upwards, where no page scrolls to: below its captions it follows what is new.
    await bob.evaluate("document.querySelector('#tiles').style.transform = 'translateY(-5000px)'")
    await until(bob, STOPPED, argument=tile)
    before = await bob.evaluate(f"window.__frames('{tile}')")
    await bob.evaluate("document.querySelector('#tiles').style.transform = 'none'")
    await until(bob, f"window.__frames('{tile}') > {before} + 3")

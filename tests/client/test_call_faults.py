"""The call page when its connection, its token or the SFU goes."""

from __future__ import annotations

import asyncio
import base64
from typing import Final

import httpx
import numpy as np
import pytest
from playwright.async_api import Browser

from ops.harness.call_page import CallPages, until
from ops.harness.sfu import Sfu
from tests.client.conftest import CONNECTED, Join
from tests.support.loudspeaker import levels, speak

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEEP_SOCKET: Final = """window.WebSocket = class extends WebSocket {
  constructor(...a) { super(...a); window.__socket = this; window.__sockets = (window.__sockets ?? 0) + 1; }
}"""


async def test_a_second_window_takes_over_and_the_first_says_so(join: Join) -> None:
    bob, first = await asyncio.gather(join("bob"), join("ana"))
    await join("ana")
    await until(first, "document.body.dataset.state === 'replaced'")
    assert "another window" in await first.inner_text("#connection")
    await until(bob, "document.querySelectorAll('#audio audio').length === 1")
    assert await bob.locator("#participants li").count() == 2


async def test_a_refused_token_is_tried_again_and_then_said(browser: Browser, pages: CallPages) -> None:
    pages.refuse_tokens = True
    page = await browser.new_page()
    await page.goto(pages.url("ana", reader=True))
    await until(page, "document.body.dataset.state === 'notAllowed'")
    await page.close()


async def test_a_dead_sfu_is_said_and_the_call_comes_back_by_itself(join: Join, sfu: Sfu) -> None:
    ana, bob = await asyncio.gather(join("ana", speak="pt", hear="pt"), join("bob", speak="en", hear="en"))
    await speak(ana)
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    sfu.kill()
    await until(bob, "document.body.dataset.state === 'reconnecting'", 1.0)
    sfu.start()
    for page in (ana, bob):
        await until(page, CONNECTED)
    await bob.wait_for_selector('#audio audio[data-speaker="ana"]', state="attached")
    await until(bob, "document.querySelectorAll('#audio audio').length === 1")
    await bob.wait_for_timeout(500)
    assert (await levels(bob))[0] > 0.05


async def test_people_are_told_of_a_restart_and_are_back_after_it(join: Join, sfu: Sfu) -> None:
    ana = await join("ana")
    await speak(ana)
    bob = await join("bob", script=KEEP_SOCKET)
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    before = await bob.evaluate("window.__sockets")
    await asyncio.to_thread(sfu.stop)
    await until(bob, "document.body.dataset.state === 'restarting'", 1.0)
    assert "being restarted" in await bob.inner_text("#connection")
    await until(bob, f"window.__sockets >= {before + 2}")
    assert await bob.evaluate("document.body.dataset.state") == "restarting", "while it is not back either"
    await asyncio.to_thread(sfu.start)
    await until(bob, CONNECTED)
    await bob.wait_for_selector('#audio audio[data-speaker="ana"]', state="attached")


async def test_a_lost_socket_costs_less_than_a_second_of_sound(join: Join) -> None:
    ana = await join("ana")
    await speak(ana)
    bob = await join("bob", script=KEEP_SOCKET)
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    await bob.evaluate("window.__record(true)")
    await bob.evaluate("window.__socket.close()")
    await until(bob, "document.body.dataset.state === 'reconnecting'")
    await until(bob, CONNECTED)
    await bob.wait_for_timeout(1_000)
    recorded = await bob.evaluate("window.__recorded()")
    samples = np.frombuffer(base64.b64decode(recorded["samples"]), np.float32)
    frames = samples[: len(samples) // 480 * 480].reshape(-1, 480)
    quiet = np.sqrt((frames**2).mean(axis=1)) < 0.01
    print(f"\nsilence while reconnecting: {quiet.sum() * 480 / recorded['rate'] * 1000:.0f} ms")
    assert quiet.sum() * 480 / recorded["rate"] < 1.0
    assert await bob.locator("#audio audio").count() == 1


async def test_who_is_told_that_an_idle_call_ends_keeps_it_by_one_press_of_a_key_and_can_come_back(
    join: Join, sfu: Sfu
) -> None:
    """What the SFU says is said by the page's own socket here: to wait for it takes a minute."""
    ana = await join("ana", script=KEEP_SOCKET)
    tell = """message => window.__socket.dispatchEvent(new MessageEvent("message", {data: JSON.stringify(message)}))"""
    for reason in ("alone", "silent"):
        await ana.evaluate(tell, {"event": "idle", "data": {"reason": reason, "seconds": 120}})
        line = ana.locator(f"#notice[role=status] [data-reason=idle_{reason}]")
        await line.wait_for()
        assert "two minutes" in await line.inner_text()
        await line.get_by_role("button", name="Stay").focus()
        await ana.keyboard.press("Enter")
        await line.wait_for(state="detached")
    async with httpx.AsyncClient() as client:
        metrics = (await client.get(f"http://127.0.0.1:{sfu.port}/metrics")).text
    assert 'sfu_messages_total{method="stay"} 2' in metrics
    closing = {"code": "idle", "message": "The call has ended.", "retry": False}
    await ana.evaluate(tell, {"event": "closing", "data": closing})
    await ana.evaluate("window.__socket.dispatchEvent(new CloseEvent('close', {code: 4411}))")
    await until(ana, "document.body.dataset.state === 'idleEnded'")
    assert "Continue it whenever you like" in await ana.inner_text("#connection")


ANOTHER_RATE: Final = """
const own = new WeakSet(), ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await ask(wanted);
  for (const track of stream.getTracks()) own.add(track);
  return stream;
};
const connect = AudioContext.prototype.createMediaStreamSource;
AudioContext.prototype.createMediaStreamSource = function (stream) {
  if (own.has(stream.getAudioTracks()[0]) && this.sampleRate !== 16000) throw new DOMException("", "NotSupportedError");
  return connect.call(this, stream);
};
"""
"""A headset of another rate than the system's, as Firefox has it: connected to no audio context but one of its own."""


async def test_a_headset_of_another_rate_is_heard_and_measured_and_the_page_shows_the_call(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana", script=ANOTHER_RATE), join("bob"))
    await speak(ana)
    for page in (ana, bob):
        await page.wait_for_selector('#participants li[data-participant="ana"].speaking')
        assert await page.locator("#participants li").count() == 2
    assert await ana.get_attribute("#mic", "aria-pressed") == "true"

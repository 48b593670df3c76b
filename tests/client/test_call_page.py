"""The call page in real Chromiums against the real SFU: who is heard, how loud, and what the page says about it."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from typing import Final

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from ops.harness.bridge_client import bridge
from ops.harness.call_page import CallPages, until
from tests.client.conftest import CONNECTED, Join
from tests.support.loudspeaker import DUB, gain_times, levels, speak

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN_MICROPHONE: Final = "delete navigator.mediaDevices.getUserMedia"
"""Gives the page Chromium's fake microphone, which beeps, instead of the one of the hooks, which speaks on cue."""
DUCKED: Final = """document.querySelector('#audio audio[data-track="original"]')?.dataset.gain === "0.15\""""
FULL: Final = """document.querySelector('#audio audio[data-track="original"]')?.dataset.gain === "1\""""
ORIGINAL_IN_FULL: Final = '#audio audio[data-track="original"][data-gain="1"]'
NOTICE: Final = "(n => !n.hidden && n.textContent)(document.querySelector('#notice'))"
NO_NOTICE: Final = "document.querySelector('#notice').hidden"
COUNT_TONES: Final = """window.__tones = 0;
window.OscillatorNode = class extends OscillatorNode {
  start(...at) { window.__tones += 1; super.start(...at); }
};"""
BACK_WITHIN: Final = 0.2
"""Seconds from the end of a dub to the original at full volume."""


async def test_people_in_a_room_hear_and_see_each_other(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana", script=OWN_MICROPHONE), join("bob", script=OWN_MICROPHONE, speak="pt"))
    for page, own, other in ((ana, "ana", "bob"), (bob, "bob", "ana")):
        audio = f'#audio audio[data-speaker="{other}"][data-track="original"][data-gain="1"]'
        await page.wait_for_selector(audio, state="attached")
        assert await page.locator("#audio audio").count() == 1
        assert await page.locator("#participants li").count() == 2
        assert await page.inner_text("#participants li.me .name") == f"{own.capitalize()} (you)"
        assert await page.locator("#participants li.me").get_attribute("data-participant") == own
        # Chromium's fake microphone beeps once a second; the mark is lit by what comes through the SFU.
        await page.wait_for_selector(f'#participants li[data-participant="{other}"].speaking')
        await page.evaluate("window.__record(true)")
        await page.wait_for_timeout(1_500)
        recorded = await page.evaluate("window.__recorded()")
        assert np.abs(np.frombuffer(base64.b64decode(recorded["samples"]), np.float32)).max() > 0.05
    assert await bob.inner_text('#participants li[data-participant="ana"] .language') == "English"
    assert await bob.inner_text("#connection") == "Connected"


async def test_who_leaves_is_gone_at_once(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana"), join("bob"))
    await bob.wait_for_selector('#audio audio[data-speaker="ana"]', state="attached")
    await ana.click("#leave")
    await until(bob, "document.querySelectorAll('#audio audio, #participants li:not(.me)').length === 0", 1.0)


async def test_a_dub_ducks_the_original_exactly_while_it_runs(join: Join, pages: CallPages) -> None:
    ana, bob = await asyncio.gather(join("ana", speak="pt", hear="pt"), join("bob", speak="en", hear="en"))
    await speak(ana)
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    await until(bob, FULL)
    voice, dub = await levels(bob)
    assert voice > 0.05
    assert dub < 0.01
    async with bridge(pages.sfu_url, pages.secret) as interpreter:
        producer = await interpreter.dub("r1", "ana", "en", DUB)
        await until(bob, DUCKED)
        await bob.wait_for_timeout(500)
        ducked, dubbed = await levels(bob)
        assert ducked == pytest.approx(0.15 * voice, rel=0.35)
        assert dubbed > 0.05
        assert await bob.locator('#participants li[data-participant="ana"][data-dubbed]').count() == 1
        # Nobody is dubbed to themselves.
        assert await ana.locator('#audio audio[data-track="dubbed"]').count() == 0

        paused = time.time()
        await interpreter.request("pauseProducer", producerId=producer)
        await until(bob, FULL)
        back, gain = (await gain_times(bob, paused))[0]
        assert gain == 1
        assert back < BACK_WITHIN
        await bob.wait_for_timeout(500)  # the receiver fades out what it had
        again, silent = await levels(bob)
        assert again == pytest.approx(voice, rel=0.35)
        assert silent < 0.01

        await interpreter.request("resumeProducer", producerId=producer)
        await until(bob, DUCKED)
        closed = time.time()
        await interpreter.close()
        await until(bob, FULL)
        back, gain = (await gain_times(bob, closed))[0]
    assert gain == 1
    print(f"\noriginal back {back * 1000:.0f} ms after the bridge's socket closed")
    assert back < BACK_WITHIN
    assert "interpreter" in str(await until(bob, NOTICE))
    assert await bob.locator('#audio audio[data-track="dubbed"]').count() == 0


async def test_a_dub_is_not_taken_by_those_who_hear_the_original_or_another_language(
    join: Join, pages: CallPages
) -> None:
    await join("ana", speak="pt", hear="pt")
    purist, other, fluent = await asyncio.gather(
        join("purist", speak="en", hear="original"),
        join("other", speak="vi", hear="vi"),
        join("fluent", speak="en", hear="en"),
    )
    for page in (purist, other):
        await until(page, f"document.querySelectorAll('{ORIGINAL_IN_FULL}').length === 3")
    async with bridge(pages.sfu_url, pages.secret) as interpreter:
        await interpreter.dub("r1", "ana", "en", DUB)
        await fluent.wait_for_selector(
            'audio[data-track="dubbed"][data-label="en"][data-speaker="ana"]', state="attached"
        )
        for page in (purist, other):
            assert await page.locator('#audio audio[data-track="dubbed"]').count() == 0
            assert await page.locator(ORIGINAL_IN_FULL).count() == 3


async def test_the_reason_is_shown_to_those_it_concerns_until_it_is_over(join: Join, pages: CallPages) -> None:
    pages.texts = {"no_translation": "{source} → {target}?"}
    await join("ana", speak="pt", hear="pt", read="pt")
    bob, carla = await asyncio.gather(
        join("bob", speak="en", hear="en", read="en"), join("carla", speak="vi", hear="vi", read="vi")
    )
    async with bridge(pages.sfu_url, pages.secret) as interpreter:
        await until(bob, NO_NOTICE)
        reason = {
            "level": "source_captions",
            "reason": "no_translation",
            "source": "pt",
            "target": "en",
            "speaker": "ana",
        }
        await interpreter.request("notice", room="r1", key="dub:ana:en", payload=reason)
        assert await until(bob, NOTICE) == "Portuguese → English?"
        assert await carla.is_hidden("#notice")
        await interpreter.request("notice", room="r1", key="dub:ana:en", payload=None)
        await until(bob, NO_NOTICE)


async def test_who_has_finished_sees_who_still_listens_and_by_choice_hears_when_it_is_over(
    join: Join, pages: CallPages
) -> None:
    ana = await join("ana", script=COUNT_TONES)
    bob = await join("bob")
    await ana.wait_for_selector("#participants li[data-participant=bob]")
    await ana.check("#sound-when-heard")
    sign = ana.locator("#still-listening")
    async with bridge(pages.sfu_url, pages.secret) as interpreter:
        said = {"room": "r1", "participant": "ana"}
        await interpreter.request("listening", **said, count=1, listener="bob", seconds=60)
        await expect(sign).to_have_text(re.compile(r"Bob is still listening, (60|59) s"))
        await interpreter.request("listening", **said, count=2, listener=None, seconds=None)
        await expect(sign).to_have_text("2 people are still listening")
        assert await bob.is_hidden("#still-listening")
        assert await ana.evaluate("window.__tones") == 0
        await interpreter.request("listening", **said, count=0, listener=None, seconds=None)
        await expect(sign).to_be_hidden()
        assert await ana.evaluate("window.__tones") == 1


async def test_muting_is_seen_and_heard_by_the_others(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana"), join("bob"))
    await speak(ana)
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    assert await ana.get_attribute("#mic", "aria-pressed") == "true"
    await ana.click("#mic")
    assert await ana.get_attribute("#mic", "aria-pressed") == "false"
    await bob.wait_for_selector('#participants li[data-participant="ana"][data-muted]:not(.speaking)')
    await bob.wait_for_timeout(500)
    assert (await levels(bob))[0] < 0.005
    await ana.click("#mic")
    await bob.wait_for_selector('#participants li[data-participant="ana"]:not([data-muted]).speaking')


KEEP_TRACKS: Final = """{
  const own = navigator.mediaDevices.getUserMedia;
  window.__tracks = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await own(wanted);
    window.__tracks.push(...stream.getTracks());
    return stream;
  };
}"""
SILENCE: Final = """(muted) => {
  const track = window.__tracks.at(-1);
  Object.defineProperty(track, "muted", { value: muted, configurable: true });
  track.dispatchEvent(new Event(muted ? "mute" : "unmute"));
}"""
UNPLUG: Final = "window.__tracks.at(-1).stop(); window.__tracks.at(-1).dispatchEvent(new Event('ended'))"


async def test_a_microphone_that_the_system_silences_or_that_is_unplugged_is_told_to_both_sides(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana", script=KEEP_TRACKS), join("bob"))
    await speak(ana)
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    await ana.evaluate(SILENCE, True)
    await ana.wait_for_selector('#notice p[data-reason="micSilenced"]')
    assert await ana.get_attribute("#mic", "aria-pressed") == "false"
    await bob.wait_for_selector('#participants li[data-participant="ana"][data-muted]')
    await ana.evaluate(SILENCE, False)
    await ana.wait_for_selector('#notice p[data-reason="micSilenced"]', state="detached")
    await bob.wait_for_selector('#participants li[data-participant="ana"]:not([data-muted]).speaking')
    await ana.wait_for_timeout(1_000)  # a microphone that goes sooner counts as broken
    await ana.evaluate(UNPLUG)
    await until(ana, "window.__tracks.length === 2")
    assert await ana.get_attribute("#mic", "aria-pressed") == "true"
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    assert (await levels(bob))[0] > 0.05
    assert await ana.evaluate("document.body.dataset.state") == "connected"


async def test_who_only_reads_has_no_microphone_and_is_not_called_muted(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana"), join("bob", reader=True))
    status = "#participants li[data-participant='{}'] .status"
    for page in (ana, bob):
        await page.wait_for_selector(f"{status.format('bob')}:has-text('no microphone')")
        await until(page, f"document.querySelector(\"{status.format('ana')}\").textContent === ''")


@pytest.mark.parametrize(("error", "reason"), [("NotAllowedError", "micDenied"), ("NotFoundError", "micNone")])
async def test_without_a_microphone_one_still_listens(join: Join, error: str, reason: str) -> None:
    ana = await join("ana")
    await speak(ana)
    refusal = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{error}') }}"
    bob = await join("bob", script=refusal)
    await bob.wait_for_selector(f'#notice p[data-reason="{reason}"]')
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    assert await ana.locator("#audio audio").count() == 0


async def test_listening_does_not_wait_for_the_answer_about_the_microphone(join: Join) -> None:
    ana = await join("ana")
    await speak(ana)
    bob = await join("bob", script="navigator.mediaDevices.getUserMedia = () => new Promise(() => {})")
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    assert await bob.get_attribute("#mic", "data-state") == "asking"


@pytest.mark.parametrize("mode", ["reader", "demo"])
async def test_readers_and_demo_visitors_are_not_asked_for_a_microphone(join: Join, mode: str) -> None:
    page = await join("bob", script="navigator.mediaDevices.getUserMedia = () => (window.asked = true)", **{mode: True})
    assert not await page.evaluate("window.asked")
    assert await page.is_hidden("#mic")


async def test_a_browser_that_holds_sound_back_offers_a_button(join: Join, quiet_browser: Browser) -> None:
    ana = await join("ana")
    await speak(ana)
    bob = await join("bob", chromium=quiet_browser, demo=True)
    await bob.wait_for_selector("#sound:visible")
    await bob.click("#sound")
    await bob.wait_for_selector("#sound", state="hidden")
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')


async def test_the_page_keeps_to_a_strict_policy_and_logs_no_error(
    join: Join, browser: Browser, pages: CallPages
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(pages.url("ana"))
    await until(page, CONNECTED)
    bob = await join("bob")
    await bob.wait_for_selector('#participants li[data-participant="ana"].speaking')
    await context.close()
    assert errors == []


async def test_who_pushes_to_talk_is_heard_only_meanwhile(join: Join) -> None:
    ana, bob = await asyncio.gather(join("ana"), join("bob"))
    silent = '#participants li[data-participant="ana"][data-muted]'
    heard = '#participants li[data-participant="ana"]:not([data-muted])'
    await bob.wait_for_selector(heard)
    await ana.check("#push-to-talk")
    await bob.wait_for_selector(silent)
    await speak(ana)
    assert (await levels(bob))[0] < 0.01
    await ana.evaluate("document.activeElement.blur()")

    await ana.keyboard.down("Space")
    await bob.wait_for_selector(heard)
    await until(ana, "document.querySelector('#talking').textContent === 'The others hear you.'")
    assert (await levels(bob))[0] > 0.05
    await ana.keyboard.up("Space")
    await bob.wait_for_selector(silent)

    await ana.keyboard.press("Space")  # quick: until the next press
    await bob.wait_for_selector(heard)
    await ana.evaluate("window.dispatchEvent(new Event('blur'))")
    assert await ana.get_attribute("#talk", "data-state") == "locked"
    await ana.focus("#talk")
    await ana.keyboard.press("Enter")
    await bob.wait_for_selector(silent)

    await ana.hover("#talk")
    await ana.mouse.down()
    await bob.wait_for_selector(heard)
    await ana.evaluate("window.dispatchEvent(new Event('blur'))")  # as when another window comes to the front
    await bob.wait_for_selector(silent)
    await ana.mouse.up()
    assert await ana.get_attribute("#talk", "data-state") == "off"
    await ana.evaluate("document.querySelector('#talk').click()")  # as screen readers and voice control press
    await bob.wait_for_selector(heard)

    await ana.reload()
    await until(ana, CONNECTED)
    await ana.wait_for_selector("#talk:not([hidden])")
    assert await ana.is_checked("#push-to-talk"), "it is remembered"
    await bob.wait_for_selector(silent)


async def test_what_is_not_to_be_translated_is_heard_in_full_and_tapped_by_nobody(join: Join, pages: CallPages) -> None:
    ana, bob = await asyncio.gather(join("ana", speak="pt", hear="pt"), join("bob", speak="en", hear="en"))
    await speak(ana)
    async with bridge(pages.sfu_url, pages.secret) as interpreter:
        await interpreter.dub("r1", "ana", "en", DUB)
        await until(bob, DUCKED)
        room = next(room for room in interpreter.rooms if room["room"] == "r1")
        producer = next(one["producerId"] for one in room["producers"] if one["participant"] == "ana")
        loop = asyncio.get_running_loop()
        tapped: list[bytes] = []

        class Tap(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, _addr: object) -> None:
                tapped.append(data)

        socket, _ = await loop.create_datagram_endpoint(Tap, local_addr=("127.0.0.1", 0))
        await interpreter.request("tap", producerId=producer, port=socket.get_extra_info("sockname")[1])
        async with asyncio.timeout(10):
            while not tapped:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

        await ana.keyboard.down("o")
        await bob.wait_for_selector('#participants li[data-participant="ana"][data-untranslated]')
        await until(bob, FULL)
        had = len(tapped)
        voice, _dub = await levels(bob)
        assert voice > 0.05
        assert len(tapped) - had <= 1, "nothing but what was on its way"
        assert "not translated" in await bob.inner_text('#participants li[data-participant="ana"] .status')

        await ana.keyboard.up("o")
        await until(bob, DUCKED)
        async with asyncio.timeout(10):
            while len(tapped) <= had + 1:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        socket.close()

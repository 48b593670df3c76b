"""What people hear and read when a process dies, and that nothing is lost or doubled when it comes back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from ops.harness import listening
from ops.harness.people import Person, room_from_front_page
from ops.harness.recordings import recordings
from ops.harness.stack import Stack
from ops.harness.wer import corpus_wer
from tests.e2e.conftest import Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

FULL_VOLUME_AGAIN = """() => [...document.querySelectorAll('#audio audio[data-track="original"]')]
  .every(audio => Number(audio.dataset.gain) === 1)"""
INTERPRETED = "() => !!document.querySelector('#participants [data-dubbed]')"
REASON_SHOWN = "() => { const n = document.querySelector('#notice'); return !n.hidden && n.textContent.trim(); }"
NO_REASON_SHOWN = "() => document.querySelector('#notice').hidden"
WITHIN = 2.0
"""Seconds after a worker's death in which everybody hears the original at full volume and reads why."""

Call = tuple[Person, Person]
"""Who speaks English, and who reads and hears it in Portuguese."""


def clip(name: str) -> bytes:
    """A test recording's file."""
    return recordings()[name].path.read_bytes()


async def assert_said_once(listener: Person, names: tuple[str, ...], *, before: int = 0) -> None:
    """Every clip was read once: no segment twice, and all their words in order, below so many lines from before."""
    lines = await listener.lines()
    segments = [line.segment for line in lines]
    assert len(segments) == len(set(segments))
    text = " ".join(line.source for line in lines[before:])
    reference = " ".join(recordings()[name].text for name in names)
    rate = corpus_wer([(reference, text)], "en")
    print(f"\nread of {names}: WER {rate:.3f}: {text}")
    assert rate <= 0.20
    assert all(line.translation for line in lines)


async def test_the_call_goes_on_while_web_restarts_and_captions_resume(stack: Stack, join: Join) -> None:
    alice, bruno = await asyncio.gather(
        join("Alice", speak="en", read="en", hear="en"), join("Bruno", speak="pt", read="pt", hear="original")
    )
    names = ("en_LJ001-0011", "en_ls_1272_quilter", "en_LJ001-0019")
    await alice.say(clip(names[0]))
    await bruno.settled()
    stopped = await asyncio.to_thread(stack.stop, "web")
    assert stopped < 10, "open caption feeds must not hold up the end of web"
    await bruno.record()
    await alice.say(clip(names[1]))
    heard = listening.understood(await bruno.heard(), "en")
    assert corpus_wer([(recordings()[names[1]].text, heard)], "en") <= 0.20, "the audio must not notice"
    stack.start("web")
    await stack.ready()
    await alice.say(clip(names[2]))
    await bruno.wait_for("() => document.querySelectorAll('#captions li:not(.interim)').length >= 3")
    await bruno.settled()
    await assert_said_once(bruno, names)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def call(stack: Stack, browser: Browser) -> AsyncIterator[Call]:
    """A call that is being interpreted, and is so again after each test."""
    room = await room_from_front_page(browser, stack.url)
    alice, bruno = await asyncio.gather(
        Person.join(browser, room, "Alice", speak="en", read="en", hear="en"),
        Person.join(browser, room, "Bruno", speak="pt", read="pt", hear="pt"),
    )
    await alice.say(clip("en_LJ001-0011"))
    await bruno.settled()
    await bruno.wait_for(INTERPRETED)
    yield alice, bruno
    await alice.leave()
    await bruno.leave()


async def test_a_killed_worker_gives_the_original_voices_with_the_reason_and_loses_no_caption(
    stack: Stack, call: Call
) -> None:
    alice, bruno = call
    before = len(await bruno.lines())
    names = ("en_LJ001-0009", "en_ls_1272_quilter", "en_LJ001-0011")
    speaking = asyncio.create_task(alice.say(clip(names[0])))
    await asyncio.sleep(2)  # in the middle of the sentence
    stack.kill("worker")
    await bruno.wait_for(FULL_VOLUME_AGAIN, timeout=WITHIN)
    reason = await bruno.wait_for(REASON_SHOWN, timeout=WITHIN)
    assert re.search(r"workers are not answering", reason)
    await speaking
    await bruno.record()
    await alice.say(clip(names[1]))
    heard = listening.understood(await bruno.heard(), "en")
    assert corpus_wer([(recordings()[names[1]].text, heard)], "en") <= 0.20

    stack.start("worker")
    await bruno.wait_for(NO_REASON_SHOWN)
    await bruno.wait_for(INTERPRETED)
    onsets = len(await bruno.onsets())
    await bruno.settled()
    await alice.say(clip(names[2]))
    await bruno.wait_for("count => window.__onsets.length > count", argument=onsets)
    await bruno.settled()
    await assert_said_once(bruno, names, before=before)


async def test_a_reloaded_page_reads_on_without_loss_or_repetition(call: Call) -> None:
    alice, bruno = call
    before = len(await bruno.lines())
    names = ("en_LJ001-0009", "en_LJ001-0011")
    speaking = asyncio.create_task(alice.say(clip(names[0])))
    await bruno.page.reload()
    await speaking
    await alice.say(clip(names[1]))
    await bruno.settled()
    await assert_said_once(bruno, names, before=before)


async def test_a_dead_bridge_gives_the_original_voices_with_the_reason(stack: Stack, call: Call) -> None:
    alice, bruno = call
    before = len(await bruno.lines())
    await bruno.wait_for(INTERPRETED)
    stack.kill("bridge")
    await bruno.wait_for(FULL_VOLUME_AGAIN, timeout=WITHIN)
    assert "interpreter" in (await bruno.wait_for(REASON_SHOWN, timeout=WITHIN)).lower()
    stack.start("bridge")
    await bruno.wait_for(NO_REASON_SHOWN)
    await bruno.wait_for(INTERPRETED)
    await alice.say(clip("en_LJ001-0011"))
    await bruno.settled()
    await assert_said_once(bruno, ("en_LJ001-0011",), before=before)

"""A call of three, then four, in three languages: two speak at once, and everything changes in mid-call."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.conftest import Join
from tests.support.people import Person
from tests.support.recordings import recordings
from tests.support.wer import corpus_wer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH, PORTUGUESE, LATER = "en_LJ001-0011", "pt_fleurs_004", "en_ls_1272_quilter"
WORST = 0.45
"""Word error rate with two speaking at once beside four browsers; how well one is heard is `test_call`'s to prove."""
FLOW = """count => [...document.querySelectorAll('.tile video')]
  .filter(video => video.getVideoPlaybackQuality().totalVideoFrames > 2).length === count"""
CAN = "English: you read it in Portuguese and hear it in Portuguese."
READ = """([speaker, count]) => [...document.querySelectorAll('#captions li.utterance:not(.interim)')]
  .filter(line => line.querySelector('.speaker')?.textContent.trim() === speaker
    && (line.querySelector('.translation') ?? line.querySelector('.source'))?.textContent.trim()).length >= count"""


def clip(name: str) -> bytes:
    """A recording's file."""
    return recordings()[name].path.read_bytes()


def tile(speaker: str, source: str = "camera") -> str:
    """Somebody's picture."""
    return f'.tile[data-source="{source}"]:has(figcaption:text-is("{speaker}"))'


async def said(reader: Person, speaker: str) -> str:
    """All that somebody has said, as a page shows it in the language spoken."""
    return " ".join(line.source for line in await reader.lines() if line.speaker == speaker)


def error(text: str, *names: str) -> float:
    """WER against what the recordings hold."""
    return corpus_wer([(" ".join(recordings()[name].text for name in names), text)], names[0][:2])


async def test_a_call_of_four_in_three_languages(join: Join) -> None:
    ana = await join("Ana", speak="pt", read="pt", hear="pt")
    bob = await join("Bob", speak="en", read="en", hear="en")
    chi = await join("Chi", speak="vi", read="en", hear="en")
    for one in (ana, bob):
        await one.page.click("#camera")
    for watcher, speaker in ((ana, "Bob"), (bob, "Ana"), (chi, "Ana"), (chi, "Bob")):
        await watcher.page.wait_for_selector(tile(speaker))
    await chi.wait_for(FLOW, argument=2)

    # Two speak at once: each is a stream of captions and of dub of their own.
    await asyncio.gather(ana.say(clip(PORTUGUESE)), bob.say(clip(ENGLISH)))
    for reader in (ana, bob, chi):
        for speaker in ("Ana", "Bob"):
            await reader.wait_for(READ, 60, [speaker, 1])
        await reader.settled(60)
        assert error(await said(reader, "Ana"), PORTUGUESE) <= WORST
        assert error(await said(reader, "Bob"), ENGLISH) <= WORST
    ana_id = await ana.page.get_attribute("#participants li.me", "data-participant")
    bob_id = await bob.page.get_attribute("#participants li.me", "data-participant")
    assert set(await chi.page.evaluate("window.__onsets.map(o => o.speaker)")) == {ana_id}
    assert set(await ana.page.evaluate("window.__onsets.map(o => o.speaker)")) == {bob_id}

    # In mid-call Chi reads and hears Portuguese; the page says at once what that means, and shows what was said in it.
    await chi.page.evaluate("window.__same_page = true")
    await chi.page.click("#languages summary")
    await chi.page.select_option("#choices select[name=read]", "pt")
    await chi.page.select_option("#choices select[name=hear]", "pt")
    await chi.wait_for(f"document.querySelector('#abilities').textContent.includes('{CAN}')")
    await chi.page.click("#choices button[type=submit]")
    await chi.page.wait_for_selector("#captions[data-read=pt]")
    await chi.page.click("#languages summary")
    before = len(await chi.onsets())
    await bob.say(clip(LATER))
    await chi.wait_for("count => window.__onsets.length > count", 60, before)
    await chi.settled(60)
    assert error(await said(chi, "Bob"), ENGLISH, LATER) <= WORST
    assert all(line.translation for line in await chi.lines() if line.speaker == "Bob")
    assert await chi.page.evaluate("window.__same_page")

    # A fourth comes, a screen is shared, somebody is muted.
    dan = await join("Dan", speak="en", read="en", hear="original")
    await bob.page.click("#screen")
    await dan.page.wait_for_selector(tile("Bob", "screen"))
    await dan.wait_for(FLOW, argument=3)
    await ana.page.click("#mic")
    await dan.page.wait_for_selector(f'#participants li[data-participant="{ana_id}"][data-muted]')

    # Bob leaves, with his pictures, and comes back as the same participant.
    await bob.page.click("#leave")
    await dan.page.wait_for_selector(f'#participants li[data-participant="{bob_id}"]', state="detached")
    assert await dan.page.locator(".tile").count() == 1
    await bob.page.click("form[action$='/join'] button[type=submit]")
    await bob.page.wait_for_selector("body[data-state=connected]")
    await dan.page.wait_for_selector(f'#participants li[data-participant="{bob_id}"]')
    await bob.say(clip(ENGLISH))
    await dan.wait_for(READ, 60, ["Bob", 3])
    assert ana.errors == bob.errors == chi.errors == dan.errors == []

"""The main job: people in real browsers speak recordings; others read and hear them in their own language."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from playwright.async_api import Browser, expect

from ops.harness import listening, sounds
from ops.harness.people import Person, heard_out, room_from_front_page
from ops.harness.recordings import RATE, by_language, recordings
from ops.harness.stack import Stack
from ops.harness.wer import corpus_wer
from tests.e2e.conftest import Join

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH = ("en_LJ001-0009", "en_ls_1272_quilter")
PORTUGUESE = ("pt_fleurs_000", "pt_fleurs_004")
"""Clean clips on which the model by itself stays under 15 % WER: the road is to be tested, not the model."""
MISREAD = "pt_fleurs_001"
"""A clip with words that the model misreads, for what is heard of a caption, right or wrong."""
SENTINEL = "en_LJ001-0011"
NOISE_SECONDS = 5
"""Of each sound that is not speech: all of it is judged where segments are cut and words are heard
(tests/media/audio/test_segmenter.py, tests/tasks/test_whisper.py)."""
SHORT_PORTUGUESE = "pt_fleurs_002"
REAL = (SENTINEL, SHORT_PORTUGUESE)
"""Speech in the language of each of the two."""
STARTS = """[...document.querySelectorAll("#captions li.utterance")].reverse()
  .map(line => [line.querySelector(".speaker").textContent.trim(), Number(line.dataset.start)])"""
"""Who said each line and when that began, epoch seconds: the newest first."""
LEAD_MS = 500
"""By how much a line may begin before its first word."""
MY_TURN = "It is your turn: speak."
PATIENCE = 30.0
"""Seconds within which everybody has heard the translation of a sentence: turns wait for 40 at most."""
Pair = tuple[Person, Person]
"""Alice, of English, and Bruno, of Portuguese."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(stack: Stack, browser: Browser) -> AsyncIterator[Pair]:
    """Two who speak, read and hear a language each, in one call."""
    room = await room_from_front_page(browser, stack.url)
    alice = await Person.join(browser, room, "Alice", speak="en", read="en", hear="en")
    bruno = await Person.join(browser, room, "Bruno", speak="pt", read="pt", hear="pt")
    yield alice, bruno
    await alice.leave()
    await bruno.leave()


@dataclass(frozen=True)
class Utterance:
    """What became of one clip."""

    reference: str
    source: str
    """Shown to the listener, as the next one."""
    translation: str
    heard: str
    """What the listener understood from the first dubbed sound on; the ducked original sounds under it."""


async def conversation(
    stack: Stack, speaker: Person, listener: Person, language: str, clips: tuple[str, ...]
) -> list[Utterance]:
    """Let one speak and the other read and listen in `language`."""
    return [await exchange(stack, speaker, listener, language, name) for name in clips]


async def exchange(stack: Stack, speaker: Person, listener: Person, language: str, name: str) -> Utterance:
    """Speak one clip, and wait until it has been read and heard."""
    lines_before, onsets_before = len(await listener.lines()), len(await listener.onsets())
    await listener.record()
    await speaker.say(recordings()[name].path.read_bytes())
    await listener.wait_for("count => window.__onsets.length > count", argument=onsets_before)
    await heard_out(listener, stack, quiet=2.0)
    lines = (await listener.lines())[lines_before:]
    first = (await listener.onsets())[onsets_before]
    utterance = Utterance(
        reference=recordings()[name].text,
        source=" ".join(line.source for line in lines),
        translation=" ".join(line.translation for line in lines),
        heard=listening.understood(await listener.heard_from(first), language),
    )
    print(f"\n{name}: {utterance}")
    return utterance


def source_error(said: list[Utterance], language: str) -> float:
    """WER of the source captions against what the recordings hold."""
    return corpus_wer([(one.reference, one.source) for one in said], language)


def heard_error(said: list[Utterance], language: str) -> float:
    """WER of what was heard against the translated captions."""
    return corpus_wer([(one.translation, one.heard) for one in said], language)


async def test_portuguese_is_read_and_heard_in_english(stack: Stack, pair: Pair) -> None:
    alice, bruno = pair
    said = await conversation(stack, bruno, alice, "en", (*PORTUGUESE, MISREAD))
    source, heard = source_error(said[: len(PORTUGUESE)], "pt"), heard_error(said, "en")
    print(f"PT source captions: WER {source:.3f}; heard of the English captions: WER {heard:.3f}")
    # 11 to 15 of 69 words: while somebody speaks, Portuguese has up to 5 points more than as a whole
    # (docs/measurements/simultaneous.md), as the machine's pace has it.
    assert source <= 0.25
    assert heard <= 0.20
    assert alice.errors == bruno.errors == []


async def test_english_is_read_and_heard_in_portuguese(stack: Stack, pair: Pair) -> None:
    alice, bruno = pair
    said = await conversation(stack, alice, bruno, "pt", ENGLISH)
    source, heard = source_error(said, "en"), heard_error(said, "pt")
    print(f"EN source captions: WER {source:.3f}; heard of the Portuguese captions: WER {heard:.3f}")
    assert source <= 0.20
    # This judge mishears one Portuguese word in seven by itself.
    assert heard <= 0.30
    # Everybody reads the same: the speaker's own page holds the same source lines.
    assert [x.source for x in await alice.lines()] == [x.source for x in await bruno.lines()]
    assert alice.errors == bruno.errors == []


async def test_sounds_that_are_not_speech_make_no_caption_and_no_clip(stack: Stack, pair: Pair) -> None:
    before = [len(await one.onsets()) for one in pair]
    made = [clip.samples() for clip in by_language("zxx")] + [sounds.keyboard(), sounds.hum()]
    since = await pair[0].now()
    await asyncio.gather(*(one.say(noise(made[place::2])) for place, one in enumerate(pair)))
    # A speaker's lines come in order: those of real speech say that nothing before them is still under way.
    spoken = await asyncio.gather(
        *(one.say(recordings()[name].path.read_bytes()) for one, name in zip(pair, REAL, strict=True))
    )
    began = min(one["startedAt"] for one in spoken)
    for one, dubs in zip(pair, before, strict=True):
        await heard_out(one, stack, quiet=2.0)
        lines = {name: start * 1000 for name, start in await one.page.evaluate(STARTS) if start * 1000 > since}
        assert lines.keys() == {"Alice", "Bruno"}
        assert min(lines.values()) > began - LEAD_MS
        assert min((await one.onsets())[dubs:]) > began


def noise(made: list[sounds.Samples]) -> bytes:
    """The beginnings of several sounds one after the other, as a file."""
    file = io.BytesIO()
    soundfile.write(file, np.concatenate([one[: NOISE_SECONDS * RATE] for one in made]), RATE, format="WAV")
    return file.getvalue()


async def test_what_is_typed_without_a_microphone_is_read_and_heard_by_others_in_order(
    stack: Stack, room: str, join: Join
) -> None:
    bruno = await join("Bruno", speak="pt", read="pt", hear="pt")
    alice = await join("Alice", speak="en", read="en", hear="en")
    await alice.page.set_viewport_size({"width": 390, "height": 700})
    await alice.page.goto(f"{room}/call?reader=true")
    await alice.page.wait_for_selector("body[data-state=connected]")
    assert await alice.page.is_hidden("#mic")
    await alice.page.click("#speak-typed")
    await bruno.record()
    lines = ("Good morning, I have lost my voice.", "My notes are at https://example.org/notes?day=1&v=m today.")
    field = alice.page.locator("#typed-line")
    for line in lines:
        await field.press_sequentially(line)  # with every letter that is a key of the page, too
        await field.press("Enter")
    assert await field.input_value() == ""
    await bruno.wait_for("count => window.__onsets.length >= count", argument=1)
    await heard_out(bruno, stack)
    read = await bruno.lines()
    print(f"\ntyped: {read}")
    assert [line.source for line in read] == list(lines) == [line.source for line in await alice.lines()]
    assert "voz" in read[0].translation
    link = bruno.page.locator("#captions li").nth(1).locator(".translation a")
    assert await link.get_attribute("href") == "https://example.org/notes?day=1&v=m"
    assert await bruno.page.locator("#captions li .typed").count() == 2
    assert await alice.page.get_attribute("#screen", "aria-pressed") == "false"
    heard = listening.understood(await bruno.heard_from((await bruno.onsets())[0]), "pt")
    assert "voz" in heard
    assert bruno.errors == alice.errors == []


async def host_and_room(browser: Browser, stack: Stack) -> tuple[str, str]:
    """The links of a new room: for its host, and for everybody else."""
    front = await browser.new_page()
    await front.goto(stack.url)
    await front.click("form[action='/rooms'] button[type=submit]")
    links = await front.inner_text("#host-link"), front.url
    await front.close()
    return links


async def comes(leaving: AsyncExitStack, browser: Browser, link: str, name: str, language: str, hear: str) -> Person:
    """Somebody who speaks and reads a language comes in by a link, and leaves at the end."""
    person = await Person.join(browser, link, name, speak=language, read=language, hear=hear)
    leaving.push_async_callback(person.leave)
    return person


async def test_in_turns_the_next_one_speaks_when_the_translation_has_been_heard(stack: Stack, browser: Browser) -> None:
    as_host, room = await host_and_room(browser, stack)
    async with AsyncExitStack() as leaving:
        alice = await comes(leaving, browser, as_host, "Alice", "en", "en")
        bruno = await comes(leaving, browser, room, "Bruno", "pt", "original")
        await alice.page.click("#hosting-button")
        await alice.page.check("#holding [name=in_turns]")
        await alice.page.click("#holding button[type=submit]")
        await expect(bruno.page.locator("#told")).to_contain_text("Here one speaks after the other")
        await bruno.page.click("#hand")
        await expect(bruno.page.locator("#turn")).to_have_text(MY_TURN)
        await expect(bruno.page.locator("#mic")).to_have_attribute("aria-pressed", "true")
        await alice.page.keyboard.press("Escape")
        await alice.page.click("#hand")
        await expect(alice.page.locator("#turn-way")).to_contain_text("You are number 1")

        await bruno.say(recordings()[SHORT_PORTUGUESE].path.read_bytes())
        await bruno.page.click("#turn-end")
        await expect(bruno.page.locator("#still-listening")).to_contain_text("Alice is still listening")
        await expect(alice.page.locator("#turn")).to_have_text(MY_TURN, timeout=1000 * PATIENCE)
        heard = await alice.onsets()
        assert heard, "she has heard the translation"
        await alice.say(recordings()[SENTINEL].path.read_bytes())
        await heard_out(alice, stack)
        assert await alice.onsets() == heard, "to its end: nothing of it came while she spoke"
        lines = await bruno.lines()
        speakers = [line.speaker for line in lines]
        assert speakers.index("Alice") == speakers.count("Bruno"), "one after the other"
        said = " ".join(line.source for line in lines if line.speaker == "Alice")
        assert corpus_wer([(recordings()[SENTINEL].text, said)], "en") <= 0.25
        assert all(line.translation for line in lines if line.speaker == "Alice")
        assert alice.errors == bruno.errors == []


async def test_a_person_interprets_in_the_machines_place_and_the_machine_goes_on(
    stack: Stack, browser: Browser
) -> None:
    as_host, room = await host_and_room(browser, stack)
    async with AsyncExitStack() as leaving:
        alice = await comes(leaving, browser, as_host, "Alice", "en", "original")
        lea = await comes(leaving, browser, room, "Lea", "en", "original")
        bruno = await comes(leaving, browser, room, "Bruno", "pt", "pt")
        await alice.page.click("#hosting-button")
        theirs = alice.page.locator("#hosting-people li", has_text="Lea").locator("details.interpreting")
        await theirs.locator("summary").click()
        await theirs.locator("[name=source]").select_option("en")
        await theirs.locator("[name=target]").select_option("pt")
        await theirs.locator("button").click()
        await lea.page.click("#booth-acts button:has-text('Interpret English into Portuguese')")
        who = bruno.page.locator("#interpreters")
        await expect(who).to_have_text("Lea interprets English into Portuguese.")

        await bruno.record()
        english = recordings()[SENTINEL]
        portuguese = recordings()[PORTUGUESE[0]]
        speaking = asyncio.create_task(alice.say(english.path.read_bytes()))
        await lea.say(portuguese.path.read_bytes())
        await speaking
        await bruno.wait_for("() => document.querySelector('#captions li.utterance:not(.interim)')")
        await bruno.settled()
        read, spoken = await bruno.lines(), portuguese.text
        print(f"\ninterpreted: {read}")
        assert {line.speaker for line in read} == {"Lea"}
        assert corpus_wer([(spoken, " ".join(line.source for line in read))], "pt") <= 0.25
        assert await bruno.page.locator("#captions .typed", has_text="interpreter").count() == len(read)
        assert await bruno.onsets() == [], "the machine says nothing"
        understood = listening.understood(await bruno.heard(), "pt")
        error = corpus_wer([(spoken, understood)], "pt")
        print(f"heard of the interpreter, with the original beneath: WER {error:.3f}: {understood}")
        assert error <= 0.40
        assert {line.speaker for line in await alice.lines()} == {"Alice"}

        await lea.page.keyboard.press("i")
        await expect(bruno.page.locator("#interpreters")).to_have_text(
            "The machine interprets English into Portuguese."
        )
        await expect(lea.page.locator("#mic")).to_have_attribute("aria-pressed", "false")
        machine = await exchange(stack, alice, bruno, "pt", SENTINEL)
        assert corpus_wer([(machine.reference, machine.source)], "en") <= 0.25
        assert machine.translation
        assert machine.heard
        assert alice.errors == lea.errors == bruno.errors == []

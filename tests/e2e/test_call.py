"""The main job: people in real browsers speak recordings; others read and hear them in their own language."""

from __future__ import annotations

import io

import pytest
import soundfile

from tests.e2e.conftest import Join
from tests.support import listening, sounds
from tests.support.people import Person
from tests.support.recordings import by_language, recordings
from tests.support.wer import corpus_wer, wer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ENGLISH = ("en_LJ001-0011", "en_LJ001-0009", "en_ls_1272_quilter", "en_LJ001-0017")
PORTUGUESE = ("pt_fleurs_000", "pt_fleurs_004")
"""Clean clips on which the model by itself stays under 10 % WER: the road is to be tested, not the model."""
SENTINEL = "en_LJ001-0011"


async def conversation(speaker: Person, listener: Person, clips: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Let one speak and the other listen; per clip what was shown of it: reference, source text, translation."""
    shown = []
    for name in clips:
        before = len(await listener.lines())
        await speaker.say(recordings()[name].path.read_bytes())
        await listener.settled()
        lines = (await listener.lines())[before:]
        source, translation = (" ".join(part) for part in zip(*((x.source, x.translation) for x in lines), strict=True))
        shown.append((recordings()[name].text, source, translation))
    return shown


async def heard_of_last(listener: Person, onsets_before: int, language: str) -> str:
    """What the listener understood from the first dubbed sound on."""
    first = (await listener.onsets())[onsets_before]
    return listening.understood(await listener.heard_from(first), language)


async def test_portuguese_is_read_and_heard_in_english(join: Join) -> None:
    ana = await join("Ana", speak="pt", read="pt", hear="pt")
    bob = await join("Bob", speak="en", read="en", hear="en")
    shown = await conversation(ana, bob, PORTUGUESE[:1])
    before = len(await bob.onsets())
    await bob.record()
    shown += await conversation(ana, bob, PORTUGUESE[1:])
    heard = await heard_of_last(bob, before, "en")
    source = corpus_wer([(reference, text) for reference, text, _ in shown], "pt")
    spoken = wer(shown[-1][2], heard, "en")
    print(f"\nPT source captions: WER {source:.3f}\nshown: {shown[-1][2]}\nheard: {heard}\nWER {spoken:.3f}")
    assert source <= 0.20
    assert spoken <= 0.20
    assert ana.errors == bob.errors == []


async def test_english_is_read_and_heard_in_portuguese(join: Join) -> None:
    alice = await join("Alice", speak="en", read="en", hear="en")
    bruno = await join("Bruno", speak="pt", read="pt", hear="pt")
    shown = await conversation(alice, bruno, ENGLISH[:-1])
    before = len(await bruno.onsets())
    await bruno.record()
    shown += await conversation(alice, bruno, ENGLISH[-1:])
    heard = await heard_of_last(bruno, before, "pt")
    source = corpus_wer([(reference, text) for reference, text, _ in shown], "en")
    spoken = wer(shown[-1][2], heard, "pt")
    print(f"\nEN source captions: WER {source:.3f}\nshown: {shown[-1][2]}\nheard: {heard}\nWER {spoken:.3f}")
    assert source <= 0.20
    # This judge mishears one Portuguese word in seven by itself.
    assert spoken <= 0.30
    # Everybody reads the same: the speaker's own page holds the same source lines.
    assert [x.source for x in await alice.lines()] == [x.source for x in await bruno.lines()]
    assert alice.errors == bruno.errors == []


async def test_sounds_that_are_not_speech_make_no_caption_and_no_clip(join: Join) -> None:
    alice = await join("Alice", speak="en", read="en", hear="en")
    bruno = await join("Bruno", speak="pt", read="pt", hear="pt")
    noises = {clip.id: clip.path.read_bytes() for clip in by_language("zxx")}
    for name, samples in (("keyboard", sounds.keyboard()), ("hum", sounds.hum())):
        file = io.BytesIO()
        soundfile.write(file, samples, sounds.RATE, format="WAV")
        noises[name] = file.getvalue()
    for noise in noises.values():
        await alice.say(noise)
    # Lines come in order, so that the line of real speech says that nothing before it is still under way.
    speech = await alice.say(recordings()[SENTINEL].path.read_bytes())
    await bruno.settled()
    lines = await bruno.lines()
    print(f"\nafter {sorted(noises)}: {[x.source for x in lines]}")
    assert corpus_wer([(recordings()[SENTINEL].text, " ".join(x.source for x in lines))], "en") <= 0.20
    onsets = await bruno.onsets()
    assert onsets
    assert min(onsets) > speech["startedAt"]

"""`make monologue`: how far behind a speaker who does not wait a listener is.

One browser speaks a long recording, another reads and hears it in another language, on a system of its own with nothing
else in it. For each word of the recording, when it was spoken is known from its text. Printed is how long after that
the listener's page showed it; and for each translated word, how long after the moment in the source that corresponds to
it by proportion it was shown, and heard (the page's sound, transcribed with the time of each word). Also how many words
were shown and taken back. Prints a table and writes var/monologue.json.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import async_playwright

from ops.harness.listening import timed
from ops.harness.people import CHROMIUM, FLAGS, Line, Person, heard_out, room_from_front_page
from ops.harness.recordings import DATA
from ops.harness.stack import Stack, temporary_folder
from ops.measure import delays, signals
from ops.measure.alignment import TimedWord, words
from ops.measure.delays import Update, Utterance
from ops.measure.figures import busy, machine, percentiles, write
from ops.measure.long_speech import LongSpeech, long_speech

TAPPED_SECONDS: Final = 2.0
"""After which everybody who has come is tapped, and every track is there."""
SECONDS: Final = 60.0


@dataclass(frozen=True)
class Observed:
    """What a listener's page has shown and played. Times are seconds since the speech began."""

    sources: list[Update]
    translations: list[Update]
    lines: list[Line]
    """What stands there in the end."""
    sound: NDArray[np.float32]
    """16 kHz mono."""
    sound_began: float


async def observe(speech: LongSpeech, target: str) -> Observed:
    """Have a speech spoken in one browser and watch the page of a listener in another."""
    with temporary_folder() as folder:
        async with Stack(Path(folder)) as stack, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            room = await room_from_front_page(browser, stack.url)
            own = speech.language
            speaker = await Person.join(browser, room, "Speaker", speak=own, read=own, hear=own)
            listener = await Person.join(browser, room, "Listener", speak=target, read=target, hear=target)
            await asyncio.sleep(TAPPED_SECONDS)
            await listener.record()
            spoken = await speaker.say(speech.wav)
            await heard_out(listener, stack)
            observed = await _observed(listener, spoken["startedAt"])
            await browser.close()
            return observed


async def _observed(listener: Person, began: float) -> Observed:
    seen: list[dict[str, Any]] = await listener.page.evaluate("window.__seen")
    sound_at: float = await listener.page.evaluate("window.__heard.startedAt")
    updates: dict[str, list[Update]] = {"source": [], "translation": []}
    for row in sorted(seen, key=lambda row: float(row["at"])):
        segment = str(row["id"]).replace("t-", "u-", 1)
        updates[str(row["kind"]).split()[0]].append(Update(segment, row["text"], (row["at"] - began) / 1000))
    return Observed(
        sources=updates["source"],
        translations=updates["translation"],
        lines=await listener.lines(),
        sound=await listener.heard(),
        sound_began=(sound_at - began) / 1000,
    )


def report(speech: LongSpeech, target: str, observed: Observed, sounds: list[TimedWord]) -> dict[str, Any]:
    """The figures as they are written, delays in seconds; `sounds` are the words heard in the dub."""
    spoken = speech.words
    shown = delays.shown(spoken, observed.sources)
    targets = delays.by_proportion(
        spoken, [Utterance(line.segment, line.source, line.translation) for line in observed.lines]
    )
    sources, translations = (
        {line.segment: getattr(line, kind) for line in observed.lines} for kind in ("source", "translation")
    )
    return {
        "recording": speech.name,
        "seconds": round(speech.seconds, 1),
        "pair": f"{speech.language}-{target}",
        "utterances": len(observed.lines),
        "words": {"spoken": len(spoken), "shown": len(shown), "translated": len(targets), "heard": len(sounds)},
        "erased": {
            "source": delays.erased(observed.sources, sources),
            "translation": delays.erased(observed.translations, translations),
        },
        "word_shown_s": percentiles(shown, digits=2),
        "translated_shown_s": percentiles(delays.translated(targets, observed.translations), digits=2),
        "heard_s": percentiles(delays.heard(targets, sounds), digits=2),
    }


def heard_words(observed: Observed, language: str) -> list[TimedWord]:
    """The words of the dub, each at the moment at which it began."""
    return [
        TimedWord(text, observed.sound_began + word.start)
        for word in timed(observed.sound, language)
        for text in words(word.text)
    ]


ROWS: Final = {
    "word_shown_s": "word spoken → shown",
    "translated_shown_s": "word spoken → shown translated, by proportion",
    "heard_s": "word spoken → heard translated, by proportion",
}


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    where, count, erased = figures["machine"], figures["words"], figures["erased"]
    lines = [
        f"{where['cpu']}, {where['cores']} cores, load average {figures['load_average']} before it began",
        f"{figures['seconds']:.0f} s of {figures['recording']}, {figures['pair']}, {figures['utterances']} utterances",
        f"words: {count['spoken']} spoken, {count['shown']} of them shown; {count['translated']} translated, "
        f"{count['heard']} heard",
        "",
        f"{'seconds':<48}{'median':>8}{'p95':>8}{'n':>6}",
    ]
    for key, name in ROWS.items():
        delay = figures[key]
        lines.append(f"{name:<48}{delay.get('p50', '-'):>8}{delay.get('p95', '-'):>8}{delay['n']:>6}")
    lines.append(f"words taken back: {erased['source']} of the speaker's, {erased['translation']} translated")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of speech at most; default: 60")
    parser.add_argument("--source", default="en", help="language that is spoken; default: en")
    parser.add_argument("--target", default="pt", help="language that is read and heard; default: pt")
    asked = parser.parse_args()
    speech = long_speech(asked.set.resolve(), asked.source, asked.seconds)
    before = {"machine": machine(), "load_average": busy()}
    observed = signals.run(observe(speech, asked.target))
    figures = {**before, **report(speech, asked.target, observed, heard_words(observed, asked.target))}
    print(table(figures))
    write("monologue", figures)


if __name__ == "__main__":
    main()

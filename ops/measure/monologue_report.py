"""The figures of a long speech, and a table of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ops.measure import delays, monologue_quality
from ops.measure.alignment import TimedWord
from ops.measure.delays import Utterance
from ops.measure.figures import percentiles
from ops.measure.long_speech import LongSpeech
from ops.measure.monologue_run import Run
from ops.measure.observed import Observed, heard_words
from tasks import serving
from tasks.wire.environment import TaskConfig
from tasks.wire.queues import TRANSLATE

ROWS: Final = {
    "word_shown_s": "word spoken → shown",
    "translated_shown_s": "word spoken → shown translated, by proportion",
    "heard_s": "word spoken → heard translated, by proportion",
}


def measured(speech: LongSpeech, target: str, run: Run) -> dict[str, Any]:
    """All figures of a run, delays in seconds. For them the dub is transcribed, and what was heard translated anew."""
    print("  transcribing what was heard …", flush=True)
    sounds = [heard_words(observed, target) for observed in run.observed]
    spoken_s = speech.seconds * len(run.observed)
    engine = serving.load([TRANSLATE.queue], TaskConfig()).translation_for(speech.language, target)

    def translate(text: str) -> str:
        return engine.translate(text, speech.language, target)

    lines = [observed.lines for observed in run.observed]
    return {
        "recording": speech.name,
        "seconds": round(speech.seconds, 1),
        "rounds": len(run.observed),
        "pair": f"{speech.language}-{target}",
        "listener": "light" if run.light else "browser",
        **report(speech, run.observed, sounds),
        **monologue_quality.measure(speech, target, lines, translate, draft=engine.draft),
        "cpu_s_per_s": {stage: round(seconds / spoken_s, 3) for stage, seconds in run.processor.items()},
        "dub": run.pieces,
        "counts": run.drops,
    }


def report(speech: LongSpeech, runs: Sequence[Observed], sounds: Sequence[Sequence[TimedWord]]) -> dict[str, Any]:
    """Delays and erasures; `sounds` are the words heard in the dub, run by run."""
    spoken = speech.words
    shown: list[float] = []
    translated: list[float] = []
    heard: list[float] = []
    words = {"spoken": len(spoken) * len(runs), "shown": 0, "translated": 0, "heard": 0}
    erased = {"source": 0, "translation": 0}
    for observed, sound in zip(runs, sounds, strict=True):
        ended = [Utterance(line.segment, line.source, line.translation) for line in observed.lines]
        targets = delays.by_proportion(spoken, ended)
        shown += (own := delays.shown(spoken, observed.sources))
        translated += delays.translated(targets, observed.translations)
        heard += delays.heard(targets, sound)
        words["shown"] += len(own)
        words["translated"] += len(targets)
        words["heard"] += len(sound)
        erased["source"] += delays.erased(observed.sources, {one.segment: one.source for one in ended})
        last = {one.segment: one.translation for one in ended}
        erased["translation"] += delays.erased(observed.translations, last)
    return {
        "utterances": sum(len(observed.lines) for observed in runs),
        "words": words,
        "erased": erased,
        "word_shown_s": percentiles(shown, digits=2),
        "translated_shown_s": percentiles(translated, digits=2),
        "heard_s": percentiles(heard, digits=2),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures for reading."""
    where, count, erased = figures["machine"], figures["words"], figures["erased"]
    lines = [
        f"{where['cpu']}, {where['cores']} cores, load average {figures['load_average']} before it began",
        f"{figures['seconds']:.0f} s of {figures['recording']}, {figures['rounds']} times, {figures['pair']}, "
        f"{figures['utterances']} utterances, listener: {figures['listener']}",
        *rows(figures),
        f"words: {count['spoken']} spoken, {count['shown']} of them shown; {count['translated']} translated, "
        f"{count['heard']} heard",
        f"words taken back: {erased['source']} of the speaker's, {erased['translation']} translated",
    ]
    lines += ["", f"{'until a piece of the dub sounds, seconds':<48}{'median':>8}{'p95':>8}{'n':>6}"]
    dub = figures["dub"]
    lines += [_row(name, delay) for name, delay in dub.get("stages_s", {}).items()]
    lines.append(f"making it takes {dub.get('making_a_second')} s for each second that it sounds; {figures['counts']}")
    return "\n".join(lines)


def rows(figures: dict[str, Any]) -> list[str]:
    """What is written of each pair."""
    lines = ["", f"{'seconds':<48}{'median':>8}{'p95':>8}{'n':>6}"]
    lines += [_row(name, figures[key]) for key, name in ROWS.items()]
    lines.append(
        f"chrF {figures['chrf']}, by whole sentences {figures['chrf_whole_sentences']} "
        f"(reference: {figures['chrf_reference']})"
    )
    used = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in figures["cpu_s_per_s"].items())
    lines.append(f"processor, seconds a second of speech: {used}")
    return lines


def _row(name: str, delay: dict[str, float]) -> str:
    return f"{name:<48}{delay.get('p50', '-'):>8}{delay.get('p95', '-'):>8}{delay['n']:>6}"

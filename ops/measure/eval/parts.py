"""The parts of an evaluation, each in steps that a sheet keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from ops.measure.clips import Clip, clips, first_of_each, text_sets
from ops.measure.eval import foreign, silence, spoiled, stt, targets, translation, tts
from ops.measure.eval.cached import cached
from ops.measure.eval.heard import heard
from ops.measure.eval.sheet import Sheet
from ops.measure.simultaneous import clauses
from tasks import loading, offers, registry
from tasks.engines.base import SpeechToText, TextToSpeech
from tasks.engines.kinds import Kind
from tasks.engines.listening import ListeningRecogniser
from tasks.engines.stt.whisper.engine import Whisper
from tasks.serving import Engines
from tasks.wire.environment import TaskConfig

EVERY_VOICE: Final = "all"
SIMULTANEOUS: Final = ("en-pt", "pt-en")
SIMULTANEOUS_SENTENCES: Final = 120
"""At most: each is translated clause by clause, once for each policy."""


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    clips: int | None = None
    """Of each language and kind at most; None: all."""
    sentences: int = 200
    """Of each text at most."""
    hours: float = 2.0
    """In which nobody speaks; 0: none."""
    shifts: int = 4
    """Times that each clip is transcribed in a pinned language; see `stt.recognise`."""
    languages: tuple[str, ...] = ()
    """Whose recognition is measured; empty: all of them."""


def measure_stt(sheet: Sheet, folder: Path, engines: Engines, extent: Extent) -> dict[str, Any]:
    """Recognition of every language that has clips and an engine, and what is heard where nobody speaks."""
    found = first_of_each(clips(folder), extent.clips)
    wanted = [one for one in engines.stt.services() if one in extent.languages or not extent.languages]
    languages = [language for language in wanted if any(stt.spoken_in(found, language))]
    figures: dict[str, Any] = {"languages": languages, "quiet": {}}
    for language in languages:
        measured = _language(sheet, found, engines, language, extent.shifts)
        figures["quiet"] |= measured.pop("quiet")
        figures[language] = measured
    if mixed := sheet.step("stt: several languages in one clip", lambda: stt.switched(found, engines.identifier())):
        figures["mul"] = mixed
    used = {engine.name: engine for engine in map(engines.stt_for, languages or wanted)}
    figures["non_speech"] = sheet.step("stt: clips without speech", lambda: stt.non_speech(found, used.values()))
    if extent.hours:
        figures["stillness"] = _stillness(sheet, found, used.values(), extent.hours)
    return figures


def _language(sheet: Sheet, found: list[Clip], engines: Engines, language: str, shifts: int) -> dict[str, Any]:
    chosen = stt.spoken_in(found, language)
    engine, identifier = engines.stt_for(language), engines.identifier()

    def shortened() -> dict[str, Any]:
        results = stt.recognise(chosen, engine, language, shifts)
        figures = {"engine": engine.name, **stt.figures(results, language), "quiet": stt.quiet(results)}
        return {**figures, "identified": stt.identified(chosen, identifier)}

    def whole() -> dict[str, Any]:
        return stt.figures(stt.recognise(chosen, _whole_window(engine), language, shifts), language)

    figures: dict[str, Any] = dict(sheet.step(f"stt: {language}, {engine.name}", shortened))
    if language in targets.SPOILED:
        step = f"stt: {language}, clean clips made harder"
        figures["kinds"] |= sheet.step(step, lambda: spoiled.measure(found, engine, language))
    if isinstance(engine, ListeningRecogniser) and identifier is not engine:
        step = f"stt: {language} set, others spoken"
        figures["foreign"] = sheet.step(step, lambda: foreign.measure(found, engine, identifier, language))
    if isinstance(engine, Whisper):
        figures["full_window"] = sheet.step(f"stt: {language}, the same with the whole window of 30 s", whole)
    return figures


def _whole_window(engine: SpeechToText) -> SpeechToText:
    """The same model without the shortened window."""
    threads = TaskConfig().threads
    return Whisper(
        registry.folder(engine.name), threads=threads, name=engine.name, languages=engine.languages, shorten=False
    )


def _stillness(sheet: Sheet, found: list[Clip], engines: Iterable[SpeechToText], hours: float) -> dict[str, Any]:
    streams = silence.streams(hours)
    seconds = hours * silence.HOUR / streams

    def stream(engine: SpeechToText, number: int) -> dict[str, Any]:
        name = f"stt: {seconds / 60:.0f} min in which nobody speaks, {number + 1} of {streams}, {engine.name}"
        figures: dict[str, Any] = sheet.step(name, lambda: silence.stream(found, engine, number, seconds))
        return figures

    return silence.total(hours, [stream(engine, number) for engine in engines for number in range(streams)])


def measure_translation(sheet: Sheet, folder: Path, engines: Engines, extent: Extent) -> dict[str, Any]:
    """Every installed direction on every text of its languages, and on what is heard of recordings."""
    figures: dict[str, Any] = {}
    sets = [direction for texts in text_sets(folder) for direction in (texts, texts.turned())]
    recorded = first_of_each(clips(folder), extent.clips)
    for pair in engines.translation.services():
        source, _, target = pair.partition(">")
        engine = engines.translation_for(source, target)
        known = [some for some in sets if (some.source, some.target) == (source, target)]
        if source in engines.stt.services():
            known.append(heard(recorded, engines.stt_for(source), source, target))
        for texts in filter(lambda some: some.sentences, known):
            spread = texts.spread(extent.sentences)
            measured = sheet.step(
                f"translation: {source}-{target} {texts.name}, {engine.name}",
                partial(translation.translate, spread, engine),
            )
            figures.setdefault(f"{source}-{target}", {})[texts.name] = measured
    return figures


def measure_tts(sheet: Sheet, engines: Engines, named: Sequence[str] = ()) -> dict[str, Any]:
    """Every voice that a language is spoken with: by default, and when speech is late; or the installed ones named.

    Raises:
        SystemExit: one that is named is not installed.
    """
    figures: dict[str, Any] = {}
    for engine, language in _named(named) if named else _used(engines):
        if language in tts.SENTENCES:
            name = f"{engine.name} {language}"
            figures[name] = sheet.step(f"tts: {name}", partial(tts.speak, engine, language))
    return figures


def _used(engines: Engines) -> Iterator[tuple[TextToSpeech, str]]:
    for language in engines.tts.services():
        both = [engines.tts_for(language, late=late)[0] for late in (False, True)]
        yield from ((engine, language) for engine in {engine.name: engine for engine in both}.values())


def _named(names: Sequence[str]) -> Iterator[tuple[TextToSpeech, str]]:
    there = {offer.name: offer for offer in offers.listed(Kind.TTS)}
    if missing := set(names) - set(there) - {EVERY_VOICE}:
        raise SystemExit(f"not installed: {', '.join(sorted(missing))}; installed: {', '.join(sorted(there))}")
    for name in there if EVERY_VOICE in names else names:
        engine = loading.load(there[name], TaskConfig(), TextToSpeech, {})
        engine.warm_up()
        yield from ((engine, language) for language in sorted(engine.languages))


def measure_cache(sheet: Sheet, engines: Engines) -> dict[str, Any]:
    """What is translated or spoken for a second time."""
    figures: dict[str, Any] = sheet.step("cache", lambda: cached(engines))
    return figures


def measure_simultaneous(sheet: Sheet, folder: Path, engines: Engines, extent: Extent) -> dict[str, Any]:
    """What showing translations by clauses costs and brings, by policy: the half of `make simultaneous` on texts."""
    figures: dict[str, Any] = {}
    for pair in SIMULTANEOUS:
        if pair.replace("-", ">") in engines.translation.services():
            work = partial(clauses.of_pair, folder, engines, pair, min(extent.sentences, SIMULTANEOUS_SENTENCES))
            figures[pair] = sheet.step(f"simultaneous: {pair}", work)
    return figures

"""`make eval`: measure, print a table, write var/eval.json.

Speech recognition is measured on a folder with `manifest.jsonl`; translation where that folder has `text/*.tsv`, in
every installed direction; every default voice on fixed sentences. No target fails the run: the table says what is met.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, Final

from ops.eval import hearing, speaking, translating
from ops.eval.clips import Clip, clips, text_sets
from ops.eval.silence import silence
from ops.eval.table import table
from ops.figures import machine
from tasks import keys, registry, serving
from tasks.config import TaskConfig
from tasks.engines.base import SpeechToText, TextToSpeech
from tasks.engines.whisper import Whisper
from tasks.serving import Engines
from tests.support.recordings import DATA

ROOT: Final = Path(__file__).resolve().parents[2]
NORMALISER: Final = "whisper-normalizer (en: English; else basic, with numbers spelled out), jiwer"
PARTS: Final = ("stt", "translation", "tts")


def measure_stt(folder: Path, engines: Engines, hours: float) -> dict[str, Any]:
    """Recognition of every language that has clips and an engine, and what is heard where nobody speaks."""
    found = clips(folder)
    languages = [one for one in engines.heard() if hearing.spoken_in(found, one)]
    spoken = [clip for clip in found if clip.text]
    cuts = hearing.cut(spoken)
    figures: dict[str, Any] = {"languages": languages, "quiet": {}}
    for language in languages:
        engine = engines.speech_to_text(language)
        _say(f"{language}: {engine.name}")
        results = [hearing.hear(clip, cuts, engine, language) for clip in hearing.spoken_in(spoken, language)]
        figures[language] = {"engine": engine.name, **hearing.figures(results, language)}
        figures["quiet"] |= hearing.quiet(results)
        _say(f"{language}: the same with the whole window of 30 s")
        whole = _whole_window(engine)
        results = [hearing.hear(clip, cuts, whole, language) for clip in hearing.spoken_in(spoken, language)]
        figures[language]["full_window"] = hearing.figures(results, language)
    first = engines.speech_to_text(languages[0])
    if mixed := hearing.switched(spoken, cuts, first):
        figures["mul"] = mixed
    figures["non_speech"] = hearing.non_speech(found, first)
    if hours:
        _say(f"{hours} h in which nobody speaks")
        figures["stillness"] = silence(found, first, hours)
    return figures


def _whole_window(engine: SpeechToText) -> SpeechToText:
    """The same model without the shortened window."""
    threads = TaskConfig().threads
    return Whisper(
        registry.folder(engine.name), threads=threads, name=engine.name, languages=engine.languages, shorten=False
    )


def measure_translation(folder: Path, engines: Engines, sentences: int) -> dict[str, Any]:
    """Every installed direction on every text of its languages."""
    figures: dict[str, Any] = {}
    sets = [direction for one in text_sets(folder) for direction in (one, one.turned())]
    for pair in engines.translated():
        source, _, target = pair.partition(">")
        for texts in sets:
            if (texts.source, texts.target) == (source, target):
                _say(f"{source}-{target}: {texts.name}")
                measured = translating.translate(texts.spread(sentences), engines.translator(source, target))
                figures.setdefault(f"{source}-{target}", {})[texts.name] = measured
    return figures


def measure_tts(engines: Engines) -> dict[str, Any]:
    """Every voice that a language is spoken with: by default, and when speech is late."""
    figures: dict[str, Any] = {}
    for language in engines.spoken():
        if language not in speaking.SENTENCES:
            continue
        for engine in _voices(engines, language):
            _say(f"{language}: {engine.name}")
            figures[f"{engine.name} {language}"] = speaking.speak(engine, language)
    return figures


def _voices(engines: Engines, language: str) -> list[TextToSpeech]:
    both = [engines.voice(language, late=late) for late in (False, True)]
    return list({engine.name: engine for engine in both}.values())


def _say(line: str) -> None:
    print(f"  {line} …", flush=True)


def _names(found: list[Clip]) -> list[str]:
    return [clip.id for clip in found]


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, default=DATA, help="folder with manifest.jsonl; default: tests/data")
    parser.add_argument("--sentences", type=int, default=200, help="sentences of each text at most; default: 200")
    parser.add_argument("--hours", type=float, default=2.0, help="hours in which nobody speaks; default: 2; 0 for none")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure; default: all")
    asked = parser.parse_args()
    folder = asked.set.resolve()
    started = time.monotonic()
    engines = serving.load(keys.QUEUES, TaskConfig())
    empty_stt: dict[str, Any] = {"languages": [], "quiet": {}}
    figures = {
        "machine": machine(),
        "set": "tests/data" if folder == DATA else folder.name,
        "normaliser": NORMALISER,
        "clips": _names(clips(folder)),
        "stt": measure_stt(folder, engines, asked.hours) if "stt" in asked.only else empty_stt,
        "translation": measure_translation(folder, engines, asked.sentences) if "translation" in asked.only else {},
        "tts": measure_tts(engines) if "tts" in asked.only else {},
    }
    figures["seconds"] = round(time.monotonic() - started)
    print(f"\n{table(figures)}")
    out = ROOT / "var" / "eval.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    print(f"\nWritten to {out.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

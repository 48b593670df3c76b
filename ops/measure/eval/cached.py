"""What was translated or spoken before: how long it takes to have it from the cache."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ops.harness.redis_server import redis_server
from ops.measure.eval.tts import SENTENCES
from ops.measure.figures import percentiles
from tasks import broker, cached_speech, cached_translation
from tasks.engines.base import TextToSpeech, Translator
from tasks.serving import Engines


def cached(engines: Engines) -> dict[str, Any]:
    """Milliseconds of every sentence's second translation, and of every clause's second time, on a Redis of its own."""
    found: dict[str, list[float]] = {"translation": [], "speech": []}
    with redis_server() as server:
        broker.use(broker.worker_broker(server.url))
        for pair in engines.translation.services():
            source, _, target = pair.partition(">")
            translator = engines.translation_for(source, target)
            if not translator.draft:
                for text in SENTENCES.get(source, ()):
                    found["translation"].append(_second(_translation(translator, text, source, target)))
        for language in sorted(SENTENCES.keys() & set(engines.tts.services())):
            voice = engines.tts_for(language, late=False)[0]
            for clause in voice.clauses(SENTENCES[language][0], language):
                found["speech"].append(_second(_clause(voice, clause, language)))
    return {f"{kind}_ms": percentiles(took) for kind, took in found.items()}


def _translation(engine: Translator, text: str, source: str, target: str) -> Callable[[], object]:
    return lambda: cached_translation.translate(engine, text, source, target)


def _clause(engine: TextToSpeech, clause: str, language: str) -> Callable[[], object]:
    return lambda: list(cached_speech.speak(engine, clause, language))


def _second(work: Callable[[], object]) -> float:
    work()
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000

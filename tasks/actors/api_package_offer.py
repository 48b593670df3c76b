"""What a worker says of its engines, for those who choose one by name."""

from __future__ import annotations

from tasks.serving import Engines
from tasks.wire.messages import EngineInfo


def offered(engines: Engines) -> list[EngineInfo]:
    """Every loaded engine, by kind and name."""
    heard = [
        EngineInfo(name=name, kind="stt", languages=sorted(engine.languages)) for name, engine in engines.stt.items()
    ]
    translated = [
        EngineInfo(
            name=name,
            kind="translate",
            languages=[f"{source}>{target}" for source, target in sorted(engine.pairs)],
            low_quality=engine.draft,
        )
        for name, engine in engines.translators.items()
    ]
    spoken = [
        EngineInfo(
            name=name,
            kind="speak",
            languages=sorted(engine.languages),
            low_quality=engine.low_quality,
            voices={language: list(names) for language, names in engine.voices.items()},
        )
        for name, engine in engines.voices.items()
    ]
    cloned = [
        EngineInfo(name=name, kind="speak", languages=sorted(engine.languages), clones=True)
        for name, engine in engines.cloners.items()
    ]
    return [*heard, *translated, *spoken, *cloned]

"""What a worker says of its engines, for those who choose one by name."""

from __future__ import annotations

from tasks.serving import Engines
from tasks.wire.messages import EngineInfo


def offered(engines: Engines) -> list[EngineInfo]:
    """Every loaded engine, by kind and name."""
    heard = [EngineInfo(name=name, kind="stt", languages=sorted(one.languages)) for name, one in engines.stt.items()]
    translated = [
        EngineInfo(
            name=name,
            kind="translate",
            languages=[f"{source}>{target}" for source, target in sorted(one.pairs)],
            low_quality=one.draft,
        )
        for name, one in engines.translators.items()
    ]
    spoken = [
        EngineInfo(
            name=name,
            kind="speak",
            languages=sorted(one.languages),
            low_quality=one.low_quality,
            voices={language: list(names) for language, names in one.voices.items()},
        )
        for name, one in engines.voices.items()
    ]
    cloned = [
        EngineInfo(name=name, kind="speak", languages=sorted(one.languages), clones=True)
        for name, one in engines.cloners.items()
    ]
    return [*heard, *translated, *spoken, *cloned]

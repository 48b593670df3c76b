"""What a worker says of its engines, for those who choose one by name."""

from __future__ import annotations

from tasks.engines.kinds import Kind
from tasks.serving import Engines
from tasks.wire.messages import EngineInfo


def offered(engines: Engines) -> list[EngineInfo]:
    """Every loaded engine, by kind and name."""
    stt = [
        EngineInfo(name=name, kind=Kind.STT.wire, languages=sorted(engine.languages))
        for name, engine in engines.stt.loaded.items()
    ]
    translation = [
        EngineInfo(
            name=name,
            kind=Kind.TRANSLATION.wire,
            languages=[f"{source}>{target}" for source, target in sorted(engine.pairs)],
            low_quality=engine.draft,
        )
        for name, engine in engines.translation.loaded.items()
    ]
    tts = [
        EngineInfo(
            name=name,
            kind=Kind.TTS.wire,
            languages=sorted(engine.languages),
            low_quality=engine.low_quality,
            voices={language: list(names) for language, names in engine.voices.items()},
        )
        for name, engine in engines.tts.loaded.items()
    ]
    cloners = [
        EngineInfo(name=name, kind=Kind.TTS.wire, languages=sorted(engine.languages), clones=True)
        for name, engine in engines.cloners.loaded.items()
    ]
    return [*stt, *translation, *tts, *cloners]

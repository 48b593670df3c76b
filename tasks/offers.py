"""What could be loaded on this machine: installed models, programs and services."""

from __future__ import annotations

from tasks import registry
from tasks.engines.description import Description, Offer
from tasks.engines.kinds import Kind
from tasks.engines.listing import ENGINES, descriptions


def listed(kind: Kind, engines: tuple[str, ...] = ENGINES) -> list[Offer]:
    """What engines of this kind could do, voice cloning apart.

    Raises:
        EngineError: a setting names a service that cannot be used.
    """
    usable = [engine for engine in _available(engines) if engine.kind is kind and not engine.clones]
    found = _of_models(usable)
    found += [offer for engine in usable for offer in engine.own_offers()]
    return found + [offer for engine in usable for offer in engine.combined_offers(found)]


def cloners(engines: tuple[str, ...] = ENGINES) -> list[Offer]:
    """What could speak in the voice of a recording."""
    return _of_models([engine for engine in _available(engines) if engine.clones])


def names(engines: tuple[str, ...] = ENGINES) -> frozenset[str]:
    """The names of everything that could be loaded, to see whether something has come or gone.

    Raises:
        EngineError: a setting names a service that cannot be used.
    """
    everything = [*(offer for kind in Kind for offer in listed(kind, engines)), *cloners(engines)]
    return frozenset(offer.name for offer in everything)


def availability(engines: tuple[str, ...] = ENGINES) -> tuple[bool, ...]:
    """Of each engine, whether this machine has what it needs beside a model."""
    return tuple(engine.available() for engine in descriptions(engines))


def _available(engines: tuple[str, ...]) -> list[Description]:
    return [engine for engine in descriptions(engines) if engine.available()]


def _of_models(engines: list[Description]) -> list[Offer]:
    """The installed models that these engines load, in the order of the registry."""
    by_format = {engine.format: engine for engine in engines}
    models = [
        model for kind in dict.fromkeys(engine.kind.wire for engine in engines) for model in registry.installed(kind)
    ]
    return [
        Offer(model.name, by_format[model.format], frozenset(model.languages), default=model.default)
        for model in models
        if model.format in by_format
    ]

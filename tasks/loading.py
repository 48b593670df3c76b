"""Loads engines onto shelves: verified, warmed up and measured, and the next best where one fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic

from tasks import engine_speed, registry
from tasks.engine_speed import METHOD, Speed
from tasks.engines import choose
from tasks.engines.base import Engine, EngineError, Translator
from tasks.engines.description import LoadRequest, Offer
from tasks.models import measured
from tasks.models.spec import ModelError
from tasks.shelf import E, Shelf
from tasks.wire.environment import TaskConfig

logger = logging.getLogger(__name__)

_measured_here: Final = set[str]()
"""The offers whose engines this process has measured itself."""


def load(offer: Offer, config: TaskConfig, base: type[E], loaded: Mapping[str, E]) -> E:
    """The engine of an offer, not warmed up yet.

    The digests of its model are verified before the engine's libraries are imported.

    Args:
        offer: what to load.
        config: how.
        base: what engines of its kind are.
        loaded: engines of its kind that are loaded already, by name of the offer; at least those of its parts.

    Raises:
        ModelError: the model is not whole.
        EngineError: it cannot be loaded.
    """
    if offer.has_model:
        registry.verify(offer.name)
    request = LoadRequest(offer, config, registry.folder(offer.name), loaded=loaded)
    engine = offer.engine.load(request)
    if not isinstance(engine, base):
        raise EngineError(f"{offer.name} is no {base.__name__}: the description of its engine is wrong")
    if isinstance(engine, Translator):
        engine.draft = offer.engine.draft
    if offer.has_model:
        engine.fingerprint = f"{registry.fingerprint(offer.name)} {engine.fingerprint}".strip()
    return engine


@dataclass
class Loader(Generic[E]):
    """Loads the best offer for everything that is served, and the next best where one fails."""

    base: type[E]
    """What engines of this kind are."""
    config: TaskConfig
    before: Mapping[str, E]
    """What was loaded until now, by name of the offer: it is kept."""
    costs: dict[str, float]
    """Filled with engine → seconds of work for a second of speech."""
    _loaded: dict[str, E] = field(default_factory=dict)

    def fill(self, offered: Sequence[Offer], preferred: Mapping[str, str]) -> Shelf[E]:
        """A shelf with what is best for something, in a hurry too."""
        usable: list[Offer] = list(offered)
        while failed := self._first_failure(self._needed(usable, preferred)):
            usable = _without(failed, usable)
        offers = [offer for offer in usable if offer.name in self._loaded]
        return Shelf(self._loaded, offers, dict(preferred))

    def _first_failure(self, needed: Sequence[Offer]) -> str | None:
        """Name of the first of these that cannot be loaded; None when all are."""
        missing = (offer for offer in needed if offer.name not in self._loaded)
        return next((offer.name for offer in missing if not self._load(offer)), None)

    def _needed(self, usable: Sequence[Offer], preferred: Mapping[str, str]) -> list[Offer]:
        """What is best for something, in a hurry too, the parts of pivots before the pivots."""
        needed: list[Offer] = []
        for wanted in choose.services(usable):
            for late in (False, True):
                offer = choose.best(wanted, usable, preferred, late=late)
                if offer is not None:
                    needed += [part for part in usable if part.name in offer.parts] + [offer]
        return needed

    def _load(self, offer: Offer) -> bool:
        if offer.name in self.before:
            self._loaded[offer.name] = self.before[offer.name]
            return True
        try:
            with measured.loading() as seen:
                engine = load(offer, self.config, self.base, self._loaded)
                engine.warm_up()
        except (ModelError, EngineError) as error:
            logger.error("%s is not used: %s", offer.name, error)
            return False
        self._loaded[offer.name] = engine
        logger.info("%s is ready, loaded in %.1f s, +%.0f MB", offer.name, seen.load_s, seen.memory_mb)
        under = _conditions(engine, self.config)
        known = measured.read().get(offer.name)
        if known is not None and known.under == under:  # its memory, too: calls that go on meanwhile take some
            speed, memory_mb = Speed(known.speed, known.cost), float(known.memory_mb)
        else:
            speed, memory_mb = engine_speed.of(engine, remote=offer.engine.remote), seen.memory_mb
            _measured_here.add(offer.name)
        if speed.cost is not None:
            self.costs[engine.name] = speed.cost
        measured.record(
            offer.name, load_s=seen.load_s, memory_mb=memory_mb, speed=speed.words, cost=speed.cost, under=under
        )
        return True


def measure_again(shelf: Shelf[E], config: TaskConfig, costs: dict[str, float]) -> None:
    """Measure engines that an earlier process has measured, and keep what is less: other work makes them slower only.

    Once a process.

    Args:
        shelf: the engines.
        config: how they were loaded.
        costs: engine → seconds of work for a second of speech, put right where it was more.
    """
    for offer in shelf.offers:
        engine = shelf.loaded[offer.name]
        known = measured.read().get(offer.name)
        if offer.name in _measured_here or known is None or known.cost is None:
            continue
        if known.under != _conditions(engine, config):
            continue
        _measured_here.add(offer.name)
        speed = engine_speed.of(engine, remote=offer.engine.remote)
        if speed.cost is not None and speed.cost < known.cost:
            costs[engine.name] = speed.cost
            measured.record(
                offer.name,
                load_s=known.load_s,
                memory_mb=known.memory_mb,
                speed=speed.words,
                cost=speed.cost,
                under=known.under,
            )


def _conditions(engine: Engine, config: TaskConfig) -> str:
    """What the speed of an engine depends on."""
    return "; ".join((engine.fingerprint, measured.processor(), f"{config.threads} threads", METHOD))


def _without(name: str, offered: Sequence[Offer]) -> list[Offer]:
    """All but one offer, and those that are made with it."""
    return [offer for offer in offered if name not in (offer.name, *offer.parts)]

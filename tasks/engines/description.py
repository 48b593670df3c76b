"""What an engine says of itself, without any of its libraries being imported, and what is on offer on this machine.

Each engine's module, or the `__init__` of its folder, has one `DESCRIPTION`; `tasks.engines.listing` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tasks.engines.base import Engine
from tasks.engines.kinds import Kind
from tasks.wire.environment import TaskConfig


def _always() -> bool:
    return True


def _nothing(*_: object) -> Iterable[Offer]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Description:
    """An engine as it is known before it is loaded."""

    kind: Kind
    format: str
    """Models of this format in the registry are offered with it; a name of its own where it needs none."""
    rank: int
    """Of two engines of a kind that serve the same, the one of the lower rank is taken."""
    load: Callable[[LoadRequest], Engine]
    """Imports the engine's libraries, and makes the engine of one offer.

    Raises ModelError or EngineError where it cannot.
    """
    available: Callable[[], bool] = _always
    """Whether this machine has what it needs beside a model; loads nothing."""
    quick: bool = False
    """Whether a voice is fast enough to catch up when speech is late."""
    draft: bool = False
    """Whether its translations are too bad to be shown without the label "draft", or built upon where others exist."""
    clones: bool = False
    """Whether it speaks in the voices of recordings, and is not offered as a voice of its own."""
    remote: bool = False
    """Whether what it is given leaves this machine."""
    own_offers: Callable[[], Iterable[Offer]] = _nothing
    """What it serves beside the models of its format: programs and services that need none."""
    combined_offers: Callable[[Sequence[Offer]], Iterable[Offer]] = _nothing
    """What it makes of the offers that there are otherwise."""


@dataclass(frozen=True)
class Offer:
    """An engine that could be loaded on this machine, with one model or without."""

    name: str
    engine: Description
    serves: frozenset[str]
    """What it is loaded with: languages, or pairs like "en>pt" for translation."""
    withheld: frozenset[str] = frozenset()
    """What administrators have switched off: asked of nothing, but it may still be half of a pivot."""
    default: bool = False
    """Whether it comes with every installation."""
    parts: tuple[str, ...] = ()
    """Names of the offers that it is made of."""
    has_model: bool = True
    """Whether it is a model of the registry, whose digests are verified before its engine is loaded."""

    @property
    def open(self) -> frozenset[str]:
        """What it may be chosen for."""
        return self.serves - self.withheld

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(source, target) of each pair in `serves`, in order."""
        return [(source, target) for source, _, target in (pair.partition(">") for pair in sorted(self.serves))]


@dataclass(frozen=True)
class LoadRequest:
    """What an engine is made from."""

    offer: Offer
    config: TaskConfig
    folder: Path
    """Where the files of the offer's model lie."""
    loaded: Mapping[str, Any] = field(default_factory=dict)
    """The engines of this kind that are loaded already, by name of the offer; those of the offer's parts among them."""

"""What is installed without being asked for, where nothing translates a pair: ways to have it, the best first."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tasks.models import lock, named
from tasks.models.spec import Model

GB: Final = 1_000_000_000
CONTAINER: Final = Path("/sys/fs/cgroup/memory.max")
"""How much memory a container may use; there is no such file outside of one."""


@dataclass(frozen=True)
class Way:
    """Models that together translate some pairs."""

    models: tuple[str, ...]
    draft: bool = False
    """Whether it only drafts: nothing is fetched to replace a draft by another."""
    setting: str = ""
    """Taken only where the operator has set this variable."""
    machine: int = 0
    """Bytes of memory that a machine must have in all."""
    worker: int = 0
    """Bytes of memory that a worker takes more with it."""


WAYS: Final[tuple[Way, ...]] = (
    Way(("mozilla-en-vi", "mozilla-vi-en"), setting="MOZILLA_MODELS"),
    Way(("argos-en-vi", "argos-vi-en")),
    Way(("draft-en-vi",), draft=True, machine=6 * GB, worker=2 * GB),
)


@dataclass(frozen=True)
class Choice:
    """A way, as far as it is needed."""

    way: Way
    models: tuple[Model, ...]
    """Those of its models that translate something that is wanted."""

    def for_pairs(self, pairs: Collection[str]) -> Choice:
        """What of it translates some of these."""
        return Choice(self.way, tuple(model for model in self.models if set(pairs) & set(model.languages)))

    @property
    def size(self) -> int:
        """Bytes of all their files."""
        return sum(model.size for model in self.models)


def choices(wanted: Collection[str], *, drafts: bool = True) -> list[Choice]:
    """The ways to have some of these pairs, as "en>vi", translated on this installation; the best first.

    What somebody has removed is not among them.

    Raises:
        ModelError: what is recorded of models cannot be read.
    """
    removed = lock.removed(named.models_dir())
    known = {name: model for name, model in named.known().items() if name not in removed}
    found = []
    for way in WAYS:
        if (way.draft and not drafts) or (way.setting and not os.environ.get(way.setting)):
            continue
        models = (known.get(name) for name in way.models)
        choice = Choice(way, tuple(model for model in models if isinstance(model, Model))).for_pairs(wanted)
        found += [choice] if choice.models else []
    return found


def pairs() -> frozenset[str]:
    """Every pair that there is a way for in this version."""
    known = named.known()
    return frozenset(pair for way in WAYS for name in way.models if name in known for pair in known[name].languages)


def memory() -> int:
    """Bytes of memory that this machine, or the container that this runs in, has in all."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = CONTAINER.read_text().strip() if CONTAINER.is_file() else "max"
    return min(machine, int(limit)) if limit.isdecimal() else machine

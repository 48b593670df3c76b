"""What goes by the name of a model: one of the catalogue, part of a package, or a package from this machine."""

from __future__ import annotations

from pathlib import Path

from tasks.models import catalogue, lock
from tasks.models import install as installing
from tasks.models.lock import Record
from tasks.models.spec import BundledModel, Model, ModelError, ModelFile
from tasks.models.translators import mozilla_named
from tasks.wire.environment import TaskConfig


def models_dir() -> Path:
    """The folder of models, one folder each."""
    return TaskConfig().models_dir


def known() -> dict[str, Model | BundledModel]:
    """Everything that this version knows, by name, and what was installed by the name of a language it does not."""
    everything: tuple[Model | BundledModel, ...] = (*catalogue.MODELS, *catalogue.BUNDLED)
    listed = {model.name: model for model in everything}
    others = (mozilla_named(name) for name, record in lock.read(models_dir()).items() if not record.local)
    return listed | {model.name: model for model in others if model and model.name not in listed}


def find(name: str) -> Model | BundledModel | Record:
    """What goes by a name: a package from this machine before the model of the catalogue whose name it took.

    Raises:
        ModelError: there is no such model.
    """
    record = lock.read(models_dir()).get(name)
    if record and record.local:
        return record
    models = known()
    if name in models:
        return models[name]
    if student := mozilla_named(name):
        return student
    raise ModelError(f"there is no model {name!r}: choose one of {', '.join(models)}")


def expected(model: Model | Record) -> tuple[ModelFile, ...]:
    """The files that an installed model has, with their digests."""
    if isinstance(model, Record):
        return lock.recorded(model)
    return lock.expected(model, lock.read(models_dir()).get(model.name))


def origin(record: Record) -> str:
    """Where a package that is no model of the catalogue came from."""
    return record.local.origin if record.local else "this machine"


def official(path: Path) -> Model | None:
    """The packed model of the catalogue that the file at `path` is, by its digest."""
    sizes = {model.size for model in catalogue.MODELS if model.packed and model.pinned}
    digest = installing.sha256(path) if path.stat().st_size in sizes else None
    return next(
        (model for model in catalogue.MODELS if model.packed and digest and model.files[0].sha256 == digest), None
    )

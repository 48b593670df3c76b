"""The model registry: a digest names a model, a source only delivers it.

Models lie in `TaskConfig.models_dir`, one folder each. `MODELS_FOLDER` may name a folder that is asked before
the registered sources: `MODELS_FOLDER/<model>/<file>`, for machines without a package registry. With
`MODELS_OFFLINE=1` nothing else is asked.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tasks.models import bundled as in_packages
from tasks.models import install as installing
from tasks.models import lock, space
from tasks.models.bring import bring
from tasks.models.catalogue import BUNDLED, MODELS
from tasks.models.info import ModelInfo, of_bundled, of_local, of_model
from tasks.models.install import no_meter
from tasks.models.lock import Record
from tasks.models.measured import read as measurements
from tasks.models.sources import FolderSource, OneFile
from tasks.models.spec import BundledModel, Kind, Meter, Model, ModelError, ModelFile, Progress, Source
from tasks.wire.environment import TaskConfig

__all__ = [
    "ModelError",
    "ModelInfo",
    "bundled",
    "default_models",
    "fingerprint",
    "folder",
    "info",
    "install",
    "install_local",
    "installed",
    "is_installed",
    "list_models",
    "remove",
    "stamp",
    "verify",
]


def _quiet(_line: str) -> None:
    """For callers that show no progress."""


def list_models() -> list[ModelInfo]:
    """Every model this version knows, and every package that was installed from this machine."""
    records, figures = lock.read(_models()), measurements()
    brought = {name: (record, record.local) for name, record in sorted(records.items()) if record.local}
    known = [
        of_model(m, is_installed(m.name), records.get(m.name), figures.get(m.name))
        for m in MODELS
        if m.name not in brought
    ]
    packaged = [of_bundled(m, is_installed(m.name), figures.get(m.name)) for m in BUNDLED]
    own = [
        of_local(name, record, what, is_installed(name), figures.get(name)) for name, (record, what) in brought.items()
    ]
    return known + packaged + own


def info(name: str) -> ModelInfo:
    """One model.

    Raises:
        ModelError: there is no such model.
    """
    _find(name)
    return next(model for model in list_models() if model.name == name)


def installed(kind: Kind) -> list[ModelInfo]:
    """The models of one kind whose files are in place, whichever way they came."""
    return [model for model in list_models() if model.kind == kind and model.installed]


def stamp() -> tuple[object, ...]:
    """Differs whenever a model may have been installed, replaced or removed; costs a few looks at times of files.

    Raises:
        OSError: the folder of models cannot be read.
    """
    models = _models()
    if not models.is_dir():
        return ()
    with os.scandir(models) as entries:
        return tuple(sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.name[0] != "."))


def default_models() -> list[str]:
    """Names of the models that a fresh installation needs."""
    return [model.name for model in MODELS if model.default]


def is_installed(name: str) -> bool:
    """Whether every file of a model is in place; reads no content of models."""
    model = _find(name)
    if isinstance(model, BundledModel):
        try:
            return all(in_packages.location(model, key).exists() for key in model.paths)
        except ModuleNotFoundError:
            return False
    files = _expected(model)
    return bool(files) and all((folder(name) / file.name).is_file() for file in files)


def folder(name: str) -> Path:
    """Where a model of our own is, or would be, installed."""
    return _models() / name


def bundled(name: str) -> dict[str, Path]:
    """What its engine calls a file or folder → where it lies, for a model inside a package; empty for any other."""
    model = _find(name)
    return {key: in_packages.location(model, key) for key in model.paths} if isinstance(model, BundledModel) else {}


def install(name: str, progress: Progress = _quiet, meter: Meter = no_meter) -> None:
    """Install a model; does nothing when it is installed and verifies.

    Raises:
        ModelError: no source delivered it, or there is no room for it; the message says why and what to do.
    """
    model = _find(name)
    if isinstance(model, Record):
        verify(name)
        progress(f"{name}: was installed from {_origin(model)}, digests verified")
        return
    if isinstance(model, BundledModel):
        verify(name)
        progress(f"{name}: comes with the package {model.package}, digests verified")
        return
    try:
        installing.install(model, _models(), _sources(model), progress, meter)
    except ModelError as error:
        if _offline():
            raise ModelError(f"{error}\nMODELS_OFFLINE is set: nothing but MODELS_FOLDER was asked.") from error
        raise


def _offline() -> bool:
    return os.environ.get("MODELS_OFFLINE", "0") not in ("", "0")


def install_local(
    path: Path, progress: Progress = _quiet, *, languages: Sequence[str] = (), name: str | None = None
) -> str:
    """Install an Argos package or a CTranslate2 folder from this machine, in place of one of the same name.

    Args:
        path: an `.argosmodel` file, an unpacked one, or a CTranslate2 folder of a Whisper, OPUS-MT or NLLB model.
        progress: takes lines for a person.
        languages: what it is for, like "en>vi", where the package does not say it itself.
        name: what to call it; None: a name made from what it is.

    Returns:
        The name under which it is registered.

    Raises:
        ModelError: it is no such thing, is harmful, or there is no room for it; the message says why.
    """
    if path.is_file() and (official := _official(path)) and name in (None, official.name):
        installing.install(official, _models(), [OneFile(path)], progress)
        return official.name
    return bring(path, _models(), _known(), progress, languages=languages, name=name)


def verify(name: str) -> None:
    """Check every digest of an installed model.

    Raises:
        ModelError: a file is missing, truncated, corrupt or another; the message says which and what to do.
    """
    model = _find(name)
    if isinstance(model, BundledModel):
        found = in_packages.faults(model)
        remedy = f"Install the package {model.package} anew."
    elif isinstance(model, Record):
        found = installing.faults(folder(name), _expected(model))
        remedy = f"Install it again from {_origin(model)}, or `jbcalling models remove {name}`."
    else:
        found = installing.faults(folder(name), _expected(model)) if is_installed(name) else ["it is not installed"]
        remedy = f"Install it with `jbcalling models install {name}`."
    if found:
        raise ModelError(f"{name} is not usable: {'; '.join(found)}. {remedy}")


def fingerprint(name: str) -> str:
    """What distinguishes the files of an installed model from those of any other of its name.

    Raises:
        ModelError: there is no such model.
    """
    model = _find(name)
    if isinstance(model, BundledModel):
        return f"{model.package} {version(model.package)}"
    digests = "".join(f"{file.name} {file.sha256}\n" for file in _expected(model))
    return hashlib.sha256(digests.encode()).hexdigest()


def remove(name: str, progress: Progress = _quiet, *, forget: bool = False) -> None:
    """Delete an installed model and what was downloaded of it.

    Digests that were recorded at its first installation stay, unless they are to be forgotten; those of packages from
    this machine go with them.

    Raises:
        ModelError: there is no such model, or it is part of a package.
    """
    model = _find(name)
    if isinstance(model, BundledModel):
        raise ModelError(f"{name} is part of the package {model.package}, which this product needs: it stays")
    models = _models()
    with lock.alone(models, progress):
        size = space.taken(folder(name)) + space.taken(models / installing.PARTIAL / name)
        if isinstance(model, Record) or forget:
            lock.write(models, name, None)
        installing.clean(models, name)
        if folder(name).exists():
            shutil.rmtree(folder(name))
    progress(f"{name}: removed, {size / 1e6:.0f} MB" if size else f"{name}: was not installed")


def _models() -> Path:
    return TaskConfig().models_dir


def _sources(model: Model) -> list[Source]:
    local_folder = os.environ.get("MODELS_FOLDER")
    first: list[Source] = [FolderSource(Path(local_folder))] if local_folder else []
    return first if _offline() else [*first, *model.sources]


def _expected(model: Model | Record) -> tuple[ModelFile, ...]:
    if isinstance(model, Record):
        return lock.recorded(model)
    return lock.expected(model, lock.read(_models()).get(model.name))


def _origin(record: Record) -> str:
    return record.local.origin if record.local else "this machine"


def _official(path: Path) -> Model | None:
    """The packed model of the catalogue that the file at `path` is, by its digest."""
    sizes = {model.size for model in MODELS if model.packed and model.pinned}
    digest = installing.sha256(path) if path.stat().st_size in sizes else None
    return next((model for model in MODELS if model.packed and digest and model.files[0].sha256 == digest), None)


def _find(name: str) -> Model | BundledModel | Record:
    """What goes by a name: a package from this machine before the model of the catalogue whose name it took."""
    record = lock.read(_models()).get(name)
    if record and record.local:
        return record
    known = _known()
    if name in known:
        return known[name]
    raise ModelError(f"there is no model {name!r}: choose one of {', '.join(known)}")


def _known() -> dict[str, Model | BundledModel]:
    everything: tuple[Model | BundledModel, ...] = (*MODELS, *BUNDLED)
    return {model.name: model for model in everything}

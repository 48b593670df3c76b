"""`models.lock.json` in the models folder: digests recorded here, packages installed from this machine, models removed.

The catalogue cannot name the digest of every model. Such a digest is recorded when the model is first installed, and
stays recorded when the model is removed, so that the same name never quietly becomes something else.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from tasks.models.spec import Format, Kind, Model, ModelError, ModelFile, Progress

NAME: Final = "models.lock.json"

SCRATCH: Final = ".scratch-"
"""How the folders begin in which a model is made ready."""


class PinnedFile(msgspec.Struct, frozen=True):
    """One file as it was when it was first installed."""

    sha256: str
    size: int


class Local(msgspec.Struct, frozen=True):
    """What a package from this machine is; the catalogue says it for all other models."""

    kind: Kind
    format: Format
    languages: tuple[str, ...]
    licence: str
    origin: str
    """Where it was installed from."""


class Record(msgspec.Struct, frozen=True):
    """One installed model."""

    files: dict[str, PinnedFile]
    local: Local | None = None


class _Lock(msgspec.Struct):
    models: dict[str, Record] = {}
    removed: list[str] = []
    version: int = 1


def read(models: Path) -> dict[str, Record]:
    """What is recorded in the folder `models`; empty when nothing is.

    Raises:
        ModelError: the file cannot be understood.
    """
    return _read(models).models


def removed(models: Path) -> frozenset[str]:
    """The models that somebody has removed and not installed again: they do not come back by themselves.

    Raises:
        ModelError: the file cannot be understood.
    """
    return frozenset(_read(models).removed)


def note_removed(models: Path, name: str, *, is_so: bool) -> None:
    """Write down whether somebody has removed a model. The caller holds `alone`."""
    found = _read(models)
    names = {*found.removed, name} if is_so else {*found.removed} - {name}
    if names != {*found.removed}:
        found.removed = sorted(names)
        _write(models, found)


def _read(models: Path) -> _Lock:
    path = models / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Lock)
    except FileNotFoundError:
        return _Lock()
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            f"{path} cannot be read ({error}): restore it, or delete it and install again the models it pinned"
        ) from error


def write(models: Path, name: str, record: Record | None) -> None:
    """Record a model, or forget it. The caller holds `alone`."""
    found = _read(models)
    if record:
        found.models[name] = record
    else:
        found.models.pop(name, None)
    _write(models, found)


def _write(models: Path, content: _Lock) -> None:
    content.models = dict(sorted(content.models.items()))
    write_whole(models / NAME, msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n")


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file in one step: a reader sees the old or the new one, never half of it."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(path)


@contextmanager
def alone(folder: Path, progress: Progress = lambda _line: None) -> Iterator[None]:
    """Wait until no other process changes this folder, keep the others waiting meanwhile, and find no scratch in it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"another process is installing into {folder}: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        for left in folder.glob(f"{SCRATCH}*"):  # by a process that was killed: only one works here at a time
            shutil.rmtree(left)
        yield
    finally:
        os.close(handle)


def expected(model: Model, record: Record | None) -> tuple[ModelFile, ...]:
    """The files of an installed model with every digest that is known, from the catalogue or recorded.

    A packed model consists of what was in its package; nothing is expected before it has been installed.
    """
    if model.packed:
        return tuple(file for file in recorded(record) if file.name not in _names(model))
    return deliverable(model, record)


def deliverable(model: Model, record: Record | None) -> tuple[ModelFile, ...]:
    """What sources are asked for, with every digest that is known; nothing where nobody knows yet what that is."""
    if not model.files:
        return recorded(record)
    pinned = record.files if record else {}
    return tuple(_known(file, pinned) for file in model.files)


def recorded(record: Record | None) -> tuple[ModelFile, ...]:
    """The files of a record."""
    return tuple(ModelFile(name, pin.sha256, pin.size) for name, pin in record.files.items()) if record else ()


def _names(model: Model) -> set[str]:
    return {file.name for file in model.files}


def _known(file: ModelFile, pinned: dict[str, PinnedFile]) -> ModelFile:
    pin = pinned.get(file.name)
    return replace(file, sha256=pin.sha256, size=pin.size) if pin and not file.sha256 else file

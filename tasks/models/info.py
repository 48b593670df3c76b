"""A model as people and other parts of the product see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.models import lock
from tasks.models.lock import Local, Record
from tasks.models.measured import Measured
from tasks.models.spec import BundledModel, Format, Kind, Model

Pinned = Literal["catalogue", "package", "here", "at first installation"]
"""Who names the digests: this version, the package, a record on this machine, or nobody yet."""


@dataclass(frozen=True)
class ModelInfo:
    """One model, for a person."""

    name: str
    kind: Kind
    format: Format
    """Which engine class can load it."""
    languages: tuple[str, ...]
    licence: str
    caution: str
    """What to know before using it, such as that commercial use is not allowed; empty when there is nothing."""
    origin: str
    size: int
    """Bytes, about so many where not every digest is pinned; 0 for a bundled model, whose package is installed."""
    bundled_with: str | None
    installed: bool
    """Whether its files are in place (`verify` says whether they are the right ones)."""
    default: bool
    """Whether a fresh installation gets it."""
    pinned: Pinned
    digest: str | None
    """sha256 of its largest file; None for a bundled model and where nobody has pinned it yet."""
    sources: tuple[str, ...]
    """Where it can be had, in the order of asking, after MODELS_FOLDER."""
    measured: Measured | None
    """What it costs on this machine, once a worker has loaded it."""


def of_model(model: Model, installed: bool, record: Record | None, measured: Measured | None) -> ModelInfo:
    """A model of the catalogue."""
    files = lock.deliverable(model, record)
    largest = max(files, key=lambda file: file.size, default=None)
    return ModelInfo(
        model.name,
        model.kind,
        model.format,
        model.languages,
        model.licence,
        model.caution,
        model.origin,
        sum(file.size for file in lock.expected(model, record)) if installed else model.size,
        bundled_with=None,
        installed=installed,
        default=model.default,
        pinned="catalogue"
        if model.pinned
        else "here"
        if files and all(file.sha256 for file in files)
        else "at first installation",
        digest=largest.sha256 if largest else None,
        sources=tuple(source.label for source in model.sources),
        measured=measured,
    )


def of_bundled(model: BundledModel, installed: bool, measured: Measured | None) -> ModelInfo:
    """A model inside a Python package."""
    return ModelInfo(
        model.name,
        model.kind,
        model.format,
        model.languages,
        model.licence,
        "",
        model.origin,
        0,
        bundled_with=model.package,
        installed=installed,
        default=True,
        pinned="package",
        digest=None,
        sources=(),
        measured=measured,
    )


def of_local(name: str, record: Record, what: Local, installed: bool, measured: Measured | None) -> ModelInfo:
    """A package that was installed from this machine."""
    return ModelInfo(
        name,
        what.kind,
        what.format,
        what.languages,
        what.licence,
        "",
        what.origin,
        sum(pin.size for pin in record.files.values()),
        bundled_with=None,
        installed=installed,
        default=False,
        pinned="here",
        digest=max(record.files.values(), key=lambda pin: pin.size).sha256,
        sources=(),
        measured=measured,
    )

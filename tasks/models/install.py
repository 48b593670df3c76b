"""Installing a model: fetch, verify every digest, and only then put the folder in place in one rename."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tasks.models.spec import BundledModel, Model, ModelError, ModelFile, Source, SourceError

Progress = Callable[[str], None]
"""Takes one line of text for a person."""


def fault(path: Path, file: ModelFile) -> str | None:
    """What is wrong with the file at `path`, or None when it is exactly `file`."""
    if not path.is_file():
        return f"{file.name} is missing"
    size = path.stat().st_size
    if size != file.size:
        return f"{file.name} has {size} bytes instead of {file.size}"
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != file.sha256:
        return f"{file.name} has sha256 {digest} instead of {file.sha256}"
    return None


def faults(folder: Path, model: Model) -> list[str]:
    """What is wrong with the model installed in `folder`; empty when every digest is right."""
    return [found for file in model.files if (found := fault(folder / file.name, file))]


def install(model: Model, folder: Path, sources: Sequence[Source], progress: Progress) -> None:
    """Make `folder` hold exactly the files of `model`; does nothing when it already does.

    What lies in `folder` and is not this model is kept beside it, under a name ending in `.refused`.

    Raises:
        ModelError: no source delivered every file as its digest names it; the message gives each reason.
    """
    started = time.monotonic()
    if folder.exists() and not faults(folder, model):
        progress(f"{model.name}: already installed, digests verified")
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{model.name}-") as scratch:
        ready = Path(scratch) / model.name
        ready.mkdir()
        _collect(model, sources, ready, progress)
        if folder.exists():
            aside = _free_name(folder)
            folder.rename(aside)
            progress(f"{model.name}: what was there did not verify and is kept as {aside.name}")
        ready.rename(folder)
    progress(f"{model.name}: installed, {model.size / 1e6:.0f} MB in {time.monotonic() - started:.1f} s")


def _collect(model: Model, sources: Sequence[Source], ready: Path, progress: Progress) -> None:
    missing = list(model.files)
    reasons: list[str] = []
    for source in sources:
        if not missing:
            return
        with tempfile.TemporaryDirectory(dir=ready.parent) as folder:
            delivered = Path(folder)
            progress(f"{model.name}: asking {source.label}")
            try:
                source.fetch(model.name, missing, delivered)
            except SourceError as error:
                reasons.append(f"{source.label}: {error}")
            for file in list(missing):
                path = delivered / file.name
                if not path.exists():
                    continue
                if wrong := fault(path, file):
                    reasons.append(f"{source.label}: refused, {wrong}")
                    continue
                shutil.move(path, ready / file.name)
                missing.remove(file)
                progress(f"{model.name}: {file.name}, {file.size / 1e6:.1f} MB, sha256 verified")
    if missing:
        names = ", ".join(file.name for file in missing)
        why = "".join(f"\n  {reason}" for reason in reasons) or "\n  no source has them"
        raise ModelError(
            f"{model.name} cannot be installed, {names} not delivered:{why}\n"
            f"Put the files of {model.origin} into MODELS_FOLDER/{model.name}/ or fix the source above."
        )


def _free_name(folder: Path) -> Path:
    for number in range(1, 1000):
        aside = folder.with_name(f"{folder.name}.{number}.refused")
        if not aside.exists():
            return aside
    raise ModelError(f"{folder.parent} holds a thousand refused copies of {folder.name}: delete some")


def bundled_faults(model: BundledModel) -> list[str]:
    """What is wrong with a model inside a Python package, by the digests in the package's RECORD."""
    try:
        distribution = importlib.metadata.distribution(model.package)
    except importlib.metadata.PackageNotFoundError:
        return [f"the package {model.package} is not installed: install the project's dependencies"]
    found: list[str] = []
    roots = tuple(f"{path}/" for path in model.paths.values())
    seen = 0
    for entry in distribution.files or []:
        if not str(entry).startswith(roots) or entry.hash is None:
            continue
        seen += 1
        path = Path(str(entry.locate()))
        if not path.is_file():
            found.append(f"{entry} is missing")
            continue
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, entry.hash.mode).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != entry.hash.value:
            found.append(f"{entry} differs from what {model.package} {distribution.version} lists")
    return found if seen else [f"{model.package} lists no files under {', '.join(roots)}"]


def bundled_path(model: BundledModel, name: str) -> Path:
    """Where `model.paths[name]` lies in this installation."""
    distribution = importlib.metadata.distribution(model.package)
    return Path(str(distribution.locate_file(model.paths[name])))

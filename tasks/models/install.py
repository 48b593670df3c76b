"""Installing a model: fetch, verify every digest, and only then put the folder in place in one rename."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from tasks.models import archive, lock, shapes, space
from tasks.models.lock import PinnedFile, Record
from tasks.models.spec import (
    Errand,
    Meter,
    Model,
    ModelError,
    ModelFile,
    NotDeliveredError,
    Progress,
    Source,
    SourceError,
)

PARTIAL = ".partial"
"""Folder of unfinished downloads inside the models folder, one folder a model."""


def no_meter(_label: str, _done: int, _total: int) -> None:
    """For callers that show no progress of single downloads."""


def sha256(path: Path) -> str:
    """The digest of a file, in hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def fault(path: Path, file: ModelFile) -> str | None:
    """What is wrong with the file at `path`, or None when it is `file` as far as anybody knows."""
    if not path.is_file():
        return f"{file.name} is missing"
    size = path.stat().st_size
    if file.sha256 is None:
        wrong = size == 0 or size > file.limit
        return f"{file.name} has {size} bytes instead of about {file.size}" if wrong else None
    if size != file.size:
        return f"{file.name} has {size} bytes instead of {file.size}"
    digest = sha256(path)
    return None if digest == file.sha256 else f"{file.name} has sha256 {digest} instead of {file.sha256}"


def faults(folder: Path, files: Iterable[ModelFile]) -> list[str]:
    """What is wrong with these files in `folder`; empty when every digest is right."""
    return [found for file in files if (found := fault(folder / file.name, file))]


def install(model: Model, models: Path, sources: Sequence[Source], progress: Progress, meter: Meter = no_meter) -> None:
    """Make the folder `models`/<name> hold exactly the files of `model`; does nothing when it already does.

    What lies there and is not this model is kept beside it, under a name ending in `.refused`.

    Raises:
        NotDeliveredError: no source delivered every file as its digest names it; the message gives each reason.
        ModelError: there is no room, or a package is not what it should be.
    """
    started = time.monotonic()
    folder = models / model.name
    with lock.alone(models, progress):
        record = lock.read(models).get(model.name)
        whole = lock.expected(model, record)
        if whole and all(file.sha256 for file in whole) and folder.exists() and not faults(folder, whole):
            progress(f"{model.name}: already installed, digests verified")
            return
        if model.caution:
            progress(f"{model.name}: note: {model.caution}")
        space.check(models, model.name, model.size * (2 if model.packed else 1))
        with tempfile.TemporaryDirectory(dir=models, prefix=lock.SCRATCH) as scratch:
            ready = Path(scratch) / model.name
            ready.mkdir()
            errand_folder = models / PARTIAL / model.name
            wanted = lock.deliverable(model, record) or shapes.learn(model, sources, progress)
            _collect(model, wanted, sources, ready, errand_folder, progress, meter)
            kept = pins(ready, besides={file.name for file in model.files if file.sha256})
            if model.packed:
                ready = _unpack(model, ready, Path(scratch) / "unpacked")
                kept |= pins(ready)
            if kept:
                lock.write(models, model.name, Record(kept))
            _put(ready, folder, progress)
        lock.note_removed(models, model.name, is_so=False)
        clean(models, model.name)
    progress(f"{model.name}: installed, {model.size / 1e6:.0f} MB in {time.monotonic() - started:.1f} s")
    for name in sorted(kept.keys() & {file.name for file in wanted}):
        progress(f"{model.name}: {name} is pinned here from now on, sha256 {kept[name].sha256}")


def pins(folder: Path, besides: Collection[str] = ()) -> dict[str, PinnedFile]:
    """Digest and size of every file under `folder` but some."""
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: PinnedFile(sha256(path), path.stat().st_size) for name, path in paths.items() if name not in besides}


def _put(ready: Path, folder: Path, progress: Progress) -> None:
    if folder.exists():
        aside = _free_name(folder)
        folder.rename(aside)
        progress(f"{folder.name}: the files that were there failed verification and are kept as {aside.name}")
    ready.rename(folder)


def _unpack(model: Model, packed: Path, into: Path) -> Path:
    into.mkdir()
    metadata = archive.unpack(packed / model.files[0].name, into)
    if (metadata.pair,) != model.languages:
        raise ModelError(f"{model.name} is refused: the package says that it translates {metadata.pair}")
    return into


def clean(models: Path, name: str) -> None:
    """Delete what was downloaded of a model and not used."""
    partial = models / PARTIAL
    shutil.rmtree(partial / name, ignore_errors=True)
    if partial.is_dir() and not any(partial.iterdir()):
        partial.rmdir()


def _collect(
    model: Model,
    files: Sequence[ModelFile],
    sources: Sequence[Source],
    ready: Path,
    partial: Path,
    progress: Progress,
    meter: Meter,
) -> None:
    missing = list(files)
    reasons: list[str] = []
    for source in sources:
        if not missing:
            return
        with tempfile.TemporaryDirectory(dir=ready.parent) as folder:
            delivered = Path(folder)
            progress(f"{model.name}: asking {source.label}")
            try:
                source.fetch(Errand(model.name, tuple(missing), delivered, partial, meter))
            except (SourceError, OSError) as error:
                reasons.append(f"{source.label}: {error}")
                progress(f"{model.name}: {reasons[-1]}")
            for file in list(missing):
                path = delivered / file.name
                if not path.exists():
                    continue
                if wrong := fault(path, file):
                    reasons.append(f"{source.label}: refused, {wrong}")
                    progress(f"{model.name}: {reasons[-1]}")
                    continue
                target = ready / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)
                missing.remove(file)
                verified = "sha256 verified" if file.sha256 else "not pinned before"
                progress(f"{model.name}: {file.name}, {target.stat().st_size / 1e6:.1f} MB, {verified}")
    if missing:
        raise NotDeliveredError(_refusal(model, missing, reasons), tuple(reasons))


def _refusal(model: Model, missing: Sequence[ModelFile], reasons: Sequence[str]) -> str:
    names = ", ".join(file.name for file in missing)
    why = "".join(f"\n  {reason}" for reason in reasons) or "\n  no source has them"
    text = (
        f"{model.name} cannot be installed, {names} not delivered:{why}\n"
        f"Put the files of {model.origin} into MODELS_FOLDER/{model.name}/ or fix the source above."
    )
    if any("refused" in reason for reason in reasons) and not model.pinned:
        text += (
            f"\nIf a digest recorded here at the first installation is in the way, and you trust the new files: "
            f"`jbcalling models remove --forget {model.name}`, then install again."
        )
    return text


def _free_name(folder: Path) -> Path:
    for number in range(1, 1000):
        aside = folder.with_name(f"{folder.name}.{number}.refused")
        if not aside.exists():
            return aside
    raise ModelError(f"{folder.parent} holds a thousand refused copies of {folder.name}: delete some")

"""Installing a package that somebody brings along, in place of a model of the same name."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tasks.models import install, local, lock, space
from tasks.models.local import Brought
from tasks.models.lock import Record
from tasks.models.spec import BundledModel, Model, ModelError, Progress


def bring(
    path: Path,
    models: Path,
    known: Mapping[str, Model | BundledModel],
    progress: Progress,
    *,
    languages: Sequence[str],
    name: str | None,
) -> str:
    """Unfold the package at `path` into the folder `models`, record every digest, and return its name.

    Raises:
        ModelError: it is nothing that can be loaded, is harmful, would take the name of another
            model among the `known` ones, or there is no room.
    """
    if not path.exists():
        raise ModelError(f"{path} does not exist: give an .argosmodel file or a CTranslate2 folder")
    with lock.alone(models, progress):
        # Twice a packed file: once for what is in it, with something to spare.
        space.check(models, path.name, 2 * path.stat().st_size if path.is_file() else space.taken(path))
        with tempfile.TemporaryDirectory(dir=models, prefix=lock.SCRATCH) as scratch:
            ready = Path(scratch) / "ready"
            ready.mkdir()
            brought = local.unfold(path, ready, languages, name)
            if not _may_be_called(brought, known.get(brought.name)):
                raise ModelError(f"{brought.name} is another model: give this one a name of its own with --name")
            target = models / brought.name
            if target.exists():
                target.rename(Path(scratch) / "old")
                progress(f"{brought.name}: replaces the one that was there")
            lock.write(models, brought.name, Record(install.pins(ready), brought.local))
            ready.rename(target)
        lock.note_removed(models, brought.name, is_so=False)
    progress(f"{brought.name}: installed from {path.name}, digests recorded; {', '.join(brought.local.languages)}")
    return brought.name


def _may_be_called(brought: Brought, known: Model | BundledModel | None) -> bool:
    """Whether it may have that name: nobody else's, or that of a model for the same, which no installation needs."""
    if known is None:
        return True
    same = (known.format, known.languages) == (brought.local.format, brought.local.languages)
    return same and isinstance(known, Model) and not known.default

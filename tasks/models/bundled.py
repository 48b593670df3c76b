"""Models inside installed Python packages, held to the digests in the package's RECORD."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from pathlib import Path

from tasks.models.spec import BundledModel


def faults(model: BundledModel) -> list[str]:
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


def location(model: BundledModel, name: str) -> Path:
    """Where `model.paths[name]` lies in this installation."""
    distribution = importlib.metadata.distribution(model.package)
    return Path(str(distribution.locate_file(model.paths[name])))

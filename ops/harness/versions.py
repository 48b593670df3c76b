"""Older versions of this checkout, to start processes from: their own code on what is installed for the present one."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from app.supervisor.runner import ROOT

BUILT: Final = (".venv", ".tools", "static/dist", "app/media/sfu/node_modules")
"""What setup has made, which an older version shares."""
LOCKS: Final = ("ops/requirements.lock", "app/media/sfu/package-lock.json")
"""What must not have changed for that."""


class NoVersionError(RuntimeError):
    """There is none that could run here; the message says why."""


def previous() -> str:
    """The version to update from: the newest tag before this commit; without tags, the last commit before a migration.

    So there is a migration on the way, unless the tag has all of them.

    Raises:
        NoVersionError: this checkout has no history.
    """
    tags = _git("tag", "--list", "--sort=-creatordate", "--no-contains", "HEAD", "--merged", "HEAD").split()
    if tags:
        return tags[0]
    added = _git("log", "-1", "--format=%H", "--diff-filter=A", "--", "migrations/versions").strip()
    if not added:
        raise NoVersionError("This checkout has no history to go back in.")
    return f"{added[:12]}~1"


def unpack(version: str, folder: Path) -> Path:
    """Put a version's code into a new folder, with what is installed here.

    Raises:
        NoVersionError: it needs other packages than the present one.
    """
    _hold_packages(version)
    archive = subprocess.run(["git", "archive", version], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(folder, filter="data")
    _link(folder)
    return folder


def clones(version: str, folder: Path, names: Iterable[str]) -> dict[str, Path]:
    """A checkout for each name, at a version, on a branch `main` on which `git pull` leads to this commit.

    What is installed here is in each; what is not committed here is in none.

    Raises:
        NoVersionError: it needs other packages than the present one.
    """
    _hold_packages(version)
    origin, commit = folder / "origin", _git("rev-parse", version).strip()
    _git("clone", "--quiet", "--bare", "--shared", str(ROOT), str(origin))
    _git("-C", str(origin), "update-ref", "refs/heads/main", _git("rev-parse", "HEAD").strip())
    _git("-C", str(origin), "symbolic-ref", "HEAD", "refs/heads/main")
    found = {name: folder / name for name in names}
    for one in found.values():
        _git("clone", "--quiet", "--shared", str(origin), str(one))
        _git("-C", str(one), "reset", "--quiet", "--hard", commit)
        _link(one)
    return found


def _hold_packages(version: str) -> None:
    if changed := _git("diff", "--name-only", version, "--", *LOCKS).split():
        raise NoVersionError(f"{version} needs other packages: {', '.join(changed)} have changed since.")


def _link(folder: Path) -> None:
    for name in BUILT:
        (folder / name).symlink_to(ROOT / name)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout

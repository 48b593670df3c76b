"""Packages of the optional extras, kept apart from the environment that everything else runs in."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ops.commands import ROOT, tool_environment
from ops.packages import uv
from ops.setup import digest
from tasks.wire.environment import TaskConfig

LOCKS = ROOT / "ops" / "extras"
TORCH = ("torch==2.13.0", "torchaudio==2.11.0")
"""Installed by pip and without digests, so that a machine may be set up to get the CPU build, which has others."""

_INSTALL = ("pip", "install", "--quiet", "--require-hashes")


@cache
def torch_environment(extra: str) -> Path:
    """The Python of an environment of its own with torch and what ops/extras/EXTRA.lock pins; made once likewise."""
    lock = LOCKS / f"{extra}.lock"
    with _made_once(f"{extra}-{digest([lock], *TORCH)[:16]}") as (folder, made):
        python = folder / "bin" / "python"
        if not made:
            _run([uv(), "venv", "--quiet", "--seed", "--python", sys.executable, str(folder)])
            _run([uv(), *_INSTALL, "--python", str(python), "-r", str(lock)])
            _run([str(python), "-m", "pip", "install", "--quiet", "--no-compile", *TORCH])
            # torchaudio's compiled part is built for CUDA and does not load beside torch's CPU build. It does without.
            for library in folder.glob("lib/python3*/site-packages/torchaudio/lib/*.so"):
                library.unlink()
    return python


@contextmanager
def _made_once(name: str) -> Iterator[tuple[Path, bool]]:
    """A folder in the cache and whether it is complete; it is marked so when the block ends well.

    What an installation that was broken off has left there is removed first.
    """
    root = TaskConfig().cache_dir / "extras"
    root.mkdir(parents=True, exist_ok=True)
    folder, mark = root / name, root / f"{name}.complete"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another checkout may be at it
        if not (made := mark.exists()) and folder.exists():
            shutil.rmtree(folder)
        yield folder, made
        mark.touch()


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **tool_environment()})

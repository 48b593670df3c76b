"""The database of a system that begins with an empty one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def migrate(environment: Mapping[str, str], code: Path = ROOT) -> None:
    """Bring the database of a system with this environment to the newest schema of a checkout.

    A SQLite file of this one that is not there yet is a copy of one that was migrated before: migrating takes seconds.
    """
    file = Path(environment["JBC_VAR"]) / "jbcalling.db"
    if code != ROOT or environment.get("DATABASE_URL") or file.exists():
        _migrate(environment, code)
    else:
        file.write_bytes(_empty())


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory(prefix="jbc-empty-") as folder:
        _migrate(os.environ | {"JBC_VAR": folder, "DATABASE_URL": ""}, ROOT)
        return (Path(folder) / "jbcalling.db").read_bytes()


def _migrate(environment: Mapping[str, str], code: Path) -> None:
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(command, cwd=code, env=environment, check=True, capture_output=True)

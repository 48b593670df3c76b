"""The secrets of an installation: made on first run, kept in one file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from tasks.config import env

NAMES: Final = ("SESSION_SECRET", "SFU_TOKEN_SECRET", "REDIS_PASSWORD", "DATABASE_PASSWORD")


def place(var_dir: Path) -> Path:
    """Where the secrets lie: JBC_SECRETS, else in JBC_VAR. On a server no process of ours can write there."""
    return Path(env("JBC_SECRETS", str(var_dir / "secrets.env")))


def load_or_create(path: Path) -> dict[str, str]:
    """The secrets in `path`, with those that are missing made and added.

    Raises:
        PermissionError: the file cannot be read or written by this user.
    """
    known = read(path)
    missing = [name for name in NAMES if not known.get(name)]
    if missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        known |= {name: secrets.token_urlsafe(36) for name in missing}
        partial = path.with_suffix(".part")
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in known.items())
        partial.rename(path)
    return known


def read(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of a file; nothing where it does not exist."""
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}

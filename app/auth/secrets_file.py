"""The secrets of an installation: made on first run, kept in one file that only its owner can read."""

from __future__ import annotations

import secrets
import shlex
from pathlib import Path
from typing import Final

from app.auth.keyset import write_private
from tasks.wire.environment import env

NAMES: Final = (
    *("SESSION_SECRET", "SFU_TOKEN_SECRET", "REDIS_PASSWORD", "REDIS_WORKER_PASSWORD", "DATABASE_PASSWORD"),
    *("TURN_SECRET", "SECOND_FACTOR_SECRET", "KEEP_SECRET"),
)

NEEDS: Final = {
    "redis": ("REDIS_PASSWORD", "REDIS_WORKER_PASSWORD"),
    "sfu": ("SFU_TOKEN_SECRET",),
    "web": (
        *("SESSION_SECRET", "SFU_TOKEN_SECRET", "REDIS_PASSWORD", "DATABASE_PASSWORD", "TURN_SECRET"),
        *("SECOND_FACTOR_SECRET", "KEEP_SECRET"),
    ),
    "bridge": ("SFU_TOKEN_SECRET", "REDIS_PASSWORD"),
    "worker": ("REDIS_WORKER_PASSWORD",),
    "installer": ("REDIS_WORKER_PASSWORD",),
}
"""Process of the Procfile → the secrets that it may know."""

GIVEN: Final = {
    "LLM_API_KEY": ("worker",),
    "OIDC_CLIENT_SECRET": ("web",),
    "DATABASE_URL": ("web",),
    "REDIS_URL": ("web", "bridge", "worker", "installer"),
    "BROKER_URL": ("web", "bridge", "worker"),
}
"""Setting that may hold a secret of the operator's → the processes that read it. It belongs into the same file."""


def withheld(process: str) -> list[str]:
    """The secrets that a process must not know; of one that is not ours, all."""
    return [name for name in NAMES if name not in NEEDS.get(process, ())] + [
        name for name, readers in GIVEN.items() if process not in readers
    ]


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
        write_private(path, _lines(known))
    return known


def replace(path: Path, name: str, value: str) -> None:
    """Write a new value of one secret; the others stay.

    Raises:
        OSError: the file cannot be written by this user.
    """
    write_private(path, _lines(read(path) | {name: value}))


def _lines(known: dict[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in known.items())


def read(path: Path) -> dict[str, str]:
    """The `NAME=value` lines of a file; nothing where it does not exist.

    A value in quotes is taken out of them, as systemd and shells do, which read the same file.
    """
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): _unquoted(value.strip()) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    if value[:1] not in ("'", '"'):
        return value
    try:
        return "".join(shlex.split(value))
    except ValueError:  # a quote that is not closed belongs to the value
        return value

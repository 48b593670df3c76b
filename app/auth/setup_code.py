"""The code with which the first administrator's password is set: whoever can read it runs this installation.

It lies in a file beside the secrets that only its owner can read, from the first start until it is used. There is no
default password at any time.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

NAME: Final = "admin-setup-code"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def make(var_dir: Path) -> str:
    """The code, made where there is none.

    Raises:
        PermissionError: the file cannot be read or written by this user.
    """
    path = var_dir / NAME
    if known := read(var_dir):
        return known
    var_dir.mkdir(parents=True, exist_ok=True)
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))  # 99 bits
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(code)
    return code


def read(var_dir: Path) -> str:
    """The code; empty where there is none."""
    path = var_dir / NAME
    return path.read_text().strip() if path.is_file() else ""


def matches(var_dir: Path, typed: str) -> bool:
    """Whether somebody knows the code."""
    code = read(var_dir)
    return bool(code) and hmac.compare_digest(code.encode(), typed.strip().lower().encode())


def discard(var_dir: Path) -> None:
    """It has been used."""
    (var_dir / NAME).unlink(missing_ok=True)

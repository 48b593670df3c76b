"""The key of the backups: its public half lies on the server, its private half with whoever may read them."""

from __future__ import annotations

import os
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from app.running.backup.errors import BackupError

HEADER = b"age-encryption.org/"


def create(path: Path, passphrase: str) -> Recipient:
    """Write a new private key, encrypted with the passphrase where there is one; the public half.

    Raises:
        BackupError: there is such a file already.
    """
    identity = Identity.generate()
    lines = f"# public key: {identity.to_public()}\n{identity}\n".encode()
    sealed = pyrage.passphrase.encrypt(lines, passphrase) if passphrase else lines
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{path} exists: a key is never overwritten, choose another name") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(sealed)
    return identity.to_public()


def locked(path: Path) -> bool:
    """Whether the key needs its passphrase."""
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def load(path: Path, passphrase: str = "") -> Identity:
    """The private key in a file, as `create` or `age-keygen` wrote it.

    Raises:
        BackupError: it is not a key, or the passphrase is wrong.
    """
    try:
        lines = path.read_bytes()
        if locked(path):
            lines = pyrage.passphrase.decrypt(lines, passphrase)
        secret = next(line for line in lines.decode().splitlines() if line.startswith("AGE-SECRET-KEY-"))
        return Identity.from_str(secret.strip())
    except pyrage.DecryptError as error:
        raise BackupError(f"{path} does not open with this passphrase ({error})") from error
    except (OSError, StopIteration, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise BackupError(f"{path} holds no age key: make one with `jbcalling backup key FILE`") from error


def recipient(text: str) -> Recipient:
    """The public key in a setting.

    Raises:
        BackupError: it is missing or malformed.
    """
    if not text:
        raise BackupError(
            "BACKUP_RECIPIENT is not set. Make a key with `jbcalling backup key backup.key`, keep that file away from "
            "this machine, and set BACKUP_RECIPIENT to the line it prints."
        )
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise BackupError(f"BACKUP_RECIPIENT is not an age public key (`age1…`): {error}") from error

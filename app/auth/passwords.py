"""Passwords of administrators: Argon2id, with the parameters that argon2-cffi recommends (RFC 9106, low memory)."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from app.i18n import gettext as _
from tasks.languages.text import composed

MIN_PASSWORD_CHARS: Final = 12
MAX_PASSWORD_CHARS: Final = 256
"""Characters of a password."""


def _of_nobody(hasher: PasswordHasher) -> str:
    """What is kept of no password, so that an unknown name takes as long as a known one.

    Made up, with the hasher's parameters: to digest one took a tenth of the time in which the web process starts.
    """
    salt, digest = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"


_hasher: Final = PasswordHasher()
_NOBODY: Final = _of_nobody(_hasher)


class PasswordError(ValueError):
    """A password cannot be used; the message says why."""


def check(password: str) -> None:
    """See that a new password is good enough: long, which counts for more than odd characters (NIST SP 800-63B).

    Raises:
        PasswordError: it is too short, too long, or one thing repeated.
    """
    if len(password) < MIN_PASSWORD_CHARS:
        raise PasswordError(
            _(
                "Use at least %(limit)d characters: several words that only you would put together.",
                limit=MIN_PASSWORD_CHARS,
            )
        )
    if len(password) > MAX_PASSWORD_CHARS:
        raise PasswordError(_("Use at most %(limit)d characters.", limit=MAX_PASSWORD_CHARS))
    if len(set(password.casefold())) < 5:
        raise PasswordError(_("Use more different characters: this one is quickly guessed."))


async def digest(password: str) -> str:
    """What is kept of a password. Takes about 50 ms and 64 MB, in a thread."""
    return await asyncio.to_thread(_hasher.hash, composed(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password; with nothing kept (an unknown name) it takes as long and is not."""
    try:
        right = await asyncio.to_thread(_hasher.verify, kept or _NOBODY, composed(password)[: MAX_PASSWORD_CHARS + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None

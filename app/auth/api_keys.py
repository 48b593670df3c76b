"""API keys: what a key looks like, what is kept of it, and who is behind one that is presented.

A key is `jbc_LOOKUP_SECRET`. LOOKUP finds the row; of the secret only its SHA-256 is kept. A slow hash as for passwords
would add nothing: the secret is 256 random bits, which nobody can guess or look up, and every request would pay for it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from app.db import Sessions
from app.tables import ApiKey
from app.visible import clean

SCOPES: Final = ("transcribe", "translate", "speak", "clone", "rooms")
"""What a key may be good for."""

USED_EVERY: Final = timedelta(minutes=1)
"""Coarseness of `last_used_at`, so that a busy key is not written at every request."""

_SHAPE = re.compile(r"jbc_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_NOBODY: Final = "0" * 64


class KeyNameError(ValueError):
    """A name or scope cannot be used; the message says why."""


@dataclass(frozen=True)
class Holder:
    """Who presented a valid key."""

    id: int
    name: str
    scopes: frozenset[str]


class ApiKeys:
    """The keys of this installation."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def create(self, name: str, scopes: Collection[str] = SCOPES) -> str:
        """Make a key and return it, the only time that it can be seen.

        Raises:
            KeyNameError: the name is empty, too long or in use, or a scope is unknown.
        """
        name = clean(name, 80)
        if not 0 < len(name) <= 80:
            raise KeyNameError("A key's name has 1 to 80 characters: say who or what will use it.")
        if not scopes or not set(scopes) <= set(SCOPES):
            raise KeyNameError(f"The scopes are {', '.join(SCOPES)}: give one or more of them.")
        lookup, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        async with self._sessions.begin() as session:
            in_use = select(ApiKey.id).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
            if (await session.scalars(in_use)).first() is not None:
                raise KeyNameError(f"There is a key named {name!r}: revoke it first, or choose another name.")
            ordered = " ".join(scope for scope in SCOPES if scope in scopes)
            session.add(ApiKey(name=name, lookup=lookup, digest=_digest(secret), scopes=ordered))
        return f"jbc_{lookup}_{secret}"

    async def all(self) -> list[ApiKey]:
        """Every key there ever was, the oldest first."""
        async with self._sessions() as session:
            return list((await session.scalars(select(ApiKey).order_by(ApiKey.id))).all())

    async def revoke(self, name: str) -> bool:
        """Make the key of that name useless at once and for good; False when there is none in use."""
        query = update(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None)).returning(ApiKey.id)
        async with self._sessions.begin() as session:
            return (await session.scalars(query.values(revoked_at=datetime.now(UTC)))).first() is not None

    async def holder(self, presented: str) -> Holder | None:
        """Whose key this is; None for one that is malformed, unknown or revoked."""
        match = _SHAPE.fullmatch(presented)
        if match is None:
            return None
        async with self._sessions() as session:
            key = (await session.scalars(select(ApiKey).where(ApiKey.lookup == match[1]))).first()
        right = hmac.compare_digest(_digest(match[2]), key.digest if key else _NOBODY)
        if key is None or not right or key.revoked_at is not None:
            return None
        await self._note_use(key)
        return Holder(key.id, key.name, frozenset(key.scopes.split()))

    async def _note_use(self, key: ApiKey) -> None:
        now = datetime.now(UTC)
        if key.last_used_at is None or now - key.last_used_at >= USED_EVERY:
            async with self._sessions.begin() as session:
                await session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

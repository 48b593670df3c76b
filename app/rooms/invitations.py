"""Invitations to make rooms: a link that an administrator hands out, good for so many rooms until some day."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_, select, update

from app.db import Sessions
from app.tables import Invitation

TOKEN_BYTES: Final = 24
MAX_USES: Final = 10_000
MAX_DAYS: Final = 366


class Invitations:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def make(self, name: str, uses: int | None, days: int | None) -> str:
        """A new one; its token, the only time that it can be seen.

        Args:
            name: who or what it is for.
            uses: rooms that can be made with it; None: any number.
            days: until it expires; None: never.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = None if days is None else datetime.now(UTC) + timedelta(days=days)
        async with self._sessions.begin() as session:
            session.add(Invitation(name=name, digest=_digest(token), uses=uses, expires_at=expires))
        return token

    async def all(self) -> Sequence[Invitation]:
        """Every invitation there is, the newest first."""
        async with self._sessions() as session:
            return (await session.scalars(select(Invitation).order_by(Invitation.id.desc()))).all()

    async def revoke(self, invitation: int) -> str | None:
        """Make one useless at once and for good; its name, or None where there is none that is good."""
        query = update(Invitation).where(Invitation.id == invitation, Invitation.revoked_at.is_(None))
        async with self._sessions.begin() as session:
            revoked = query.values(revoked_at=datetime.now(UTC)).returning(Invitation.name)
            return (await session.scalars(revoked)).first()

    async def good(self, token: str) -> bool:
        """Whether a room could be made with it now."""
        query = select(Invitation.id).where(*_good(token))
        async with self._sessions() as session:
            return (await session.scalars(query)).first() is not None

    async def use(self, token: str) -> bool:
        """Take one use of it; False where there is none left. Decided in one statement, for many at a time."""
        query = update(Invitation).where(*_good(token)).values(used=Invitation.used + 1).returning(Invitation.id)
        async with self._sessions.begin() as session:
            return (await session.scalars(query)).first() is not None


def _good(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.digest == _digest(token),
        Invitation.revoked_at.is_(None),
        or_(Invitation.expires_at.is_(None), Invitation.expires_at > datetime.now(UTC)),
        or_(Invitation.uses.is_(None), Invitation.used < Invitation.uses),
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

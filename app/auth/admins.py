"""Administrators and their sessions.

Sessions lie in the database, so that an emptied Redis logs nobody out, a revoked one ends at once, and a database
without which no page of the administration works is the only thing they depend on.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import passwords
from app.db import Sessions
from app.i18n import gettext as _
from app.tables import Admin, AdminSession
from app.visible import clean

SESSION_IDLE_LIMIT: Final = timedelta(hours=2)
"""A session ends when nothing was asked for so long."""
SESSION_LIFETIME: Final = timedelta(hours=12)
"""A session ends then in any case."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""Coarseness of `seen_at`, so that a page that looks every few seconds does not write every time."""


class AdminNameError(ValueError):
    """A name cannot be used; the message says why."""


@dataclass(frozen=True)
class Operator:
    """Who is logged in."""

    admin_id: int
    name: str
    session_id: int


class Admins:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def any(self) -> bool:
        """Whether there is an administrator."""
        async with self._sessions() as session:
            return bool(await session.scalar(select(func.count()).select_from(Admin)))

    async def names(self) -> list[str]:
        """Everybody who may log in."""
        async with self._sessions() as session:
            return list(await session.scalars(select(Admin.name).order_by(Admin.name)))

    async def set_password(self, name: str, password: str) -> None:
        """Give somebody a password, making them an administrator where they are none; their sessions end.

        Raises:
            AdminNameError: the name is empty or too long.
            PasswordError: the password is not good enough.
        """
        name = clean(name, 60)
        if not 0 < len(name) <= 60:
            raise AdminNameError(_("A name has 1 to 60 characters."))
        passwords.check(password)
        kept = await passwords.digest(password)
        async with self._sessions.begin() as session:
            admin = await _named(session, name)
            if admin is None:
                session.add(Admin(name=name, password=kept))
                return
            admin.password, admin.changed_at = kept, datetime.now(UTC)
            await session.execute(delete(AdminSession).where(AdminSession.admin_id == admin.id))

    async def check(self, name: str, password: str) -> Admin | None:
        """The administrator with this name and password; None, as slowly, where there is none."""
        async with self._sessions() as session:
            admin = await _named(session, clean(name, 60))
        right = await passwords.matches(password, admin.password if admin else None)
        return admin if right else None

    async def log_in(self, admin: Admin, address: str, agent: str) -> str:
        """Begin a session; the token for the browser's cookie."""
        token = secrets.token_urlsafe(32)
        async with self._sessions.begin() as session:
            await session.execute(delete(AdminSession).where(_over(datetime.now(UTC))))
            session.add(AdminSession(admin_id=admin.id, digest=_digest(token), address=address[:64], agent=agent[:200]))
        return token

    async def operator(self, token: str) -> Operator | None:
        """Whose session this is; None where it has ended."""
        now = datetime.now(UTC)
        query = select(AdminSession, Admin.name).join(Admin).where(AdminSession.digest == _digest(token), ~_over(now))
        async with self._sessions() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        known, name = found
        if now - known.seen_at >= SEEN_EVERY:
            async with self._sessions.begin() as session:
                await session.execute(update(AdminSession).where(AdminSession.id == known.id).values(seen_at=now))
        return Operator(known.admin_id, name, known.id)

    async def sessions(self) -> list[tuple[AdminSession, str]]:
        """Every session that has not ended, with the administrator's name, the newest first."""
        query = select(AdminSession, Admin.name).join(Admin).where(~_over(datetime.now(UTC)))
        async with self._sessions() as session:
            return [
                (session_row, name)
                for session_row, name in await session.execute(query.order_by(AdminSession.id.desc()))
            ]

    async def end(self, session_id: int) -> bool:
        """End one session at once; whether there was one."""
        query = delete(AdminSession).where(AdminSession.id == session_id).returning(AdminSession.id)
        async with self._sessions.begin() as session:
            return (await session.scalars(query)).first() is not None


def _over(now: datetime) -> ColumnElement[bool]:
    return (AdminSession.seen_at < now - SESSION_IDLE_LIMIT) | (AdminSession.created_at < now - SESSION_LIFETIME)


async def _named(session: AsyncSession, name: str) -> Admin | None:
    return (await session.scalars(select(Admin).where(Admin.name == name))).one_or_none()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Administrators and their sessions.

Sessions lie in the database, so that an emptied Redis logs nobody out, a revoked one ends at once, and a database
without which no page of the administration works is the only thing they depend on.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import passwords
from app.auth.roles import Role
from app.db import Sessions
from app.i18n import gettext as _
from app.tables import Admin, AdminSession, SecondFactor
from app.visible import clean

SESSION_IDLE_LIMIT: Final = timedelta(hours=2)
"""A session ends when nothing was asked for so long."""
SESSION_LIFETIME: Final = timedelta(hours=12)
"""A session ends then in any case."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""Coarseness of `seen_at`, so that a page that looks every few seconds does not write every time."""


class AdminNameError(ValueError):
    """A name cannot be used; the message says why."""


class DisabledError(Exception):
    """Somebody has been disabled."""


class LastOwnerError(Exception):
    """Nobody would own the installation any more."""


@dataclass(frozen=True)
class Operator:
    """Who is logged in."""

    admin_id: int
    name: str
    session_id: int
    role: str = "owner"
    """A member of `app.auth.roles.Role`."""
    second_factor: bool = False
    """Whether they have one of ours."""
    by_service: bool = False
    """Whether they sign in by another service alone: whatever second factor there is, is that one's."""


class Admins:
    """Every method raises `sqlalchemy.exc.SQLAlchemyError` or `OSError` when the database does not answer."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def owned(self) -> bool:
        """Whether somebody owns the installation: until then the setup code opens it, whoever else has signed in."""
        async with self._sessions() as session:
            return bool(await session.scalar(select(exists().where(Admin.role == "owner"))))

    async def names(self) -> list[str]:
        """Everybody who may log in."""
        async with self._sessions() as session:
            return list(await session.scalars(select(Admin.name).order_by(Admin.name)))

    async def set_password(self, name: str, password: str, role: Role = "owner") -> None:
        """Give somebody a password, making them an administrator of this role where they are none; their sessions end.

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
                session.add(Admin(name=name, password=kept, role=role))
                return
            admin.password, admin.changed_at = kept, datetime.now(UTC)
            await session.execute(delete(AdminSession).where(AdminSession.admin_id == admin.id))

    async def add(self, name: str, password: str, role: Role) -> None:
        """Make an administrator.

        Raises:
            AdminNameError: the name cannot be used, or somebody has it.
            PasswordError: the password is not good enough.
        """
        if clean(name, 60) in await self.names():
            raise AdminNameError(_("Somebody has this name already."))
        await self.set_password(name, password, role)

    async def everybody(self) -> list[Admin]:
        """Everybody who may log in, by name."""
        async with self._sessions() as session:
            return list(await session.scalars(select(Admin).order_by(Admin.name)))

    async def set_role(self, admin_id: int, role: Role) -> str | None:
        """Give somebody a role; their name, None where there is nobody.

        Raises:
            LastOwnerError: they alone own the installation.
        """
        async with self._sessions.begin() as session:
            admin = await _kept(session, admin_id, role)
            if admin is None:
                return None
            admin.role = role
            return admin.name

    async def remove(self, admin_id: int) -> str | None:
        """Remove somebody with their sessions; their name, None where there is nobody.

        Raises:
            LastOwnerError: they alone own the installation.
        """
        async with self._sessions.begin() as session:
            admin = await _kept(session, admin_id, None)
            if admin is None:
                return None
            await session.execute(delete(AdminSession).where(AdminSession.admin_id == admin.id))
            await session.delete(admin)
            return admin.name

    async def set_disabled(self, admin_id: int, *, disabled: bool) -> str | None:
        """Let somebody in no more, whose sessions end, or again; their name, None where there is nobody.

        Raises:
            LastOwnerError: they alone own the installation.
        """
        async with self._sessions.begin() as session:
            admin = await _kept(session, admin_id, None) if disabled else await session.get(Admin, admin_id)
            if admin is None:
                return None
            admin.disabled_at = datetime.now(UTC) if disabled else None
            if disabled:
                await session.execute(delete(AdminSession).where(AdminSession.admin_id == admin.id))
            return admin.name

    async def signed_in(self, subject: str, name: str, role: Role) -> Admin:
        """Whoever comes from the service as `subject`, with this role; made where they are new, by this or a like name.

        The last owner stays one.

        Raises:
            DisabledError: they may not log in.
        """
        async with self._sessions.begin() as session:
            everybody = list(await session.scalars(select(Admin).with_for_update()))
            known = next((one for one in everybody if one.subject == subject), None)
            if known is None:
                taken, wanted = {one.name for one in everybody}, clean(name, 60)[:50] or "?"
                others = (f"{wanted} ({number})" for number in count(2))
                free = next(one for one in chain((wanted,), others) if one not in taken)
                known = Admin(name=free, password="", role=role, subject=subject)
                session.add(known)
            elif known.disabled_at:
                raise DisabledError
            elif known.role != role and (known.role != "owner" or _another_owner(everybody, known)):
                known.role = role
            await session.flush()
            return known

    async def may(self, subject: str) -> bool:
        """Whether whoever this is at the service has not been disabled; somebody who is not known has not."""
        query = select(Admin.disabled_at).where(Admin.subject == subject)
        async with self._sessions() as session:
            return await session.scalar(query) is None

    async def check(self, name: str, password: str) -> Admin | None:
        """The administrator with this name and password; None, as slowly, where there is none."""
        async with self._sessions() as session:
            admin = await _named(session, clean(name, 60))
        right = await passwords.matches(password, admin.password if admin else None)
        return admin if right and admin and admin.disabled_at is None else None

    async def find(self, admin_id: int) -> Admin | None:
        """The administrator with this id."""
        async with self._sessions() as session:
            return await session.get(Admin, admin_id)

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
        known_by = (AdminSession.digest == _digest(token), ~_over(now), Admin.disabled_at.is_(None))
        factor = exists().where(SecondFactor.admin_id == Admin.id, SecondFactor.confirmed_at.is_not(None))
        query = select(AdminSession, Admin, factor).join(Admin).where(*known_by)
        async with self._sessions() as session:
            found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        known, admin, second_factor = found
        if now - known.seen_at >= SEEN_EVERY:
            async with self._sessions.begin() as session:
                await session.execute(update(AdminSession).where(AdminSession.id == known.id).values(seen_at=now))
        return Operator(admin.id, admin.name, known.id, admin.role, second_factor, by_service=not admin.password)

    async def sessions(self) -> list[tuple[AdminSession, str]]:
        """Every session that has not ended, with the administrator's name, the newest first."""
        query = select(AdminSession, Admin.name).join(Admin).where(~_over(datetime.now(UTC)))
        async with self._sessions() as session:
            return [
                (session_row, name)
                for session_row, name in await session.execute(query.order_by(AdminSession.id.desc()))
            ]

    async def end(self, session_id: int, of: int | None = None) -> bool:
        """End one session at once, `of` None: whoever's it is; whether there was one."""
        query = delete(AdminSession).where(AdminSession.id == session_id).returning(AdminSession.id)
        if of is not None:
            query = query.where(AdminSession.admin_id == of)
        async with self._sessions.begin() as session:
            return (await session.scalars(query)).first() is not None

    async def end_others(self, admin_id: int, but: int) -> None:
        """End the sessions of an administrator at once, but for one."""
        others = (AdminSession.admin_id == admin_id, AdminSession.id != but)
        async with self._sessions.begin() as session:
            await session.execute(delete(AdminSession).where(*others))


def _over(now: datetime) -> ColumnElement[bool]:
    return (AdminSession.seen_at < now - SESSION_IDLE_LIMIT) | (AdminSession.created_at < now - SESSION_LIFETIME)


async def _kept(session: AsyncSession, admin_id: int, role: Role | None) -> Admin | None:
    """The administrator, who is about to get that role, or none."""
    everybody = list(await session.scalars(select(Admin).with_for_update()))
    admin = next((one for one in everybody if one.id == admin_id), None)
    if admin and admin.role == "owner" and role != "owner" and not _another_owner(everybody, admin):
        raise LastOwnerError
    return admin


def _another_owner(everybody: list[Admin], than: Admin) -> bool:
    return any(one.role == "owner" and one.disabled_at is None for one in everybody if one is not than)


async def _named(session: AsyncSession, name: str) -> Admin | None:
    return (await session.scalars(select(Admin).where(Admin.name == name))).one_or_none()


def subject(issuer: str, sub: str) -> str:
    """Who somebody is at a service, whatever they are called there: 64 hexadecimal digits."""
    return hashlib.sha256(f"{issuer} {sub}".encode()).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

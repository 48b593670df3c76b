"""Who looks after the installation, how they are known, and what they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.column_types import BigId, UtcDateTime
from app.tables.base import Base, now


class Admin(Base):
    """Somebody who may look after this installation."""

    __tablename__ = "admins"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    password: Mapped[str] = mapped_column(String(200))
    """Argon2id, with its parameters and salt (`app.auth.passwords`); empty: they sign in by another service alone."""
    role: Mapped[str] = mapped_column(String(10), default="owner", server_default="owner")
    """A member of `app.auth.roles.Role`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """When the password was last set."""
    subject: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    """Who they are at the service that they sign in by (`app.auth.admins.subject`)."""
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when they may not log in, in whatever way; null: they may."""


class AdminSession(Base):
    """A browser in which an administrator is logged in. The row goes when the session ends."""

    __tablename__ = "admin_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admins.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the browser's cookie, hexadecimal."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """To the minute."""
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    """What the browser calls itself."""


class SecondFactor(Base):
    """What an administrator's app and we share (`app.auth.second_factor`)."""

    __tablename__ = "second_factors"

    admin_id: Mapped[int] = mapped_column(ForeignKey("admins.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200))
    """Encrypted with SECOND_FACTOR_SECRET, base64."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is asked for; null: nobody has shown yet that an app has it."""
    last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The step of 30 s since the epoch of the newest code that was taken: older ones are taken no more."""


class RecoveryCode(Base):
    """Stands in for a code of the app once. The row goes when it is used."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admins.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256, hexadecimal, of 74 random bits."""


class AuditEntry(Base):
    """One thing that an administrator did, or that was tried in their name. Never what somebody said in a call."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    who: Mapped[str] = mapped_column(String(60))
    """Name of the administrator; empty where nobody is logged in."""
    action: Mapped[str] = mapped_column(String(40))
    """A member of `app.admin.audit.ACTIONS`."""
    subject: Mapped[str] = mapped_column(String(200))
    """What it was done to, as a room's name or a model's."""
    detail: Mapped[str] = mapped_column(String(400))
    address: Mapped[str] = mapped_column(String(64))
    """Where it came from; "command line" for the `jbcalling` command."""

    __table_args__ = (Index(None, "action", "at"),)

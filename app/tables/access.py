"""What others come in by: keys to the speech APIs with their cloned voices, and invitations to make rooms."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.column_types import BigId, UtcDateTime
from app.tables.base import Base, now, random_id


class ApiKey(Base):
    """A program's way in to the speech APIs. Rows stay when a key is revoked: they say who owned what."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    lookup: Mapped[str] = mapped_column(String(12), unique=True)
    """The part of the key that finds it."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the secret part, hexadecimal."""
    scopes: Mapped[str] = mapped_column(String(120))
    """Members of `app.auth.api_keys.SCOPES`, with spaces between."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Voice(Base):
    """A cloned voice. Its reference recording lies in JBC_VAR/voices (`app.speech_api.voices`)."""

    __tablename__ = "voices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=random_id)
    owner_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), index=True)
    """The only key that may see, use and delete it."""
    name: Mapped[str] = mapped_column(String(80))
    consent: Mapped[str] = mapped_column(Text)
    """The statement that the speaker agreed, as it was given."""
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    seconds: Mapped[float] = mapped_column(Float)
    """Length of the reference."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Invitation(Base):
    """A link with which somebody may make rooms (`app.rooms.invitations`). Rows stay when it is revoked."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in the link, hexadecimal."""
    uses: Mapped[int | None] = mapped_column(Integer)
    """Rooms that can be made with it; null: any number."""
    used: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

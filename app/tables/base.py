"""What all tables have in common."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


def now() -> datetime:
    """When a row is made."""
    return datetime.now(UTC)


def random_id() -> str:
    """32 hexadecimal digits that nobody guesses."""
    return uuid.uuid4().hex


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can refer to them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

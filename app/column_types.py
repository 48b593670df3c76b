"""Types of columns: what our values are in SQLite and in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

from tasks.wire.messages import Timeline

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only a column whose type is exactly INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always in UTC: SQLite keeps no time zone, so what it gives back is marked here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class TimelineJson(TypeDecorator[Timeline]):
    """A caption's timeline, as JSON: seconds since the epoch."""

    impl = JSON().with_variant(JSONB, "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Timeline | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002, D102
        return msgspec.to_builtins(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Timeline | None:  # noqa: ANN401, ARG002, D102
        return None if value is None else msgspec.convert(value, Timeline)

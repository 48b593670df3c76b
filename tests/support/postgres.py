"""PostgreSQL for tests."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ops.harness import postgres
from ops.harness.postgres import USER, NoPostgresError, Postgres
from tests.support.installed import or_skipped

__all__ = ["USER", "Postgres", "postgres_server"]


def postgres_server() -> AbstractContextManager[Postgres]:
    """A running cluster, stopped and removed at the end of the block."""
    return or_skipped(postgres.postgres_server(), NoPostgresError)

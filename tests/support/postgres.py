"""PostgreSQL for tests, which are skipped where it is not installed; with CI=true that is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ops.harness import postgres
from ops.harness.postgres import USER, NoPostgresError, Postgres

__all__ = ["USER", "Postgres", "postgres_server"]


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """A running cluster, stopped and removed at the end of the block."""
    try:
        with postgres.postgres_server() as server:
            yield server
    except NoPostgresError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))

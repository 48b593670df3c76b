"""What tests share: an environment of their own, a real PostgreSQL server, an empty database of each kind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.support.postgres import Postgres, postgres_server


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Commands that run within the test process set variables, secrets among them: not for the next test."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return await postgres.create_database()

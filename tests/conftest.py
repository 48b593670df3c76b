"""What tests share: an environment of their own, a real PostgreSQL server, an empty database of each kind."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.support import own_models
from tests.support.kinds import KINDS, held_to, judge, kinds_of
from tests.support.postgres import Postgres, postgres_server

LONGEST_FIRST = (
    "tests/speech_api/test_transcription.py",
    "tests/client/test_gallery.py",
    "tests/client/test_motion.py",
)
"""Files that take so long that two processes would end far apart if one began with them last."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Let nothing that a person has installed or chosen decide what tests find."""
    own_models.begin()


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    own_models.end()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the markers that `-m` looks at, and put the longest files first."""
    for item in items:
        for kind in kinds_of(item):
            item.add_marker(kind)
    first = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: first.get(item.nodeid.split("::")[0], len(first)))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not in what is loaded by now: it took a fifth of the processor time of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a unit test start no service."""
    with held_to(frozenset(kind for kind in KINDS if item.get_closest_marker(kind)), item.nodeid):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """See to it that a unit test that has started one does not pass."""
    try:
        yield
    finally:
        judge()


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Commands that run within the test process set variables, secrets among them: not for the next test."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return await postgres.create_database()

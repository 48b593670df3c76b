"""What tests of the command line share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def own_environment() -> Iterator[None]:
    """Commands that run within the test process set variables, secrets among them: not for the next test."""
    before = os.environ.copy()
    yield
    os.environ.clear()
    os.environ.update(before)

"""Servers that tests are skipped without where they are not installed; with CI=true that is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import pytest

T = TypeVar("T")


@contextmanager
def or_skipped(server: AbstractContextManager[T], missing: type[Exception]) -> Iterator[T]:
    """What `server` gives; `missing` is what it raises where it is not installed."""
    try:
        with server as running:
            yield running
    except missing as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))

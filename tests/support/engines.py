"""Fixtures: the default models, and all engines loaded in the test's process. A conftest imports them by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tasks import installation, registry, serving
from tasks.wire import keys
from tasks.wire.environment import TaskConfig


@pytest.fixture(scope="session")
def models() -> list[str]:
    """The default models, installed."""
    for name in registry.default_models():
        installation.install(name)
    return registry.default_models()


@pytest.fixture(scope="session")
def engines(models: list[str]) -> Iterator[serving.Engines]:
    """All engines, loaded in this process."""
    assert models
    yield serving.load(keys.QUEUES, TaskConfig())
    serving.unload()

"""RabbitMQ for tests, which are skipped where it is not installed; with CI=true that is a failure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ops.harness import rabbitmq_server as harness
from ops.harness.rabbitmq_server import NoRabbitmqError, RabbitmqServer


@contextmanager
def rabbitmq_server() -> Iterator[RabbitmqServer]:
    """A running server, killed and removed at the end of the block."""
    try:
        with harness.rabbitmq_server() as server:
            yield server
    except NoRabbitmqError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))

"""RabbitMQ for tests."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ops.harness import rabbitmq_server as harness
from ops.harness.rabbitmq_server import NoRabbitmqError, RabbitmqServer
from tests.support.installed import or_skipped


def rabbitmq_server() -> AbstractContextManager[RabbitmqServer]:
    """A running server, killed and removed at the end of the block."""
    return or_skipped(harness.rabbitmq_server(), NoRabbitmqError)

"""What a worker's broker is, whichever server holds the queues: one whose consumers can be told to take nothing."""

from __future__ import annotations

from typing import Final

import dramatiq
import redis
from dramatiq.common import q_name

from tasks.call_priority import CallPriority

LOOK_EVERY_SECONDS: Final = 1.0
"""Seconds after which a consumer looks for messages though nobody woke it; also how often a worker proves it lives."""

LOOK_AGAIN_SECONDS: Final = 0.1
"""How often a consumer that takes no messages proves that its worker lives, and looks whether it may end, or begin."""

PREFETCH: Final = 1
"""Messages of one queue that a process takes at once: a model serves one at a time, and a message that waits here
would wait although another process is idle. More processes serve more."""


class WorkerBroker(dramatiq.Broker):
    """The broker of a worker process."""

    fetching = True
    """Whether consumers take messages."""
    held: frozenset[str] = frozenset()
    """Queues of which they take none yet: what these need is still being loaded."""
    worker: str
    """What the process calls itself in heartbeats, in the name of its own queue, and as the owner of streams."""
    store: redis.Redis
    """Where actors read from and publish to."""
    calls: CallPriority
    """What holds the work of APIs back. Here, since it counts what this broker's threads are at."""

    def takes(self, queue_name: str) -> bool:
        """Whether messages of `queue_name` are taken now."""
        return self.fetching and q_name(queue_name) not in self.held

    def stop_fetching(self) -> None:
        """Take no more messages: what is waiting is for other workers.

        For a process that is about to stop its worker, whose threads still finish what they have.
        """
        self.fetching = False

"""Ending tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Final

AGAIN: Final = 0.2
"""Seconds after which a task that goes on is cancelled once more."""


async def end(tasks: Collection[asyncio.Task[None]], again: float = AGAIN) -> None:
    """Cancel tasks until they have ended, every `again` seconds, which must be longer than their last words take.

    Once is not enough: redis-py turns a cancellation that meets it while it connects into an error of its own, which
    a task that outlives such errors takes for one more of them.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again)

"""Ending tasks for certain, and last words that nobody cuts short."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, Final

REPEAT_SECONDS: Final = 0.2
"""Seconds after which a task that goes on is cancelled once more."""


async def end(tasks: Collection[asyncio.Task[None]], again: float = REPEAT_SECONDS) -> None:
    """Cancel tasks until they have ended, every `again` seconds, which must be longer than their last words take.

    Once is not enough: redis-py turns a cancellation that meets it while it connects into an error of its own, which
    a task that outlives such errors takes for one more of them.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=again)


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do what must be done before a cancelled task ends, also when it is cancelled again meanwhile.

    Raises:
        asyncio.CancelledError: it was, and the work is done.
    """
    doing, again = asyncio.create_task(work), False
    while not doing.done():
        try:
            await asyncio.shield(doing)
        except asyncio.CancelledError:
            again = True
    doing.result()
    if again:
        raise asyncio.CancelledError

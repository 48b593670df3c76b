"""Waiting for what cannot announce itself: another process's state."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable


async def until(true: Callable[[], Awaitable[bool]], within: float = 60.0) -> float:
    """Wait until it is so; how many seconds it took.

    Raises:
        TimeoutError: it is not so after `within` seconds.
    """
    began = time.monotonic()
    async with asyncio.timeout(within):
        for _ in itertools.count():
            if await true():
                break
            await asyncio.sleep(0.05)
    return time.monotonic() - began

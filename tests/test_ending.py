from __future__ import annotations

import asyncio

from app.ending import end


async def test_a_task_that_outlives_a_cancellation_is_cancelled_again() -> None:
    cancelled = 0

    async def stubborn() -> None:
        nonlocal cancelled
        while cancelled < 2:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                cancelled += 1

    async def obedient() -> None:
        await asyncio.sleep(3600)

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(obedient())]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end(tasks, again=0.01)
    assert cancelled == 2
    assert tasks[0].done()
    assert tasks[1].cancelled()

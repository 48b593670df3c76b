from __future__ import annotations

import asyncio

import pytest

from app.cancellation import end, to_the_end


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


async def test_last_words_are_spoken_although_it_is_cancelled_again_meanwhile() -> None:
    begun, may_end, spoken = asyncio.Event(), asyncio.Event(), []

    async def last_words() -> None:
        begun.set()
        await may_end.wait()
        spoken.append("farewell")

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await to_the_end(last_words())

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    for _ in range(3):
        task.cancel()
        await asyncio.wait_for(begun.wait(), 10)
        await asyncio.sleep(0)
    assert not task.done()
    may_end.set()
    await asyncio.wait([task], timeout=10)
    assert task.cancelled()
    assert spoken == ["farewell"]


async def test_last_words_that_fail_say_so() -> None:
    async def last_words() -> None:
        raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        await to_the_end(last_words())

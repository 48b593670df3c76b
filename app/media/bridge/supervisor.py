"""Keeps one task per key running: starts what is wanted and missing, cancels what is not wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from app.cancellation import end

log = structlog.get_logger(__name__)

INSIST: Final = 3.0
"""Seconds after which a member that goes on is cancelled once more; goodbyes take less."""

AGAIN: Final = 1.0
"""Seconds after which a member that crashed is replaced by a new one."""


class Member(Protocol):
    """Something that runs until cancelled."""

    def run(self) -> Coroutine[Any, Any, None]:
        """Does its work; may also end by itself, and is then not started again while it is wanted."""
        ...


K = TypeVar("K")
M = TypeVar("M", bound=Member)


class Crew(Generic[K, M]):
    """Members by key, each with its task."""

    def __init__(self) -> None:
        self.members: dict[K, M] = {}
        self._tasks: dict[K, asyncio.Task[None]] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def start(self, key: K, make: Callable[[], M]) -> None:
        """Starts a member under `key`, unless there is one; one that crashes is made anew."""
        if key not in self.members:
            self.members[key] = make()
            self._tasks[key] = asyncio.create_task(self._run(key, make))

    def stop(self, key: K) -> None:
        """Cancels the member under `key`; it says goodbye on its own time."""
        del self.members[key]
        leaving = asyncio.create_task(end({self._tasks.pop(key)}, INSIST))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    def stop_all(self) -> None:
        """Cancels every member."""
        for key in list(self.members):
            self.stop(key)

    async def gone(self, timeout: float) -> None:
        """Returns when every cancelled member has finished, or after `timeout` seconds."""
        if self._leaving:
            _, late = await asyncio.wait(self._leaving, timeout=timeout)
            if late:
                log.error("members of the bridge do not stop", count=len(late))

    async def _run(self, key: K, make: Callable[[], M]) -> None:
        while True:
            try:
                return await self.members[key].run()
            except Exception:
                # One broken track must not take the others along; the log has the bug.
                log.exception("a member of the bridge crashed", kind=type(self.members[key]).__name__, again_in=AGAIN)
            await asyncio.sleep(AGAIN)
            self.members[key] = make()

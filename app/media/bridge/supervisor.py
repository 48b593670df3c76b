"""Keeps one task per key running: starts what is wanted and missing, cancels what is not wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from app.cancellation import end

log = structlog.get_logger(__name__)

CANCEL_AGAIN_SECONDS: Final = 3.0
"""Time after which a member that goes on is cancelled once more; what it does to end takes less."""

RESTART_SECONDS: Final = 1.0
"""Time after which a member that crashed is replaced by a new one."""


class Member(Protocol):
    """Something that runs until cancelled."""

    def run(self) -> Coroutine[Any, Any, None]:
        """Does its work; may also end by itself, and is then not started again while it is wanted."""
        ...


K = TypeVar("K")
M = TypeVar("M", bound=Member)


class Supervisor(Generic[K, M]):
    """Members by key, each with its task."""

    def __init__(self) -> None:
        self.members: dict[K, M] = {}
        self._tasks: dict[K, asyncio.Task[None]] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    def start(self, key: K, make: Callable[[], M]) -> None:
        """Starts a member under `key`, unless there is one; one that crashes is made anew."""
        if key not in self.members:
            self.members[key] = make()
            self._tasks[key] = asyncio.create_task(self._run(key, make))

    def stop(self, key: K) -> None:
        """Cancels the member under `key`; it ends on its own time."""
        del self.members[key]
        stopping = asyncio.create_task(end({self._tasks.pop(key)}, CANCEL_AGAIN_SECONDS))
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopping.discard)

    def stop_all(self) -> None:
        """Cancels every member."""
        for key in list(self.members):
            self.stop(key)

    async def wait_stopped(self, timeout: float) -> None:
        """Waits until every cancelled member has finished, `timeout` seconds at most."""
        if self._stopping:
            _, late = await asyncio.wait(self._stopping, timeout=timeout)
            if late:
                log.error("parts of the bridge did not stop in time", count=len(late))

    async def _run(self, key: K, make: Callable[[], M]) -> None:
        while True:
            try:
                return await self.members[key].run()
            except Exception:
                # One broken track must not take the others along; the log has the bug.
                kind = type(self.members[key]).__name__
                log.exception("a part of the bridge crashed", kind=kind, again_in=RESTART_SECONDS)
            await asyncio.sleep(RESTART_SECONDS)
            self.members[key] = make()

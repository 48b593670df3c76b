"""What the web process does beside answering requests: jobs that run as long as it does, and its ending."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

import structlog
from litestar import Litestar

from app.cancellation import end
from app.captions.feeds import Feeds
from app.web.stopping import on_stop

DRAIN_SECONDS: Final = 2.0
"""What open caption feeds get to end when this process stops."""
RESTART_SECONDS: Final = 1.0
"""Until a job that failed unexpectedly is started again."""

Job = Callable[[], Awaitable[None]]
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

log = structlog.get_logger(__name__)


def lifespan(jobs: Sequence[Job], feeds: Feeds, closing: Sequence[Callable[[], Awaitable[object]]]) -> Lifespan:
    """The lifespan of an application.

    Args:
        jobs: run from its start to its end; one that fails is started again.
        feeds: are told when the process is asked to stop, and get `DRAIN_SECONDS` to end.
        closing: what closes connections, called in order once the jobs have ended.
    """

    @asynccontextmanager
    async def running(_app: Litestar) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_keep_running(job)) for job in jobs]
        try:
            with on_stop(feeds.close):
                yield
        finally:
            feeds.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(feeds.idle.wait(), DRAIN_SECONDS)
            await end(tasks)
            for close in closing:
                await close()

    return running


async def _keep_running(job: Job) -> None:
    """Start a job again after an error that it did not expect, which is logged."""
    while True:
        try:
            await job()
        except Exception as error:
            log.critical("web.job_failed", exc_info=error)
            await asyncio.sleep(RESTART_SECONDS)

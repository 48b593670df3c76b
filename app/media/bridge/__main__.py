"""The bridge process: `python -m app.media.bridge`."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from functools import partial

import structlog

from app.media.bridge.bridge import Bridge
from app.media.bridge.settings import BridgeSettings
from tasks.wire import logs
from tasks.wire.environment import ending_in_one_line
from tasks.wire.queues import enqueue, sending_broker

log = structlog.get_logger(__name__)


async def serve(settings: BridgeSettings) -> None:
    """Runs a bridge until SIGTERM or SIGINT."""
    logs.configure("bridge")
    send = partial(enqueue, sending_broker(settings.tasks.queues_url))
    task = asyncio.create_task(Bridge(settings, send).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("bridge stopped")


def main() -> None:
    """The process."""
    with ending_in_one_line():
        settings = BridgeSettings()
    if sys.platform == "win32":
        asyncio.run(serve(settings))
    else:
        import uvloop

        uvloop.run(serve(settings))
    gc.freeze()  # else the interpreter searches all that was imported for garbage before it ends


if __name__ == "__main__":
    main()

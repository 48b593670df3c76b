"""The bridge process: `python -m app.media.bridge`."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys

import structlog

from app.media.bridge.bridge import Bridge
from app.settings import Settings
from tasks.wire import logs

log = structlog.get_logger(__name__)


async def serve() -> None:
    """Runs a bridge until SIGTERM or SIGINT."""
    from tasks.actors.transcribe import transcribe  # sets the broker up, which needs the environment

    logs.configure("bridge")
    task = asyncio.create_task(Bridge(Settings.of_bridge(), transcribe.send).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("bridge stopped")


def main() -> None:
    """The process."""
    if sys.platform == "win32":
        asyncio.run(serve())
    else:
        import uvloop

        uvloop.run(serve())
    gc.freeze()  # else the interpreter searches all that was imported for garbage before it ends


if __name__ == "__main__":
    main()

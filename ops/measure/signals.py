"""Measurements that end what they started, however they are told to end."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a measurement, as `asyncio.run` does, and let SIGTERM unwind it as Ctrl-C does.

    Further SIGTERMs are not heeded: `timeout` and `make` both send one, and the second would disturb the ending.

    Raises:
        SystemExit: SIGTERM came; everything has been ended by then.
    """
    told = asyncio.Event()

    async def watched() -> Result:
        task = asyncio.ensure_future(main)
        loop = asyncio.get_running_loop()

        def end() -> None:
            if not told.is_set():
                told.set()
                task.cancel()

        loop.add_signal_handler(signal.SIGTERM, end)
        return await task

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        if not told.is_set():
            raise
        sys.exit(128 + signal.SIGTERM)

"""Hearing that this process is to stop before the server waits for open connections to end by themselves."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_stop(close: Callable[[], None]) -> Iterator[None]:
    """Call `close` in the running loop as soon as the process is asked to stop, within the block.

    Granian ends the lifespan only after the last connection has ended, which an open caption feed never does. It
    hears of signals through its event loop; a handler of the interpreter's own is called beside that one, not
    instead of it. Outside the main thread there are no signals to hear, and nothing is done.
    """
    loop = asyncio.get_running_loop()
    before: dict[signal.Signals, Any] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(close)
        previous = before.get(signal.Signals(number))
        if callable(previous):
            previous(number, frame)
        elif previous == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            before[number] = signal.signal(number, stop)
            signal.siginterrupt(number, False)
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)

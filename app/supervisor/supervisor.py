"""Keeps the Procfile's processes running, and stops them one after the other when it is asked to."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from app.supervisor import log_lines
from app.supervisor.log_files import LogFiles
from app.supervisor.process import Process
from app.supervisor.terminal import Terminal

STOP_SECONDS: Final = 10.0
"""How long one process may take to end before it is killed: a worker finishes the sentence that it is at."""
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a request to end, and the terminal being closed."""
STDIN: Final = 0
LOOK_SECONDS: Final = 1.0
"""How often to look whether the terminal is still there."""
MILESTONES: Final = {
    "redis": {"Ready to accept connections": "is up"},
    "sfu": {"SFU listening": "is up"},
    "web": {"Started worker": "is up"},
    "proxy": {"serving initial configuration": "is up"},
    "bridge": {"connected to the SFU": "is up"},
    "worker": {"worker.loading": "is loading models …", "worker.ready": "is up"},
    "installer": {
        "installer.ready": "is up",
        "installer.begins": "is fetching a translator that is missing; the pages show how far it is",
        "installer.installed": "has installed it",
    },
}
"""What beginnings of a process's lines tell of its start, in words for a person."""


class Supervisor:
    """The processes of one installation, from their start to the end of the last.

    Args:
        commands: lines for the shell by name; they are stopped in the reverse of this order.
        environments: of each of them.
        folder: where they run.
        logs: the folder of their log files.
        terminal: where to say what a person should know.
    """

    def __init__(
        self,
        commands: Mapping[str, str],
        environments: Mapping[str, Mapping[str, str]],
        *,
        folder: Path,
        logs: Path,
        terminal: Terminal,
    ) -> None:
        self._terminal = terminal
        self._files = LogFiles(logs)
        self._processes = [
            Process(name, command, env=environments[name], folder=folder, on_line=self._on_line, on_end=self._on_end)
            for name, command in commands.items()
        ]
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asked = asyncio.Event()
        self._stop_callbacks: list[Callable[[], object]] = []

    def on_stop(self, callback: Callable[[], object]) -> None:
        """Call this when everything is about to be stopped."""
        self._stop_callbacks.append(callback)

    async def run(self) -> None:
        """Start everything, and return when all of it has ended because a signal asked for that.

        Raises:
            OSError: a process cannot be started at all; those that were started have been stopped.
        """
        self._listen()
        try:
            for process in self._processes:
                self._tasks[process.name] = asyncio.create_task(process.run())
            watching = asyncio.create_task(self._watch_terminal())
            asked = asyncio.create_task(self._asked.wait())
            await asyncio.wait({asked, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
            asked.cancel()
            watching.cancel()
            await self._stop()
            await asyncio.gather(*self._tasks.values())
        finally:
            for process in self._processes:
                process.kill()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to end."""
        return self._asked.is_set()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has SIGHUP ignored
                loop.add_signal_handler(number, self._on_signal, number)

    async def _watch_terminal(self) -> None:
        """Ask for the end when the terminal has gone: the kernel tells only a `make` that began the session of it."""
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN or not os.isatty(STDIN):
            return
        terminal = select.poll()
        terminal.register(STDIN, 0)
        while not any(event & select.POLLHUP for _, event in terminal.poll(0)):  # noqa: ASYNC110 - no event comes
            await asyncio.sleep(LOOK_SECONDS)
        self._asked.set()

    def _on_signal(self, number: signal.Signals) -> None:
        if not self.stopping:
            self._asked.set()
        elif number == signal.SIGINT:
            running = [process for process in self._processes[::-1] if not self._tasks[process.name].done()]
            self._terminal.say(f"  Killing {_names(running)} at once.")
            for process in running:
                process.kill()

    async def _stop(self) -> None:
        """One after the other: a worker hands back what it had not begun while Redis is there to take it."""
        for callback in self._stop_callbacks:
            callback()
        started = time.monotonic()
        order = self._processes[::-1]
        self._terminal.say(f"\n  Stopping {_names(order)}. Ctrl-C again kills them at once.")
        for process in order:
            process.retire()
        for process in order:
            process.stop()
            _, late = await asyncio.wait({self._tasks[process.name]}, timeout=STOP_SECONDS)
            if late:
                self._terminal.tell(process.name, f"has not ended in {STOP_SECONDS:.0f} s: killed", logging.ERROR)
                process.kill()
                await asyncio.wait(late)
            elif process.status not in (0, -signal.SIGTERM, None) and not process.killed:
                self._terminal.tell(process.name, f"ended with status {process.status}", logging.WARNING)
        self._terminal.say(f"  Stopped in {time.monotonic() - started:.1f} s.")

    def _on_line(self, process: str, line: str) -> None:
        self._files.write(process, line)
        meaning = log_lines.read(line)
        self._terminal.show(process, line, meaning)
        for beginning, words in MILESTONES.get(process, {}).items():
            if meaning.text.startswith(beginning) and not self.stopping:
                self._terminal.tell(process, words)

    def _on_end(self, process: str, words: str) -> None:
        self._files.write(process, words)
        self._terminal.tell(process, words, logging.WARNING)


def _names(processes: list[Process]) -> str:
    return ", ".join(process.name for process in processes)

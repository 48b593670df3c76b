"""What whoever started `jbcalling run` sees: what it says itself, and of the processes' lines those that matter."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Final, TextIO

import click

from app.supervisor.log_lines import LogLine

COLOURS: Final = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "red"}


class Terminal:
    """Writes to a terminal, a pipe or a file; what cannot be written, because it has been closed, is dropped.

    Args:
        output: where to write.
        names: of the processes, for the width of their column.
        everything: show each line as it was printed, not only what matters.
    """

    def __init__(self, output: TextIO, names: list[str], *, everything: bool = False) -> None:
        self._output = output
        self._width = max(map(len, names), default=0)
        self._everything = everything

    def say(self, text: str) -> None:
        """Something of the supervisor's own."""
        with suppress(OSError, ValueError):  # the terminal was closed, and the processes want stopping all the same
            click.echo(text, file=self._output)

    def show(self, process: str, printed: str, meaning: LogLine) -> None:
        """A line that a process printed, if it matters to a person, or if everything is to be shown."""
        if self._everything:
            self.say(f"{self._margin(process)}| {printed}")
        elif meaning.level >= logging.WARNING:
            self.tell(process, meaning.text, meaning.level)

    def tell(self, process: str, text: str, level: int = logging.INFO) -> None:
        """Something about a process; from "warning" on with its level."""
        first, *following = text.splitlines() or [""]
        name = logging.getLevelName(level).lower()
        colour = COLOURS.get(level)
        word = f"{click.style(name, fg=colour)}: " if colour else ""
        self.say("\n".join([f"{self._margin(process)} {word}{first}", *(f"    {line}" for line in following)]))

    def _margin(self, process: str) -> str:
        return f"{datetime.now():%H:%M:%S} {process:<{self._width}} "

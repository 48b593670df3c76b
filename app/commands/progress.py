"""Shows what an installation does: lines, and how far a download is.

That is a bar on a terminal, and elsewhere a line for every tenth.
"""

from __future__ import annotations

import sys
from typing import Final, Protocol

import click

WIDTH: Final = 30
"""Characters of a bar."""


class Reporter(Protocol):
    """Tells a person how it goes."""

    def line(self, text: str) -> None:
        """Say something; see `tasks.models.spec.Progress`."""

    def meter(self, label: str, done: int, total: int) -> None:
        """Say how far a download is; see `tasks.models.spec.Meter`."""


def reporter() -> Reporter:
    """The reporter for this process's standard output."""
    return Bar() if sys.stdout.isatty() else Lines()


class Bar:
    """A bar that is drawn over itself whenever a percent has been added."""

    def __init__(self) -> None:
        self._drawn = ("", -1)

    def line(self, text: str) -> None:
        """Say something, below the bar where one is shown."""
        if self._drawn[0]:
            click.echo()
        self._drawn = ("", -1)
        click.echo(text)

    def meter(self, label: str, done: int, total: int) -> None:
        """Draw the bar anew where it would look different."""
        percent = done * 100 // total if total else done // 1_000_000
        if self._drawn == (label, percent):
            return
        if self._drawn[0] not in ("", label):
            click.echo()
        self._drawn = (label, percent)
        filled = "#" * (percent * WIDTH // 100) if total else ""
        figures = f"{percent:3} % of {total / 1e6:.0f} MB" if total else f"{done / 1e6:.0f} MB"
        click.echo(f"\r{label} [{filled:<{WIDTH}}] {figures}", nl=False)


class Lines:
    """A line for every tenth, so that a log stays readable."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}

    def line(self, text: str) -> None:
        """Say something."""
        click.echo(text)

    def meter(self, label: str, done: int, total: int) -> None:
        """Say it where there is something new to say."""
        tenths = done * 10 // total if total else done // 100_000_000
        if tenths > self._said.get(label, 0):
            of = f" of {total / 1e6:.0f}" if total else ""
            click.echo(f"{label}: {done / 1e6:.0f}{of} MB")
        self._said[label] = tenths

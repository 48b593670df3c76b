"""Who follows a guide on the machines: its commands, each on its host, as far as they can be run without systemd."""

from __future__ import annotations

import asyncio
import shlex
import sys
from pathlib import Path
from typing import Final

from ops.harness.machines import units
from ops.harness.machines.checkouts import Checkouts
from ops.harness.machines.host import do

OURS: Final = ("web", "bridge", "worker")
"""Processes that an update restarts; SFU and Redis only where theirs have changed."""
STOP_WITHIN: Final = 60.0
SYSTEMD: Final = Path("/etc/systemd/system")


class Operator:
    """Does what is written."""

    def __init__(self, machines: Checkouts) -> None:
        self._machines = machines
        self.restarted: set[tuple[str, str]] = set()
        """Host and process."""
        self.stopped: list[str] = []
        """What has been stopped, and not started again."""
        self.said = ""
        """What the last `jbcalling` printed."""

    async def do(self, host: str, words: list[str]) -> None:
        """One command on a host.

        Raises:
            RuntimeError: it failed.
            ValueError: nobody has told how to do that here.
        """
        match words:
            case ["systemctl", ("start" | "stop" | "restart") as how, *names]:
                await asyncio.gather(*(asyncio.to_thread(self._unit, host, how, name) for name in names))
            case ["jbcalling", *rest]:
                await asyncio.to_thread(self._jbcalling, host, rest)
            case ["git", *rest]:
                code = self._machines.code[host]
                await asyncio.to_thread(do, "git", "-C", str(code), *rest)
            case ["cd", "/opt/jbcalling"] | ["make", "setup"]:
                pass  # that is its checkout; setup has been done for all versions
            case _:
                raise ValueError(f"The guide says {words} on {host}, and nobody has told how to do that here")

    def left_alone(self) -> list[str]:
        """Processes of ours that have not been restarted, by host and name."""
        running = [tuple(name.split(" ", 1)) for name in self._machines.running]
        return [" ".join(one) for one in running if one[1].startswith(OURS) and one not in self.restarted]

    def _unit(self, host: str, how: str, name: str) -> None:
        unit = self._read(host, name)
        if how != "start":
            self._machines.hosts[host].stop(unit.name, STOP_WITHIN)
            self.stopped.append(f"{host} {unit.name}")
        if how != "stop":
            self._machines.start(host, unit)
            for command in unit.after:
                self._machines.do(host, unit, command)
            self.stopped.remove(f"{host} {unit.name}")
            self.restarted.add((host, unit.name))

    def _read(self, host: str, name: str) -> units.Unit:
        template, at, instance = name.partition("@")
        root = self._machines.hosts[host].path("/")
        return units.read(root, root / SYSTEMD.relative_to("/") / f"{template}{at}.service", instance or "1")

    def _jbcalling(self, host: str, words: list[str]) -> None:
        command = f"exec {sys.executable} -m app.commands.cli {shlex.join(words)}"
        self.said = self._machines.do(host, self._read(host, "jbcalling-web"), command, given="y\n")

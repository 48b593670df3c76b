"""The machines with a checkout each, so that one can be brought to another version while the others stay at theirs."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ops.harness.machines import units
from ops.harness.machines.addresses import ROLES
from ops.harness.machines.host import do
from ops.harness.machines.installation import Machines
from ops.harness.machines.world import PLACE


class Checkouts(Machines):
    """All of them, set up from the plans of the version that they begin with."""

    def __init__(self, code: Mapping[str, Path], say: Callable[[str], None]) -> None:
        """`code`: machine → its checkout; `say` is told what is being done."""
        super().__init__(say)
        self.code = code
        self._seen += code.values()
        for name, role in ROLES.items():
            words = ["deploy", "plan", *role, "--out", str(PLACE / "plans" / name), "--prefix", str(code[name])]
            program, env = [sys.executable, "-m", "app.commands.cli"], os.environ | {"PYTHONPATH": str(code[name])}
            do(*program, *words, env=env, folder=code[name])

    def start(self, name: str, unit: units.Unit) -> None:
        """Start one unit from the machine's checkout, after what has to be done before it."""
        host = self.hosts[name]
        for folder in ("/var/lib/jbcalling", f"/run/{unit.runtime}"):
            host.path(folder).mkdir(parents=True, exist_ok=True)
        for command in unit.before:
            self.do(name, unit, command)
        host.start(unit.name, unit.command, self._env(name, unit), self.code[name])

    def do(self, name: str, unit: units.Unit, command: str, given: str = "") -> str:
        """Run a command to its end on a machine, in its checkout, with what a unit knows; what it prints.

        Raises:
            RuntimeError: it failed.
        """
        line = f"cd {shlex.quote(str(self.code[name]))} && {command}"
        return do(*self.hosts[name].words("sh", "-c", line), given=given, env=self._env(name, unit))

    def _env(self, name: str, unit: units.Unit) -> dict[str, str]:
        """A unit's; the environment of Python that all share would import this checkout otherwise."""
        return unit.env | {"PYTHONPATH": str(self.code[name])}

"""The lines of the Procfile as systemd runs them: who they run as, what they may use, reach and know."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from honcho.environ import parse_procfile

from app.auth import secrets_file

Role = Literal["edge", "worker", "all"]
ROOT: Final = Path(__file__).resolve().parents[3]
VAR: Final = "/var/lib/jbcalling"
MEDIA: Final = ("sfu", "bridge")
EDGE: Final = ("redis", "web", *MEDIA)
SECRETS: Final = secrets_file.NAMES


@dataclass(frozen=True)
class Facts:
    """What is known of one process beyond its command."""

    what: str
    memory: str
    """MemoryMax: above what was measured under load (docs/operations.md), so that a leak ends in a restart; empty where
    it depends on the models (`memory.of_worker`)."""
    cpu: int
    """CPUWeight, and IOWeight where it is the least; 100 is what everything else on the machine has."""
    oom: int
    """OOMScoreAdjust: who goes first when the machine has no memory left: workers. Audio between people goes last."""
    stop: int
    """Seconds to end in good order."""
    outside: bool = False
    """Whether it speaks with anybody, or only with the machines of this installation."""
    writes: tuple[str, ...] = ()
    """Folders that it may write to."""
    jit: bool = False
    """Whether it makes machine code while it runs: Node, and the models' libraries."""
    after: tuple[str, ...] = ()


FACTS: Final[Mapping[str, Facts]] = {
    "redis": Facts("Redis server", "768M", 200, -300, 10),
    "sfu": Facts("audio and video between people", "1G", 1000, -500, 15, outside=True, jit=True),
    "web": Facts("pages and captions", "1G", 300, -200, 20, writes=(VAR,), after=("redis",)),
    "bridge": Facts(
        "speech into segments, clips into calls", "1G", 400, -200, 10, jit=True,
        after=("redis", "sfu"),
    ),
    "worker": Facts(
        "speech recognition, translation, voices", "", 50, 500, 60, jit=True,
        writes=("/var/cache/jbcalling/models/.measured", "/var/cache/jbcalling/prompts"),
    ),
    "installer": Facts(
        "fetches a translator where none is installed", "1G", 1, 900, 10, outside=True,
        writes=("/var/cache/jbcalling/models",),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """One service."""

    name: str
    command: str
    """ExecStart, with the program by its whole path."""
    facts: Facts
    instances: tuple[int, ...] = ()
    """Numbers of its instances; none: there is one process, which has no number."""

    @property
    def file(self) -> str:
        """The unit's file; one with `@` has numbered instances."""
        return f"jbcalling-{self.name}{'@' if self.instances else ''}.service"

    @property
    def services(self) -> list[str]:
        """What systemd starts of it."""
        return [self.file.replace("@", f"@{number}") for number in self.instances] or [self.file]

    @property
    def keeps(self) -> bool:
        """Whether it may write what the installation keeps: database, voices, backups."""
        return VAR in self.facts.writes

    @property
    def hides(self) -> list[str]:
        """The secrets that it must not know."""
        return secrets_file.withheld(self.name)

    @property
    def needs(self) -> tuple[str, ...]:
        """The secrets that it may know."""
        return secrets_file.NEEDS[self.name]


def units(role: Role, prefix: Path, *, sfu: bool = False, workers: int = 1, webs: int = 1) -> list[Unit]:
    """The services of a role, in the Procfile's order.

    Args:
        role: of the machine.
        prefix: where the checkout lies.
        sfu: whether a worker carries an SFU with its bridge, too.
        workers: processes of them.
        webs: processes of `web`; those of several are numbered from 0, as their ports are.

    Raises:
        KeyError: the Procfile has a line that is not known here: say in `FACTS` what it may do.
    """
    lines = parse_procfile((ROOT / "Procfile").read_text()).processes
    unknown = lines.keys() - FACTS.keys()
    if unknown:
        raise KeyError(f"app/running/deploy/processes.py does not know the Procfile's {', '.join(sorted(unknown))}")
    wanted = {"edge": EDGE, "worker": ("worker", "installer"), "all": tuple(lines)}[role] + (MEDIA if sfu else ())
    instances = {"worker": tuple(range(1, workers + 1)), "web": tuple(range(webs)) if webs > 1 else ()}
    return [_unit(name, lines[name], prefix, instances.get(name, ())) for name in lines if name in wanted]


def _unit(name: str, line: str, prefix: Path, instances: tuple[int, ...]) -> Unit:
    program, *words = shlex.split(line.removeprefix("exec "))
    folder = ".tools/bin" if program == "node" else ".venv/bin"
    command = " ".join([str(prefix / folder / program), *words])
    return Unit(name, command, FACTS[name], instances)

"""A unit of the deploy plan as systemd would run it, for hosts on which there is no systemd: commands and environment.

What systemd adds to that (users, sandboxes, limits) is looked after in `tests/running/test_deploy.py`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.auth import secrets_file


@dataclass(frozen=True)
class Unit:
    """One instance of a unit."""

    name: str
    """redis, web@0."""
    before: tuple[str, ...]
    """Commands that have to succeed first."""
    command: str
    after: tuple[str, ...]
    """Commands at whose end it counts as started."""
    env: dict[str, str]
    runtime: str
    """Folder below /run that it has for itself."""


def read(host: Path, file: Path, instance: str = "1") -> Unit:
    """A unit file, with the settings and secrets that lie on a host whose root is seen at `host`."""
    lines = [line.replace("%i", instance).partition("=") for line in file.read_text().splitlines()]
    found: dict[str, list[str]] = {}
    for name, _, value in lines:
        found.setdefault(name, []).append(value)
    env = {"LANG": "C.UTF-8", "HOME": "/var/lib"} | dict(_pairs(found.get("Environment", [])))
    for path in found.get("EnvironmentFile", []):
        read = secrets_file.read(host / path.lstrip("/"))
        env |= {name: value for name, value in read.items() if name.isidentifier()}
    for name in " ".join(found.get("UnsetEnvironment", [])).split():
        env.pop(name, None)
    return Unit(
        file.stem.removeprefix("jbcalling-") + (instance if file.stem.endswith("@") else ""),
        tuple(found.get("ExecStartPre", [])),
        found["ExecStart"][0],
        tuple(found.get("ExecStartPost", [])),
        env,
        found.get("RuntimeDirectory", [""])[0],
    )


def wanted(host: Path) -> list[Unit]:
    """What jbcalling.target of a host starts, in its order."""
    folder, found = host / "etc/systemd/system", []
    for line in (folder / "jbcalling.target").read_text().splitlines():
        key, _, services = line.partition("=")
        for service in services.split() if key == "Wants" else ():
            name, at, instance = service.removesuffix(".service").partition("@")
            found.append(read(host, folder / f"{name}{at}.service", instance))
    return found


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        for word in shlex.split(line):
            name, _, value = word.partition("=")
            yield name, value

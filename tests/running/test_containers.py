"""The containers run the Procfile as the units of `jbcalling deploy plan` do: none knows what the others do not.

That the images can be built and run is tried by `make containers` (docs/containers.md).
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from app.auth import secrets_file
from app.running.deploy import memory
from app.running.deploy.plan import Server, files, packages
from app.running.deploy.processes import ROOT, Role, Unit, units

CONTAINERS = ROOT / "ops/containers"
IMAGE = (CONTAINERS / "Containerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((CONTAINERS / "compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
PREFIX = Path("/opt/jbcalling")
ON_THE_HOST = {"git", "make", "python3-venv", "nftables", "systemd-timesyncd", "caddy"}
"""Packages of the plan that build an image, or that a server has beside its containers."""
UNITS = {unit.name: unit for unit in units("all", PREFIX)}


def profiles(role: str) -> set[str]:
    """Services that a role starts, but for what is over when `web` begins."""
    return {name for name, service in SERVICES.items() if role in service["profiles"]} - {"migrate"}


def test_each_role_has_the_processes_of_the_plan() -> None:
    for role in get_args(Role):
        wanted = {"edge", "worker"} if role == "all" else {role}
        assert set().union(*map(profiles, wanted)) == {unit.name for unit in units(role, PREFIX)}
    assert {service["image"] for service in SERVICES.values()} == {"jbcalling-edge", "jbcalling-worker"}
    for service in SERVICES.values():
        assert service["build"]["target"] == service["profiles"][0]
        assert f"FROM app AS {service['build']['target']}" in IMAGE


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_container_may_do_what_the_unit_may(unit: Unit) -> None:
    service = SERVICES[unit.name]
    program, *words = unit.command.split()
    assert service["command"].split() == [Path(program).name, *words]
    assert service["user"] == f"jbcalling-{unit.name}"
    assert (service["read_only"], service["cap_drop"], service["network_mode"]) == (True, ["ALL"], "host")
    assert not service.keys() & {"cap_add", "privileged", "ports", "devices", "pid", "ipc"}
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["env_file"] == "/etc/jbcalling/jbcalling.env"
    facts = unit.facts
    assert service["stop_grace_period"] == f"{facts.stop}s"
    assert service["cpu_shares"] == facts.cpu * 1024 // 100
    assert service["oom_score_adj"] == facts.oom
    assert {*facts.after} <= {*service.get("depends_on", {})}
    rendered = files(Server(role="all", prefix=PREFIX))[f"etc/systemd/system/{unit.file}"]
    assert f"TasksMax={service['pids_limit']}\nLimitNOFILE={service['ulimits']['nofile']}\nLimitCORE=0" in rendered


def test_a_worker_may_use_what_its_models_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELS_DIR", str(tmp_path))
    for name, unit in UNITS.items():
        assert SERVICES[name]["mem_limit"] == (unit.facts.memory or f"${{WORKER_MEMORY:-{memory.of_worker()}}}")


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_container_knows_the_secrets_that_its_process_needs(unit: Unit) -> None:
    given = {name for name, readers in secrets_file.GIVEN.items() if unit.name in readers}
    environment: dict[str, str] = SERVICES[unit.name]["environment"]
    secret = {name for name in environment if name in secrets_file.NAMES or name in secrets_file.GIVEN}
    assert secret == {*unit.needs} | given
    assert all(environment[name] == f"${{{name}:-}}" for name in secret), "each comes from secrets.env"


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_a_container_writes_where_the_unit_may(unit: Unit) -> None:
    service = SERVICES[unit.name]
    mounted = [volume.split(":") for volume in service.get("volumes", [])]
    assert {volume for volume, *_ in mounted} <= {*COMPOSE["volumes"]}
    writes = {path for _, path, *how in mounted if how != ["ro"]} - {"/var/backups/jbcalling"}
    assert writes == {*unit.facts.writes}
    assert service["tmpfs"] == ["/tmp", f"/run/jbcalling-{unit.name}"]
    made = re.search(rf"-o jbcalling-{unit.name} -g jbcalling-{unit.name} .*", IMAGE)
    assert not writes or (made and writes & {*made[0].split()}), "the image has it as its user's own"


def test_the_image_has_the_users_the_packages_and_the_environment_of_the_plan() -> None:
    loop = re.search(r"for user in ([a-z0-9: ]+);", IMAGE)
    assert loop is not None
    assert {word.split(":")[0] for word in loop[1].split()} == {*UNITS}
    wanted = {*packages(Server(role="all"))} - ON_THE_HOST
    assert wanted <= {*re.findall(r"[a-z0-9-]+", IMAGE)}
    environment = dict(re.findall(r"^(?:ENV|   ) (\w+)=(\S+)", IMAGE, re.M))
    for unit in UNITS.values():
        has = environment | SERVICES[unit.name]["environment"]
        rendered = files(Server(role="all", prefix=PREFIX))[f"etc/systemd/system/{unit.file}"]
        for line in re.findall(r"^Environment=(.*)$", rendered, re.M):
            for name, _, value in (word.partition("=") for word in shlex.split(line)):
                if name in {"JBC_KEYS", "WORKER_METRICS_HOST"}:
                    continue  # keys are exchanged by secrets.env; metrics are on loopback anyway
                value = value.replace("804%i", "${WORKER_METRICS_PORT:-8041}")
                assert has.get(name) == value, f"{unit.name}: {name}"

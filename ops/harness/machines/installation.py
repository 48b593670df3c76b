"""The installation of docs/operations.md on hosts of this machine: an edge, two workers, and people behind a NAT.

Each is set up from `jbcalling deploy plan`: its settings, its secrets, its units' commands, its firewall, its proxy.
The second worker carries an SFU with its bridge as well, and a TURN server stands by.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
from collections.abc import Callable
from typing import Any, Final

import httpx
from sqlalchemy import make_url

from app.auth import secrets_file
from ops.harness.machines import standby, turn, units
from ops.harness.machines.addresses import (
    CALLERS,
    DOMAINS,
    EDGE,
    HOME,
    HOME_GATEWAY,
    MORE,
    PRIVATE,
    PUBLIC,
    ROLES,
    ROUTER,
    SECRETS_OF,
    SFUS,
    SITE,
    TURN,
)
from ops.harness.machines.database import Database
from ops.harness.machines.host import ROOT, Cable, Host, do, switch
from ops.harness.machines.models import needed_folders, show_models
from ops.harness.machines.names import know_names, trust
from ops.harness.machines.planning import planned
from ops.harness.machines.world import PLACE
from ops.harness.stack import Stack
from ops.harness.waiting import until

NOT_STARTED: Final = "installer"
"""It has nothing to do in a call."""
WEB_PORT: Final = 8000
"""Of the first `web`; a second one has the next."""
OWN_AUTHORITY: Final = "{\n\tlocal_certs\n\tskip_install_trust\n"
NAT: Final = """
table ip nat {
  chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
}
table ip filter {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan" accept
  }
}
"""
"""A home's router: all go out under its one address, and nothing comes in that was not asked for."""
UP_WITHIN: Final = 180.0
"""Seconds for everything to answer: the models of two workers load at once."""
ALL_WELL: Final = ("database", "redis", "sfu", "bridge", "workers", "captions")


class OnMachine(Stack):
    """A machine of the installation as a `Stack`, for what measures from within its network."""

    def __init__(self, machines: Machines) -> None:
        known = machines.secrets
        database = make_url("postgresql+asyncpg://jbcalling@127.0.0.1/jbcalling").set(
            password=known["DATABASE_PASSWORD"]
        )
        self.env = {
            **{"SFU_PORT": "8010", "BRIDGE_PORT": "8030", "WEB_PORT": "8000", "REDIS_PORT": "8050"},
            **{name: known[name] for name in ("SFU_TOKEN_SECRET", "REDIS_PASSWORD")},
            "DATABASE_URL": database.render_as_string(hide_password=False),
        }
        self.folder, self.lines = PLACE / "hosts", {}
        self.running = machines.running

    @property
    def url(self) -> str:
        """The site, as everybody opens it."""
        return SITE

    @property
    def redis_url(self) -> str:
        """The installation's, over the private network."""
        return f"redis://:{self.env['REDIS_PASSWORD']}@{standby.ADDRESS}:{self.env['REDIS_PORT']}/0"


class Machines:
    """All of them. `up` once; they end with the world."""

    def __init__(self, say: Callable[[str], None] = lambda _: None) -> None:
        """`say` is told what is being done."""
        self.hosts: dict[str, Host] = {}
        self.secrets: dict[str, str] = {}
        self.database: Database
        self._say = say
        self._settings: dict[str, str] = {}
        self._seen = needed_folders()

    @property
    def running(self) -> dict[str, subprocess.Popen[bytes]]:
        """Machine and process → that process."""
        return {f"{name} {what}": one for name, host in self.hosts.items() for what, one in host.running.items()}

    async def up(self, settings: dict[str, str] | None = None) -> None:
        """Build, set up, start, and wait until everything answers.

        Args:
            settings: on all machines, as somebody would write them into jbcalling.env.

        Raises:
            TimeoutError: something does not answer; the message says what.
        """
        self._settings = {"MODELS_AUTO": "0"} | (settings or {})
        self._say("building hosts")
        know_names()
        self._build()
        for name in ROLES:
            self._say(f"setting up and starting {name}")
            await asyncio.to_thread(self._install, name)
            await asyncio.to_thread(self._start, name)
        trust([self.hosts[name] for name in SFUS])
        self.hosts[TURN] = await asyncio.to_thread(turn.relay, self.secrets["TURN_SECRET"])
        self._say("waiting for models and pages")
        await self.ready()

    def _build(self) -> None:
        for network in ("public", "private", "home"):
            switch(network)
        for name in ROLES:
            cables = [Cable("private", "eth1", f"{PRIVATE[name]}/24")]
            if name in PUBLIC:
                cables.append(Cable("public", "eth0", f"{PUBLIC[name]}/24"))  # the Internet is one hop from everywhere
            self.hosts[name] = Host(name, cables, self._seen)
        wan, lan = Cable("public", "wan", f"{PUBLIC[ROUTER]}/24"), Cable("home", "lan", f"{HOME_GATEWAY}/24")
        router = self.hosts[ROUTER] = Host(ROUTER, [wan, lan])
        router.do("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        router.do("nft", "-f", "-", given=NAT)
        self.hosts[CALLERS] = Host(CALLERS, [Cable("home", "eth0", f"{HOME}/24", HOME_GATEWAY)])

    def _install(self, name: str) -> None:
        """What INSTALL.md says, but for packages, which are here, and users, which systemd gives to processes."""
        host, plan = self.hosts[name], PLACE / "plans" / name
        if not plan.exists():
            planned(plan, "plan", *ROLES[name], *MORE.get(name, ()), "--prefix", str(ROOT))
        do("cp", "-r", f"{plan}/etc/.", str(host.path("/etc")))
        redis = {"REDIS_HOST": standby.ADDRESS}  # so that another host can take it over
        if name == EDGE:
            standby.begin(host)
            redis["REDIS_BIND"] = f"127.0.0.1 {PRIVATE[EDGE]} {standby.ADDRESS}"
        with host.path("/etc/jbcalling/jbcalling.env").open("a") as file:
            file.writelines(f'{setting}="{value}"\n' for setting, value in (redis | self._settings).items())
        show_models(host)
        secrets = host.path("/etc/jbcalling/secrets.env")
        if name == EDGE:
            self.secrets = secrets_file.load_or_create(secrets)
            self.database = Database(host)
            self.database.install(self.secrets["DATABASE_PASSWORD"])
        else:
            secrets.write_text("".join(f"{one}={shlex.quote(self.secrets[one])}\n" for one in SECRETS_OF[name]))
        host.do("nft", "-f", "/etc/nftables.conf")

    def _start(self, name: str) -> None:
        host = self.hosts[name]
        if name in DOMAINS:  # no certificate authority reaches it here, so it is its own
            file = host.path("/etc/caddy/Caddyfile")
            file.write_text(file.read_text().replace("{\n", OWN_AUTHORITY, 1))
            env = os.environ | {"HOME": "/var/lib/caddy", "XDG_DATA_HOME": "/var/lib/caddy"}
            host.path("/var/lib/caddy").mkdir(exist_ok=True)
            host.start("caddy", "caddy run --config /etc/caddy/Caddyfile --adapter caddyfile", env)
        for unit in units.wanted(host.path("/")):
            if unit.name != NOT_STARTED:
                self.start(name, unit)

    def start(self, name: str, unit: units.Unit) -> None:
        """Start one unit on a machine, after what has to be done before it."""
        host = self.hosts[name]
        for folder in ("/var/lib/jbcalling", f"/run/{unit.runtime}"):
            host.path(folder).mkdir(parents=True, exist_ok=True)
        for command in unit.before:
            line = f"cd {shlex.quote(str(ROOT))} && {command}"
            subprocess.run(host.words("sh", "-c", line), env=unit.env, check=True, capture_output=True)
        host.start(unit.name, unit.command, unit.env)

    def revive(self, name: str) -> None:
        """Switch a machine that died on again, and set it up anew."""
        self.hosts[name].revive()
        self._install(name)
        self._start(name)
        if name in SFUS:
            trust([self.hosts[one] for one in SFUS])

    async def ready(self, within: float = UP_WITHIN, *, workers: int = 2, gone: str = "") -> None:
        """Wait until `/ready` of the edge has nothing to complain of, with so many workers.

        `gone`: a machine with an SFU of which it is to complain.

        Raises:
            TimeoutError: it still has.
        """
        states: list[dict[str, Any]] = []

        async def well() -> bool:
            nonlocal states
            if dead := {name: host.ended() for name, host in self.hosts.items() if host.ended()}:
                raise RuntimeError(f"ended by themselves: {dead}\n{self.logs()}")
            states = await self.states()
            wanted = dict.fromkeys(ALL_WELL, "ok") | ({"sfu": "degraded"} if gone else {})
            return all(
                all(state.get(name, {}).get("state") == how for name, how in wanted.items())
                and state["workers"]["detail"].startswith(f"{workers} ")
                for state in states
            )

        try:
            await until(well, within)
        except TimeoutError:
            raise TimeoutError(f"not ready: {states}\n{self.logs()}") from None

    async def states(self) -> list[dict[str, Any]]:
        """What `/ready` of each `web` says of what it depends on; nothing where it does not answer."""
        edge = self.hosts[EDGE].inside()
        return [await edge.run(_ready(WEB_PORT + number)) for number, _ in enumerate(self.webs())]

    def webs(self) -> list[units.Unit]:
        """The processes of `web` on the edge."""
        return [unit for unit in units.wanted(self.hosts[EDGE].path("/")) if unit.name.startswith("web")]

    def logs(self) -> str:
        """The end of what each process has printed."""
        files = sorted((PLACE / "hosts").glob("*.log"))
        return "".join(f"\n--- {file.stem}\n{file.read_text(errors='replace')[-1500:]}" for file in files)


async def _ready(port: int) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        try:
            found: dict[str, Any] = (await client.get(f"http://127.0.0.1:{port}/ready")).json()["dependencies"]
        except (httpx.HTTPError, KeyError):
            return {}
    return found

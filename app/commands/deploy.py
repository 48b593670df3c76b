"""`jbcalling deploy`: from one Procfile to servers that look after themselves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import click

from app.running.deploy import plan as plans
from app.running.deploy import turn as turns
from app.running.deploy.processes import Role

_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)


class _Address(click.ParamType[str]):
    """An IPv4 address, which is what nftables, systemd and the SFU take alike; with `version` 6 one of IPv6."""

    name = "address"

    def __init__(self, version: Literal[4, 6] = 4) -> None:
        self._version = version

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address as it is written everywhere."""
        try:
            return str(ipaddress.IPv4Address(value) if self._version == 4 else ipaddress.IPv6Address(value))
        except ValueError:
            self.fail(f"{value!r} is not an IPv{self._version} address", param, ctx)


class _Sfu(click.ParamType[tuple[str, str]]):
    """NAME=ADDRESS of a machine that carries an SFU: what browsers open, and where `web` reaches it."""

    name = "name=address"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Both."""
        if isinstance(value, tuple):
            return value
        domain, _, address = value.partition("=")
        if not _DOMAIN.fullmatch(domain):
            self.fail(f"{domain!r} is not a name", param, ctx)
        return domain, _Address().convert(address, param, ctx)


@click.group()
def deploy() -> None:
    """Put JB Calling on servers: systemd units, firewall, proxy, settings."""


@deploy.command()
@click.option("--role", type=click.Choice(get_args(Role)), required=True, help="What this server does.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="An empty folder to write to.")
@click.option("--domain", default="", help="The name that people open (edge, all).")
@click.option("--address", type=_Address(), help="The public address; for a worker, the private one.")
@click.option("--address6", type=_Address(6), help="The public IPv6 address, if it has one, for media (edge, all).")
@click.option("--email", default="", help="Contact address for the certificate authority.")
@click.option("--edge", type=_Address(), help="The edge's private address, if workers are elsewhere.")
@click.option("--worker", "workers", type=_Address(), multiple=True, help="A worker's private address; repeat it.")
@click.option("--sfu", "sfus", type=_Sfu(), multiple=True, help="A worker with an SFU: NAME=ADDRESS.")
@click.option("--sfu-domain", default="", help="The name of the SFU that this worker carries, with its bridge.")
@click.option("--public", type=_Address(), help="The public address of a worker that carries an SFU.")
@click.option("--turn", default="", help="The name of a TURN server, as planned by `deploy turn`.")
@click.option("--instances", type=click.IntRange(1, 9), default=1, show_default=True, help="Worker processes here.")
@click.option("--webs", type=click.IntRange(1, 4), default=1, show_default=True, help="Processes of web here.")
@click.option("--sfu-workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Media workers.")
@click.option("--postgresql", is_flag=True, help="PostgreSQL on this machine instead of SQLite.")
@click.option("--prefix", type=click.Path(path_type=Path), default=Path("/opt/jbcalling"), show_default=True)
def plan(role: Role, out: Path, **options: object) -> None:
    """Write everything one server needs into OUT, which mirrors its root; this machine is not changed."""
    given = {name: value for name, value in options.items() if value is not None}
    server = plans.Server(role=role, **given)  # type: ignore[arg-type] # click has checked them
    if lacking := _lacking(server):
        raise click.UsageError(lacking)
    _write(plans.files(server), out)


@deploy.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="An empty folder to write to.")
@click.option("--domain", required=True, help="The name that browsers look for.")
@click.option("--address", type=_Address(), required=True, help="The public address of this machine.")
@click.option("--sfu", "sfus", type=_Address(), multiple=True, required=True, help="An SFU's address; repeat it.")
@click.option("--email", default="", help="Contact address for the certificate authority.")
def turn(out: Path, domain: str, address: str, sfus: tuple[str, ...], email: str) -> None:
    """Write what a machine with coturn needs into OUT, which mirrors its root; this machine is not changed."""
    if not _DOMAIN.fullmatch(domain):
        raise click.UsageError(f"{domain!r} is not a name.")
    _write(turns.files(turns.TurnServer(domain, address, sfus, email)), out)


def _write(planned: Mapping[str, str], out: Path) -> None:
    if out.exists() and any(out.iterdir()):
        raise click.UsageError(f"{out} is not empty: name a new folder.")
    for path in plans.write(planned, out):
        click.echo(path)
    click.echo(f"Next: {out / 'INSTALL.md'}")


def _lacking(server: plans.Server) -> str:
    """What the plan lacks, or has too much of; empty where it can be written."""
    media = bool(server.sfu_domain or server.public)
    named = bool(_DOMAIN.fullmatch(server.sfu_domain) and server.public)
    told = {
        "An edge needs --domain, the name that people open, and --address, its public address.": server.serves
        and not (_DOMAIN.fullmatch(server.domain) and server.address),
        "A worker has no IPv6 for media: leave out --address6.": not server.serves and bool(server.address6),
        "A worker needs --edge and --address: where Redis is, and its own private address.": not server.serves
        and not (server.edge and server.address),
        "Workers elsewhere need --edge, this machine's private address, and --worker, theirs.": bool(server.edge)
        != any(server.peers),
        "An edge has an SFU anyway: --sfu names those of other machines.": server.serves and media,
        "A worker that carries an SFU needs --sfu-domain, its name, and --public, its address.": media and not named,
        "A worker has no pages: leave out --sfu.": not server.serves and bool(server.sfus),
        f"{server.turn!r} is not a name.": bool(server.turn) and not _DOMAIN.fullmatch(server.turn),
        "A worker has no pages: leave out --turn.": not server.serves and bool(server.turn),
        "A worker has no pages: leave out --webs.": not server.serves and server.webs > 1,
    }
    return next((text for text, so in told.items() if so), "")

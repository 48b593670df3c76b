"""`jbcalling keys`: make, list and revoke API keys."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import click

from app.auth.api_keys import SCOPES, ApiKeys, KeyNameError
from app.commands.database import with_sessions
from app.settings.installation import InstallationSettings
from app.supervisor import runner

T = TypeVar("T")


@click.group()
def keys() -> None:
    """API keys, with which programs use the speech APIs."""


@keys.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="May be repeated; default: all.")
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it once: it cannot be shown again."""
    click.echo(_with_keys(lambda known: known.create(name, scopes or SCOPES)))


@keys.command("list")
def list_keys() -> None:
    """List the keys with their scopes and when they were last used; never the keys themselves."""
    for key in _with_keys(lambda known: known.all()):
        state = f"revoked {_day(key.revoked_at)}" if key.revoked_at else f"last used {_day(key.last_used_at)}"
        click.echo(f"{key.name:<24} {key.scopes:<32} made {_day(key.created_at)}, {state}")


@keys.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Revoke a key: it stops working at once."""
    if not _with_keys(lambda known: known.revoke(name)):
        raise click.ClickException(f"There is no key named {name!r} in use: see `jbcalling keys list`.")
    click.echo(f"The key {name!r} is revoked. Voices that it cloned stay: see `jbcalling voices list`.")


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d") if moment else "never"


def _with_keys(work: Callable[[ApiKeys], Awaitable[T]]) -> T:
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    settings = InstallationSettings()
    try:
        return with_sessions("keys", settings, lambda sessions: work(ApiKeys(sessions)))
    except KeyNameError as error:
        raise click.ClickException(str(error)) from error

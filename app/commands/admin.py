"""`jbcalling admin`: the password of the administration, from the machine itself."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial

import click

from app.admin.audit import COMMAND_LINE, Audit
from app.auth import setup_code
from app.auth.admins import AdminNameError, Admins, LastOwnerError
from app.auth.passwords import PasswordError
from app.auth.second_factor import SecondFactors
from app.commands.database import with_sessions
from app.db import Sessions
from app.settings.installation import InstallationSettings
from app.supervisor import runner
from app.tables import Admin


@click.group()
def admin() -> None:
    """Access to the administration pages."""


@admin.command("set-password")
@click.option("--name", default="admin", show_default=True, help="Which administrator; created if new.")
@click.password_option(help="Prompted for if not given.")
def set_password(name: str, password: str) -> None:
    """Set the password of an administrator, and log them out everywhere."""
    settings = _settings()
    try:
        with_sessions("administrators", settings, lambda sessions: give_password(sessions, name, password))
    except (AdminNameError, PasswordError) as error:
        raise click.ClickException(str(error)) from error
    setup_code.discard(settings.var_dir)
    click.echo(f"The password of {name} is set. Log in at /admin.")


@admin.command("list")
def list_administrators() -> None:
    """Name everybody who may log in, with their roles, and who has a second factor."""
    people, factors = with_sessions("administrators", _settings(), _everybody)
    for one in people:
        second = ", second factor" if one.id in factors else ""
        click.echo(f"{one.name}: {one.role}{second}{', disabled' if one.disabled_at else ''}")


@admin.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove an administrator, and log them out everywhere."""
    _change(name, "admin.removed", Admins.remove)
    click.echo(f"{name} is no administrator any more.")


@admin.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """Let an administrator in no more, by password or by a sign-in service, and log them out everywhere."""
    _change(name, "admin.disabled", partial(Admins.set_disabled, disabled=True))
    click.echo(f"{name} is disabled.")


@admin.command("enable")
@click.argument("name")
def enable(name: str) -> None:
    """Let an administrator in again who was disabled."""
    _change(name, "admin.enabled", partial(Admins.set_disabled, disabled=False))
    click.echo(f"{name} may log in again.")


def _change(name: str, action: str, change: Callable[[Admins, int], Awaitable[object]]) -> None:
    async def run(sessions: Sessions) -> None:
        await change(Admins(sessions), await _id_of(sessions, name))
        await Audit(sessions).note("", action, name, address=COMMAND_LINE)

    try:
        with_sessions("administrators", _settings(), run)
    except LastOwnerError as error:
        raise click.ClickException("nobody else owns the installation: make another owner first") from error


@admin.command("remove-second-factor")
@click.argument("name")
def remove_second_factor(name: str) -> None:
    """Let an administrator who has lost phone and recovery codes log in with the password alone."""
    if not with_sessions("administrators", _settings(), lambda sessions: _remove_second_factor(sessions, name)):
        raise click.ClickException(f"{name} has no second factor")
    click.echo(f"{name} logs in with the password alone now, and should set up a second factor again.")


async def _remove_second_factor(sessions: Sessions, name: str) -> bool:
    if not await SecondFactors(sessions, "").remove(await _id_of(sessions, name)):
        return False
    await Audit(sessions).note("", "factor.removed", name, address=COMMAND_LINE)
    return True


async def _everybody(sessions: Sessions) -> tuple[list[Admin], set[int]]:
    return await Admins(sessions).everybody(), await SecondFactors(sessions, "").holders()


async def _id_of(sessions: Sessions, name: str) -> int:
    person = next((one.id for one in await Admins(sessions).everybody() if one.name == name), None)
    if person is None:
        raise click.ClickException(f"there is no administrator {name}")
    return person


@admin.command("setup-code")
def show_code() -> None:
    """Print the code for setting the first password at /admin/setup; make one if there is none."""
    click.echo(setup_code.make(_settings().var_dir))


async def give_password(sessions: Sessions, name: str, password: str) -> None:
    """Set a password as somebody at the machine itself may, and note it in the audit log.

    Raises:
        AdminNameError, PasswordError: see `Admins.set_password`.
    """
    await Admins(sessions).set_password(name, password)
    await Audit(sessions).note("", "password.set", name, address=COMMAND_LINE)


def _settings() -> InstallationSettings:
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    return InstallationSettings()

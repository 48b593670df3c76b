"""`jbcalling migrations`: which changes of the database go back to an older version, what is lost, and going back."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import Final

import click
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from app import migrate
from app.db import create_engine
from app.running import going_back
from app.running.going_back import Loss, Step
from app.settings.installation import InstallationSettings
from app.supervisor import runner

BEFORE_ALL: Final = "base"
"""The revision of an empty database."""


@click.group(invoke_without_command=True)
@click.pass_context
def migrations(context: click.Context) -> None:
    """Say of every migration of the database whether it goes back, and what would be lost."""
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    os.environ.update(runner.environment(Path(os.environ["JBC_VAR"]), make=False))
    if context.invoked_subcommand is None:
        _tell(InstallationSettings(), BEFORE_ALL)


@migrations.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
def back(revision: str, yes: bool) -> None:
    """Take the database back to REVISION, the newest that an older version of JB Calling knows.

    Says what would be lost before anything is done. Stop `web` first, and start the older version afterwards.
    """
    settings = InstallationSettings()
    steps = _tell(settings, revision)
    if steps and steps[-1].fault:
        raise click.ClickException(f"{steps[-1].revision} does not go back: restore a backup of before it instead.")
    with socket.socket() as trying:
        trying.settimeout(2.0)
        if trying.connect_ex((settings.web_address, settings.web_port)) == 0:
            raise click.ClickException("`web` is running: stop it first (systemctl stop jbcalling-web).")
    if not yes:
        click.confirm("Go back?", abort=True)
    migrate.downgrade(revision)
    click.echo(f"The database is at {revision}.")


def _tell(settings: InstallationSettings, older: str) -> list[Step]:
    """Print what going back would take along; the steps.

    Raises:
        click.ClickException: the database does not answer, or there is no way from one revision to the other.
    """
    try:
        present, steps, lost = asyncio.run(_look(settings, older))
    except CommandError as error:
        raise click.ClickException(f"There is no way back to {older}: {error}") from error
    except (SQLAlchemyError, OSError) as error:
        raise click.ClickException(f"The database cannot be reached ({type(error).__name__}).") from error
    click.echo(f"The database is at {present}. Going back over")
    for step in steps:
        click.echo(f"  {step.revision} {step.what} {_outcome(step, lost)}")
    return steps


def _outcome(step: Step, lost: dict[Loss, int]) -> str:
    if step.fault:
        return f"Does not go back: {step.fault}"
    found = [f"{loss} (in {lost[loss]} rows)" for loss in step.losses if loss in lost]
    return f"Loses {', '.join(found)}." if found else "Loses nothing."


async def _look(settings: InstallationSettings, older: str) -> tuple[str, list[Step], dict[Loss, int]]:
    engine = create_engine(settings.sqlalchemy_url)
    try:
        present = await migrate.present(engine)
        if present is None:
            raise click.ClickException("The database has no tables yet.")
        steps = await asyncio.to_thread(going_back.steps, present, older)
        losses = tuple(loss for step in steps for loss in step.losses)
        return present, steps, await going_back.rows(engine, losses)
    finally:
        await engine.dispose()

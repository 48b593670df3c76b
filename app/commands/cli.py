"""The `jbcalling` command: run, look after and repair an installation."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from app import __version__
from app.auth import setup_code
from app.auth.admins import Admins
from app.commands.admin import admin
from app.commands.backup import backup, restore
from app.commands.database import with_sessions
from app.commands.deploy import deploy
from app.commands.keys import keys
from app.commands.languages import languages
from app.commands.migrations import migrations
from app.commands.models import models
from app.commands.secrets import secrets
from app.commands.storage import storage
from app.commands.trace import trace
from app.commands.transcripts import transcripts
from app.commands.voices import voices
from app.commands.workers import workers
from app.running import doctor
from app.settings.web import WebSettings
from app.supervisor import runner
from tasks.wire.environment import ending_in_one_line, env


def _var_dir() -> Path:
    return Path(env("JBC_VAR", str(runner.ROOT / "var"))).resolve()


class _Commands(click.Group):
    """Says in one line which setting a command cannot use."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with ending_in_one_line():
            return super().invoke(ctx)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="JB Calling")
def main() -> None:
    """JB Calling: calls between people who do not share a language."""


@main.command()
@click.option("--lan", is_flag=True, help="Serve HTTPS to the network of this machine, with Caddy.")
def run(*, lan: bool) -> None:
    """Start every process of the Procfile on this machine and print the address."""
    sys.exit(runner.run(_var_dir(), _setup_code, for_lan=lan))


def _setup_code(settings: WebSettings) -> str:
    known = with_sessions("administrators", settings, lambda sessions: Admins(sessions).owned())
    return "" if known else setup_code.make(settings.var_dir)


@main.command("doctor")
def check() -> None:
    """Check versions, ports, worker binary, models, Redis, database and queues; say what to do about each fault."""
    os.environ.update(runner.environment(_var_dir(), make=False))
    findings = asyncio.run(doctor.examine())
    for finding in findings:
        click.echo(finding.line())
    failures = sum(finding.state == doctor.State.FAIL for finding in findings)
    click.echo(f"\n{len(findings)} checks, {failures} failed.")
    sys.exit(1 if failures else 0)


main.add_command(languages)
main.add_command(models)
main.add_command(backup)
main.add_command(restore)
main.add_command(deploy)
main.add_command(secrets)
main.add_command(keys)
main.add_command(transcripts)
main.add_command(storage)
main.add_command(admin)
main.add_command(voices)
main.add_command(trace)
main.add_command(workers)
main.add_command(migrations)


if __name__ == "__main__":
    main()

"""The `jbcalling` command: run, look after and repair an installation."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click

from app.running import doctor, runner, secrets
from tasks import registry
from tasks.config import env


def _var_dir() -> Path:
    return Path(env("JBC_VAR", str(runner.ROOT / "var"))).resolve()


@click.group()
def main() -> None:
    """JB Calling: calls between people who do not share a language."""


@main.command()
def run() -> None:
    """Start every process of the Procfile on this machine and print the address."""
    sys.exit(runner.run(_var_dir()))


@main.command("secrets")
def make_secrets() -> None:
    """Make the secrets that are missing; existing ones stay."""
    path = _var_dir() / "secrets.env"
    secrets.load_or_create(path)
    click.echo(f"The secrets are in {path}; only its owner can read it.")


@main.command("doctor")
def check() -> None:
    """Check versions, ports, worker binary, models, Redis, database and queues; say what to do about each fault."""
    os.environ.update(runner.environment(_var_dir()))
    findings = asyncio.run(doctor.examine())
    for finding in findings:
        click.echo(finding.line())
    failures = sum(finding.state == doctor.State.FAIL for finding in findings)
    click.echo(f"\n{len(findings)} checks, {failures} failed.")
    sys.exit(1 if failures else 0)


@main.group()
def models() -> None:
    """The speech and translation models: which there are, whether they are here and whole."""


@models.command("list")
def list_models() -> None:
    """Every model with its languages, licence, size and state."""
    for model in registry.list_models():
        state = "installed" if model.installed else "not installed"
        where = f"in the package {model.bundled_with}" if model.bundled_with else f"{model.size / 1e6:.0f} MB"
        languages = "/".join(model.languages)
        click.echo(f"{model.name:<20} {languages:<10} {model.licence:<14} {state:<14} {where}")


@models.command()
@click.argument("names", nargs=-1)
@click.option("--default", "default", is_flag=True, help="Install the models that a new installation needs.")
def install(names: tuple[str, ...], default: bool) -> None:
    """Install models by name; one that is here already is left alone."""
    wanted = list(names) + (registry.default_models() if default else [])
    if not wanted:
        raise click.UsageError("Name a model (see `jbcalling models list`) or give --default.")
    for name in wanted:
        try:
            registry.install(name, click.echo)
        except registry.ModelError as error:
            raise click.ClickException(str(error)) from error


@models.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Check installed models against their digests."""
    failed = False
    for name in names or [m.name for m in registry.list_models()]:
        try:
            registry.verify(name)
            click.echo(f"{name}: whole")
        except registry.ModelError as error:
            failed = True
            click.echo(f"{name}: {error}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

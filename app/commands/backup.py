"""`jbcalling backup` and `jbcalling restore`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
from pyrage.x25519 import Identity

from app.running.backup import keys, making, restoring
from app.running.backup.errors import BackupError
from app.settings.backup import BackupConfig
from app.supervisor import runner

Function = TypeVar("Function", bound=Callable[..., object])


@click.group(invoke_without_command=True)
@click.pass_context
def backup(context: click.Context) -> None:
    """Save database, voices, secrets and certificates in one encrypted file, and verify it by restoring it."""
    if context.invoked_subcommand is None:
        with _told():
            made = making.make(_config())
        click.echo(f"{made}: {made.stat().st_size / 1e6:.1f} MB, verified by restoring it.")


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make the key that opens backups, in FILE, and print its public half.

    Keep FILE away from the machines it is for. BACKUP_PASSPHRASE, or what is typed, locks it; nothing leaves it open.
    """
    passphrase = os.environ.get("BACKUP_PASSPHRASE")
    if passphrase is None:
        passphrase = click.prompt(
            "Passphrase (empty: none)", default="", hide_input=True, confirmation_prompt=True, show_default=False
        )
    with _told():
        public = keys.create(file, passphrase)
    click.echo(f"BACKUP_RECIPIENT={public}")


@backup.command("list")
def list_backups() -> None:
    """List the backups in BACKUP_DIR, oldest first."""
    for path in making.existing(_config()):
        click.echo(f"{path.stat().st_size / 1e6:9.1f} MB  {path}")


def _with_key(command: Function) -> Function:
    file = click.Path(path_type=Path, exists=True, dir_okay=False)
    option = click.option("--key", "key_file", required=True, type=file, help="What `jbcalling backup key` made.")
    return click.argument("file", type=file)(option(command))


@backup.command()
@_with_key
def verify(file: Path, key_file: Path) -> None:
    """Restore FILE into a scratch database and compare."""
    with _told():
        config, identity = _config(), _identity(key_file)
        config.settings.var_dir.mkdir(parents=True, exist_ok=True)
        with making.scratch(config.settings.var_dir) as folder:
            found = making.prove(file, identity, config, folder)
    click.echo(f"{file.name} is intact: {len(found.files)} files, {len(found.tables)} tables, of {found.made_at} UTC.")


@click.command()
@_with_key
@click.option("--replace", is_flag=True, help="Replace a database that is not empty.")
def restore(file: Path, key_file: Path, replace: bool) -> None:
    """Replace what is here with the backup in FILE; `web` must not be running."""
    with _told():
        restoring.restore(file, _identity(key_file), _config(), replace=replace, say=click.echo)


def _identity(key_file: Path) -> Identity:
    passphrase = ""
    if keys.locked(key_file):
        passphrase = os.environ.get("BACKUP_PASSPHRASE") or click.prompt("Passphrase", hide_input=True)
    return keys.load(key_file, passphrase)


def _config() -> BackupConfig:
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    return BackupConfig()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BackupError, OSError) as error:
        raise click.ClickException(str(error)) from error

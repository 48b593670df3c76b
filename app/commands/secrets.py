"""`jbcalling secrets`: make what is missing, and exchange what may have been seen, without ending a call."""

from __future__ import annotations

import asyncio
import os
import secrets as random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import click
import redis
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.auth import secrets_file as files
from app.auth.keyset import KeySet
from app.auth.tokens import LIFETIME
from app.commands.admin import give_password
from app.db import create_engine, create_sessions
from app.settings.installation import InstallationSettings
from app.settings.web import WebSettings
from app.supervisor import runner
from tasks.wire.environment import NEEDED_REDIS_PASSWORD, REDIS_WORKER_PASSWORD, WORKER_ACCOUNT, env

SESSION_GRACE_SECONDS: Final = 86_400.0
"""Seconds in which a visitor's cookie of the old key is still taken, and written anew with the new one."""
TOKEN_GRACE_SECONDS: Final = 2.0 * LIFETIME
"""Seconds in which the SFU takes tokens of the old key: their whole life, twice, for clocks that differ."""


@click.group(invoke_without_command=True)
@click.pass_context
def secrets(context: click.Context) -> None:
    """Create missing secrets; existing ones are kept."""
    if context.invoked_subcommand is None:
        path = _file()
        files.load_or_create(path)
        click.echo(f"The secrets are in {path}; only its owner can read it.")


@secrets.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(["session", "token", "redis", "database", "admin"]))
@click.option("--at-once", is_flag=True, help="End old keys and tokens now, because one was stolen.")
@click.option("--name", default="admin", show_default=True, help="Which administrator's password.")
def rotate(names: tuple[str, ...], at_once: bool, name: str) -> None:
    """Rotate secrets. Calls go on: what is signed with an old key is accepted while it is valid.

    session: cookies and CSRF tokens. token: the way into the SFU. redis, database: passwords of the servers.
    admin: a new password, printed once; the administrator is logged out everywhere.
    """
    os.environ.update(files.read(_file()))
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    os.environ.setdefault("JBC_KEYS", str(Path(os.environ["JBC_VAR"]) / "keys"))
    settings = WebSettings()
    try:
        for secret in names:
            match secret:
                case "session":
                    _keys(settings.session_keys, "SESSION_SECRET", 0.0 if at_once else SESSION_GRACE_SECONDS)
                case "token":
                    _keys(settings.sfu_token_keys, "SFU_TOKEN_SECRET", 0.0 if at_once else TOKEN_GRACE_SECONDS)
                case "redis":
                    _redis(settings, at_once=at_once)
                case "database":
                    _database(settings)
                case "admin":
                    _admin(settings, name)
    except (OSError, ValueError, redis.RedisError, SQLAlchemyError) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from error


@secrets.command()
def retire() -> None:
    """Make Redis forget its old passwords, once every process has restarted with the new one."""
    os.environ.update(files.read(_file()))
    settings, passwords = InstallationSettings(), {"default": NEEDED_REDIS_PASSWORD()}
    if for_workers := REDIS_WORKER_PASSWORD():
        passwords[WORKER_ACCOUNT] = for_workers
    try:
        with redis.Redis.from_url(settings.tasks.redis_url) as client:
            for account, password in passwords.items():
                _set_password(client, account, password, at_once=True)
    except redis.RedisError as error:
        raise click.ClickException(f"Redis: {error}") from error
    click.echo("Redis now accepts only the new passwords.")


def _file() -> Path:
    return files.place(Path(env("JBC_VAR", str(runner.ROOT / "var"))).resolve())


def _keys(keys: KeySet, variable: str, grace: float) -> None:
    folder = Path(os.environ["JBC_KEYS"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.replace(_file(), variable, keys.rotate(grace))
    until = f"the old one is accepted for another {grace / 60:.0f} minutes" if grace else "the old one no longer works"
    click.echo(f"{variable}: a new key signs from now on, {until}. No restart is needed.")


def _redis(settings: InstallationSettings, *, at_once: bool) -> None:
    if os.environ.get("REDIS_URL"):
        raise ValueError("REDIS_URL holds a password of your own: change it there")
    new, for_workers = random.token_urlsafe(36), random.token_urlsafe(36)
    with redis.Redis.from_url(settings.tasks.redis_url) as client:
        _set_password(client, "default", new, at_once=at_once)
        if own_account := bool(REDIS_WORKER_PASSWORD()):
            _set_password(client, WORKER_ACCOUNT, for_workers, at_once=at_once)
    files.replace(_file(), "REDIS_PASSWORD", new)
    if own_account:
        files.replace(_file(), "REDIS_WORKER_PASSWORD", for_workers)
    told = "REDIS_WORKER_PASSWORD" if own_account else "REDIS_PASSWORD"
    click.echo(
        f"REDIS_PASSWORD{' and REDIS_WORKER_PASSWORD' if own_account else ''}: the server already accepts the new "
        f"ones. Put {told} into secrets.env on the workers' machines, "
        "restart web, bridge and workers one by one (not redis), then `jbcalling secrets retire`."
    )


def _set_password(client: redis.Redis, account: str, password: str, *, at_once: bool) -> None:
    """Add a password, or make it the only one; connections that are open stay open."""
    rules = (["resetpass"] if at_once else []) + [f">{password}"]
    client.execute_command("ACL", "SETUSER", account, *rules)  # type: ignore[no-untyped-call]


def _database(settings: InstallationSettings) -> None:
    url = make_url(settings.database_url or "sqlite://")
    if url.get_backend_name() != "postgresql" or url.password is not None:
        raise ValueError("only a PostgreSQL whose DATABASE_URL has no password in it takes DATABASE_PASSWORD")
    new = random.token_urlsafe(36)

    async def change(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(f"ALTER ROLE CURRENT_USER PASSWORD '{new}'"))
            await asyncio.to_thread(files.replace, _file(), "DATABASE_PASSWORD", new)  # before it is committed

    _with_database(settings, change)
    click.echo("DATABASE_PASSWORD: changed. Restart web now: calls go on, captions wait in Redis meanwhile.")


def _admin(settings: InstallationSettings, name: str) -> None:
    password = random.token_urlsafe(18)

    async def change(engine: AsyncEngine) -> None:
        await give_password(create_sessions(engine), name, password)

    _with_database(settings, change)
    click.echo(f"{name}: {password}")


def _with_database(settings: InstallationSettings, work: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    async def run() -> None:
        engine = create_engine(settings.sqlalchemy_url)
        try:
            await work(engine)
        finally:
            await engine.dispose()

    asyncio.run(run())

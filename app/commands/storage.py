"""`jbcalling storage`: how much is kept, since when, and what ends it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from app.admin.storage import Grown, Storage, Stored
from app.db import create_engine, create_sessions
from app.settings.backup import BackupConfig
from app.settings.installation import InstallationSettings
from app.supervisor import runner
from tasks.wire.redis_client import connect_async

MEGA = 1_000_000


@click.command()
def storage() -> None:
    """Tell how much is kept where, since when, and when it goes."""
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    os.environ.update(runner.environment(Path(os.environ["JBC_VAR"])))
    try:
        stored, grown = asyncio.run(_look())
    except (SQLAlchemyError, OSError) as error:
        remedy = "Check DATABASE_URL and that the database runs; `make run` creates its tables."
        raise click.ClickException(f"The database cannot be reached ({type(error).__name__}). {remedy}") from error
    click.echo(f"{stored.engine}: {stored.database / MEGA:.1f} MB")
    for one in grown:
        since = f"since {one.since:%Y-%m-%d}" if one.since else ""
        click.echo(f"  {one.table:<16} {one.rows:>9}  {since:<17} goes: {one.bound}")
    click.echo(_redis(stored))
    click.echo(
        f"{stored.folder}: cloned voices {stored.voices / MEGA:.1f} MB, {stored.free / 1e9:.1f} GB free on its disk"
    )


def _redis(stored: Stored) -> str:
    if stored.redis is None:
        return "redis: does not answer"
    most = f" of {stored.redis['maxmemory'] / MEGA:.0f} MB" if stored.redis["maxmemory"] else ", without a limit"
    return f"redis: {stored.redis['used_memory'] / MEGA:.1f} MB{most}, {stored.redis['keys']} keys"


async def _look() -> tuple[Stored, list[Grown]]:
    settings = InstallationSettings()
    engine = create_engine(settings.sqlalchemy_url)
    redis = connect_async(settings.tasks.redis_url, protocol=2, socket_timeout=5.0, socket_connect_timeout=2.0)
    looking = Storage(settings, BackupConfig(), create_sessions(engine), redis)
    try:
        return await looking.look(), await looking.grown()
    finally:
        await redis.aclose()
        await engine.dispose()

"""`jbcalling transcripts`: delete what was said in a room, now."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.captions.history import History
from app.db import create_engine, create_sessions
from app.rooms.codes import read_code
from app.settings.installation import InstallationSettings
from app.supervisor import runner
from app.tables import Room
from app.transcripts.retention import Retention
from tasks.wire.redis_client import connect_async


@click.group()
def transcripts() -> None:
    """Transcripts of rooms."""


@transcripts.command()
@click.argument("room")
@click.option("--room-too", is_flag=True, help="Delete the room and its participants' names as well.")
@click.confirmation_option(prompt="This cannot be undone. Delete it?")
def delete(room: str, room_too: bool) -> None:
    """Delete everything that was said in ROOM (a code or a link) from the database and from Redis."""
    code = read_code(room)
    if code is None:
        raise click.ClickException("That is not a room code: give twelve letters and digits, such as kqzp-7wma-x3td.")
    os.environ.setdefault("JBC_VAR", str(runner.ROOT / "var"))
    os.environ.update(runner.environment(Path(os.environ["JBC_VAR"])))
    try:
        captions = asyncio.run(_delete(code, room_too))
    except (RedisError, SQLAlchemyError, OSError) as error:
        remedy = "Perhaps not everything was deleted: start Redis and the database (`make run`), then try again."
        raise click.ClickException(f"{type(error).__name__}. {remedy}") from error
    if captions is None:
        raise click.ClickException(f"There is no room {code}.")
    click.echo(f"{captions} captions are deleted. Older backups hold them until they are removed.")


async def _delete(code: str, room_too: bool) -> int | None:
    settings = InstallationSettings()
    engine = create_engine(settings.sqlalchemy_url)
    redis = connect_async(settings.tasks.redis_url, protocol=2, socket_timeout=5.0)
    sessions = create_sessions(engine)
    retention = Retention(redis, engine, History(redis, sessions))
    try:
        async with sessions() as session:
            found = (await session.scalars(select(Room).where(Room.code == code))).one_or_none()
        if found is None:
            return None
        return await (retention.delete_room(found) if room_too else retention.delete_transcript(found))
    finally:
        await redis.aclose()
        await engine.dispose()

"""`jbcalling voices`: see and delete cloned voices, whoever owns them."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from redis.exceptions import RedisError

from app.commands.database import with_sessions
from app.db import Sessions
from app.settings.installation import InstallationSettings
from app.settings.speech_api import Limits
from app.speech_api.voices import VoiceService
from app.supervisor import runner
from tasks.wire.environment import env
from tasks.wire.redis_client import connect, connect_async

T = TypeVar("T")


@click.group()
def voices() -> None:
    """Cloned voices."""


@voices.command("list")
def list_voices() -> None:
    """List every cloned voice with its owner; if the owner's key is revoked, it can be deleted only here."""
    for voice, key in _with_voices(lambda known: known.every()):
        owner = f"{key.name} (revoked)" if key.revoked_at else key.name
        click.echo(f"{voice.id}  {voice.name:<24} {voice.seconds:>5.1f} s  made {voice.created_at:%Y-%m-%d} by {owner}")


@voices.command()
@click.argument("voice_id")
def delete(voice_id: str) -> None:
    """Delete a voice: its recording, what engines learned of it, what was spoken in it, and the record."""
    if not _with_voices(lambda known: known.erase(voice_id)):
        raise click.ClickException(f"There is no voice {voice_id!r}: see `jbcalling voices list`.")
    click.echo(f"The voice {voice_id} is deleted.")


def _with_voices(work: Callable[[VoiceService], Awaitable[T]]) -> T:
    os.environ.update(runner.environment(Path(env("JBC_VAR", str(runner.ROOT / "var"))).resolve()))
    settings = InstallationSettings()

    async def with_redis(sessions: Sessions) -> T:
        async with connect_async(settings.tasks.redis_url, socket_connect_timeout=2) as redis:
            return await work(
                VoiceService(
                    sessions, redis, connect(settings.tasks.redis_url), settings.var_dir / "voices", Limits().voices
                )
            )

    try:
        return with_sessions("voices", settings, with_redis)
    except RedisError as error:
        message = (
            f"Redis does not answer ({type(error).__name__}), so what it holds of a voice cannot be deleted: start it "
            "(`make run`), then try again. The recording is gone already; the record stays until then."
        )
        raise click.ClickException(message) from error

"""Work on models, done by a worker: the models folder is the worker's, and `web` loads no model library."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from typing import Final, Literal

import msgspec
import structlog
from dramatiq import Broker
from redis.asyncio import Redis

from app.i18n import gettext as _
from tasks.wire import keys
from tasks.wire.administration import ModelWork, PackageArrival, Progress
from tasks.wire.messages import decode, encode
from tasks.wire.queues import TAKE_PACKAGE, WORK_ON_MODEL, enqueue
from tasks.wire.redis_client import values

PIECES_AHEAD: Final = 8
"""Pieces of a package that may wait in Redis: 2 MB, so that a package of any size needs no more."""
PIECE_BYTES: Final = 256 * 1024
TAKEN_WITHIN_SECONDS: Final = 20.0
"""Seconds until a worker must have taken a piece."""
LOST_AFTER_SECONDS: Final = 600.0
"""Seconds without news after which running work counts as lost, so that one may ask again: its worker has died."""

log = structlog.get_logger(__name__)


class UploadError(RuntimeError):
    """A package could not be handed to a worker; the message says why."""


class ModelAdmin:
    """Every method raises `redis.RedisError` when Redis does not answer."""

    def __init__(self, redis: Redis, broker: Broker) -> None:
        self._redis = redis
        self._broker = broker

    async def ask(self, action: Literal["install", "verify", "remove"], name: str) -> bool:
        """Have something done to a model; False when something is being done to it already, or the name is none."""
        try:
            work = msgspec.convert({"action": action, "name": name}, ModelWork)
        except msgspec.ValidationError:
            return False
        if any(work.name == name and _busy(work) for work in await self.progress()):
            return False
        await self._note(Progress(name=name, action=action, state="waiting", at=time.time()))
        await asyncio.to_thread(enqueue, self._broker, WORK_ON_MODEL, work)
        return True

    async def progress(self) -> list[Progress]:
        """What was done lately and what is being done, the newest first."""
        names = [name async for name in self._redis.scan_iter(match=keys.MODEL_WORKS, count=1_000)]
        found = [_read(data) for data in await values(self._redis, names)]
        return sorted((progress for progress in found if progress), key=lambda progress: -progress.at)

    async def upload(self, filename: str, size: int, pieces: AsyncIterator[bytes]) -> None:
        """Hand a package to a worker, which installs it; `progress` tells how that goes.

        Raises:
            UploadError: the file's name is not that of a package, or no worker takes it.
        """
        name = re.sub(r"[^A-Za-z0-9_.-]", "-", filename.rpartition("/")[2].rpartition("\\")[2]).lstrip(".-")
        upload = secrets.token_hex(16)
        try:
            message = msgspec.convert({"upload": upload, "name": name, "size": size}, PackageArrival)
        except msgspec.ValidationError:
            raise UploadError(_("That is no package: choose a file that ends in .argosmodel.")) from None
        await self._note(Progress(name=name, action="upload", state="waiting", at=time.time()))
        await asyncio.to_thread(enqueue, self._broker, TAKE_PACKAGE, message)
        key = keys.upload(upload)
        try:
            async for piece in pieces:
                await self._room(key)
                async with self._redis.pipeline(transaction=False) as pipe:
                    pipe.rpush(key, piece)
                    pipe.expire(key, 60)
                    await pipe.execute()
            await self._room(key, 0)
        except BaseException:
            await self._redis.delete(key)
            raise

    async def _room(self, key: str, ahead: int = PIECES_AHEAD) -> None:
        """Wait until no more than so many pieces lie ready."""
        deadline = time.monotonic() + TAKEN_WITHIN_SECONDS
        while await self._redis.llen(key) > ahead:
            if time.monotonic() > deadline:
                raise UploadError(_("No worker takes the package: start one, or wait until it has done what it is at."))
            await asyncio.sleep(0.05)

    async def _note(self, progress: Progress) -> None:
        await self._redis.set(keys.model_work(progress.name), encode(progress), ex=keys.MODEL_WORK_TTL)


def _busy(progress: Progress) -> bool:
    return progress.state in ("waiting", "running") and time.time() - progress.at < LOST_AFTER_SECONDS


def _read(data: object) -> Progress | None:
    if not isinstance(data, bytes):
        return None
    try:
        return decode(data, Progress)
    except msgspec.DecodeError as error:
        log.warning("admin.progress_unreadable", error=str(error))
        return None

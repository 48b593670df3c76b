"""How much is stored where."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from app.db import Sessions
from app.health.monitor import last_backup
from app.settings.web import WebSettings
from app.tables import ApiKey, AuditEntry, Base, GlossaryTerm, Participant, Room, StoredCaption, Voice

COUNTED: Final[tuple[type[Base], ...]] = (Room, Participant, StoredCaption, GlossaryTerm, ApiKey, Voice, AuditEntry)


@dataclass(frozen=True)
class Stored:
    """One look. Sizes are bytes."""

    engine: str
    """sqlite or postgresql."""
    database: int
    rows: dict[str, int]
    """Table → rows."""
    redis: dict[str, Any] | None
    """What Redis says of itself; None where it does not answer."""
    folder: Path
    """JBC_VAR."""
    voices: int
    """Of recordings of cloned voices."""
    free: int
    """On the disk of `folder`."""
    size: int
    backup: float | None
    """When the last backup was verified by restoring it, epoch seconds."""


class Storage:
    """Looks; raises as `app.auth.admins.Admins` does."""

    def __init__(self, settings: WebSettings, sessions: Sessions, redis: Redis) -> None:
        self._settings = settings
        self._sessions = sessions
        self._redis = redis

    async def look(self) -> Stored:
        """How much there is now."""
        url, folder = make_url(self._settings.sqlalchemy_url), self._settings.var_dir
        engine = url.get_backend_name()
        async with self._sessions() as session:
            rows = {
                table.__tablename__: await session.scalar(select(func.count()).select_from(table)) or 0
                for table in COUNTED
            }
            if engine == "sqlite":
                size = await asyncio.to_thread(_taken, _files_of(Path(url.database or "")))
            else:
                size = await session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        disk = await asyncio.to_thread(shutil.disk_usage, folder)
        return Stored(
            engine=engine,
            database=size,
            rows=rows,
            redis=await self._memory(),
            folder=folder,
            voices=await asyncio.to_thread(_taken, (folder / "voices").glob("*")),
            free=disk.free,
            size=disk.total,
            backup=await asyncio.to_thread(last_backup, self._settings.backup.metrics) or None,
        )

    async def _memory(self) -> dict[str, Any] | None:
        try:
            info = await self._redis.info()
            keys = await self._redis.dbsize()
        except (RedisError, OSError):
            return None
        names = ("used_memory", "maxmemory", "evicted_keys", "redis_version")
        return {name: info.get(name, 0) for name in names} | {"keys": keys}


def _files_of(database: Path) -> list[Path]:
    """A SQLite database with what belongs to it."""
    return [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]


def _taken(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())

"""How much is stored where."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from app.db import Sessions
from app.health.monitor import last_backup
from app.settings.backup import BackupConfig
from app.settings.installation import InstallationSettings
from app.tables import ApiKey, AuditEntry, Base, GlossaryTerm, Participant, Room, StoredCaption, Voice
from tasks.wire import redis_client

COUNTED: Final[tuple[type[Base], ...]] = (Room, Participant, StoredCaption, GlossaryTerm, ApiKey, Voice, AuditEntry)
BOUNDS: Final[Mapping[str, str]] = {
    "rooms": "a day after they close or ROOMS_UNUSED_DAYS after anybody entered, without captions",
    "participants": "with the last caption of theirs, or 60 days later; hosts and those kept out with their room",
    "captions": "each room's days",
    "corrections": "with their caption",
    "kept_calls": "each room's days",
    "kept_consents": "with their kept call",
    "kept_tracks": "with their kept call, or with their speaker's words",
    "kept_pieces": "KEEP_MB of sound; with their track",
    "switches": "what administrators turn on, a row each",
    "stream_lives": "one for each time that Redis lost its stream",
    "api_keys": "what administrators make, kept when revoked",
    "invitations": "a year after they expire or are revoked",
    "room_links": "with their room; those to captions a day after they expire",
    "voices": "API_VOICES for each key, until they are deleted",
    "admins": "until they are removed",
    "admin_sessions": "12 hours",
    "second_factors": "with their administrator, or when turned off",
    "recovery_codes": "ten for each second factor; each when it is used",
    "audit_log": "a year",
    "engine_choices": "one for each language and pair",
    "glossary_terms": "until they are removed",
}
"""Table → when its rows go, or why there are no more of them."""


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


@dataclass(frozen=True)
class Grown:
    """One table."""

    table: str
    rows: int
    since: datetime | None
    """When its oldest row was made; None where nothing tells."""
    bound: str


_TIMES: Final = ("created_at", "at", "began_at")


class Storage:
    """Looks; raises as `app.auth.admins.Admins` does."""

    def __init__(self, settings: InstallationSettings, backup: BackupConfig, sessions: Sessions, redis: Redis) -> None:
        self._settings = settings
        self._backup = backup
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
            backup=await asyncio.to_thread(last_backup, self._backup.metrics) or None,
        )

    async def grown(self) -> list[Grown]:
        """Every table with how much is in it, since when, and what ends that."""
        tables = [mapper.class_ for mapper in Base.registry.mappers]
        found = []
        async with self._sessions() as session:
            for table in sorted(tables, key=lambda one: str(one.__tablename__)):
                column = next((table.__table__.c[name] for name in _TIMES if name in table.__table__.c), None)
                since = None if column is None else await session.scalar(select(func.min(column)))
                count = await session.scalar(select(func.count()).select_from(table)) or 0
                found.append(Grown(table.__tablename__, count, since, BOUNDS[table.__tablename__]))
        return found

    async def _memory(self) -> dict[str, Any] | None:
        try:
            info = await redis_client.info(self._redis)
        except (RedisError, OSError):
            return None
        names = ("used_memory", "maxmemory", "evicted_keys", "redis_version", "keys")
        return {name: info.get(name, 0) for name in names}


def _files_of(database: Path) -> list[Path]:
    """A SQLite database with what belongs to it."""
    return [database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))]


def _taken(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())

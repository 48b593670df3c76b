"""What somebody who is about to come in should know of how busy this server is."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.i18n import N_, gettext
from app.media.policy.ladder import Level
from tasks.wire import keys
from tasks.wire.messages import NextRoom, decode

WORDS: Final = {
    Level.TRANSLATED_CAPTIONS.label: N_(
        "This server is busy: a further call gets translated captions, and the original voices."
    ),
    Level.SOURCE_CAPTIONS.label: N_(
        "This server is busy: a further call gets captions in the language that is spoken, and the original voices."
    ),
    Level.ORIGINAL.label: N_("This server is busy: a further call gets the original voices only."),
}
"""Rung of the ladder → what a further call gets. Calls move up as soon as others end."""

log = structlog.get_logger(__name__)


class Busy:
    """Asks Redis what the bridges last said."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    async def words(self) -> str:
        """A sentence for the join page; empty where there is nothing to say, or nobody knows."""
        try:
            data = await self._redis.get(keys.ADMISSION)
        except (RedisError, OSError) as error:
            log.debug("busy.unknown", error=repr(error))
            return ""
        try:
            level = decode(data, NextRoom).level if isinstance(data, bytes) else "voice"
        except msgspec.DecodeError as error:
            log.warning("busy.unreadable", error=str(error))
            return ""
        return gettext(WORDS[level]) if level in WORDS else ""

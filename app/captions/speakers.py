"""The names that captions are shown under."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.db import Sessions
from app.i18n import N_, gettext
from app.tables import Participant

UNKNOWN: Final = N_("Unknown speaker")
MAX_NAMES: Final = 10_000
"""Names remembered; when there are more, they are read again."""
RETRY_SECONDS: Final = 5.0
"""Seconds after which a name that was not to be had is asked for again."""

log = structlog.get_logger(__name__)


class Speakers:
    """Participants' names, read once and remembered; captions flow on without them while the database is away.

    A caption has all readers of a room ask for the same name at once: the first one reads it for the others, and one
    that is not to be had is not asked for by each of them.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._names: dict[str, str] = {}
        self._missed: dict[str, float] = {}  # participant → when to ask again, on the monotonic clock
        self._reading = asyncio.Lock()

    async def name(self, participant: str) -> str:
        """The name of a participant, or `UNKNOWN`."""
        if (known := self._known(participant)) is not None:
            return known
        async with self._reading:
            if (known := self._known(participant)) is not None:
                return known
            try:
                async with self._sessions() as session:
                    found = await session.scalar(select(Participant.name).where(Participant.id == participant))
            except (SQLAlchemyError, OSError) as error:
                log.warning("captions.no_names", error=repr(error))
                found = None
            if found is not None:
                self.remember(participant, found)
                return found
            if len(self._missed) >= MAX_NAMES:
                self._missed.clear()
            self._missed[participant] = time.monotonic() + RETRY_SECONDS
            return gettext(UNKNOWN)

    def remember(self, participant: str, name: str) -> None:
        """Use this name from now on."""
        if len(self._names) >= MAX_NAMES:
            self._names.clear()
        self._names[participant] = name
        self._missed.pop(participant, None)

    def _known(self, participant: str) -> str | None:
        """What can be said without asking; in the language of whoever asks now."""
        if (known := self._names.get(participant)) is not None:
            return known
        return gettext(UNKNOWN) if time.monotonic() < self._missed.get(participant, 0.0) else None

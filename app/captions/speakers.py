"""The names that captions are shown under."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.db import Sessions
from app.i18n import N_, gettext
from app.models import Participant

UNKNOWN: Final = N_("Unknown speaker")
KEPT: Final = 10_000
"""Names remembered; when there are more, they are read again."""

log = structlog.get_logger(__name__)


class Speakers:
    """Participants' names, read once and remembered; captions flow on without them while the database is away."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._names: dict[str, str] = {}

    async def name(self, participant: str) -> str:
        """The name of a participant, or `UNKNOWN`."""
        known = self._names.get(participant)
        if known is not None:
            return known
        try:
            async with self._sessions() as session:
                found = await session.scalar(select(Participant.name).where(Participant.id == participant))
        except (SQLAlchemyError, OSError) as error:
            log.warning("captions.no_names", error=repr(error))
            return gettext(UNKNOWN)
        if found is not None:
            self.remember(participant, found)
        return found or gettext(UNKNOWN)

    def remember(self, participant: str, name: str) -> None:
        """Use this name from now on."""
        if len(self._names) >= KEPT:
            self._names.clear()
        self._names[participant] = name

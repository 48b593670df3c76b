"""What the administration's handlers work with."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.admin.audit import Audit
from app.admin.rooms import RoomAdmin
from app.admin.sfu import SfuOperator
from app.auth.admins import Admins
from app.db import Sessions
from app.settings import Settings

LOOK_EVERY: Final = 5.0
"""Seconds between looks at what is to be done without being asked."""
TIDY_EVERY: Final = 3_600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AdminServices:
    """One of everything."""

    settings: Settings
    admins: Admins
    audit: Audit
    rooms: RoomAdmin
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a password is checked, so that guesses come one after the other and each is counted."""

    async def run(self) -> None:
        """Close rooms whose time is over and forget old entries of the log, for ever. Run it as a task."""
        tidied = 0.0
        while True:
            try:
                await self.rooms.close_due()
                if time.monotonic() - tidied > TIDY_EVERY or not tidied:
                    await self.audit.tidy()
                    tidied = time.monotonic()
            except (SQLAlchemyError, OSError) as error:
                log.warning("admin.database_lost", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)


def create(settings: Settings, sessions: Sessions) -> AdminServices:
    """The services of this process."""
    sfu = SfuOperator(settings)
    return AdminServices(settings, Admins(sessions), Audit(sessions), RoomAdmin(sessions, sfu))

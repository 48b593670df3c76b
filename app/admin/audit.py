"""The log of what administrators did: who, what, when, on what. What people said in calls never gets in here."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import delete, func, select

from app.db import Sessions
from app.i18n import N_
from app.tables import AuditEntry

ACTIONS: Final = {
    "login.done": N_("Logged in"),
    "login.failed": N_("Failed to log in"),
    "login.blocked": N_("Was kept from trying to log in"),
    "login.code_failed": N_("Failed at the second factor"),
    "login.refused": N_("Was refused when signing in by another service"),
    "logout": N_("Logged out"),
    "session.ended": N_("Ended a session"),
    "password.set": N_("Set a password"),
    "admin.made": N_("Made an administrator"),
    "admin.role": N_("Gave an administrator a role"),
    "admin.disabled": N_("Disabled an administrator"),
    "admin.enabled": N_("Enabled an administrator again"),
    "admin.removed": N_("Removed an administrator"),
    "factor.set": N_("Turned on a second factor"),
    "factor.codes": N_("Made new recovery codes"),
    "factor.removed": N_("Turned off a second factor"),
    "room.made": N_("Made a room"),
    "room.changed": N_("Changed a room"),
    "room.closed": N_("Closed a room"),
    "room.entered": N_("Entered a room as a host"),
    "room.opened": N_("Opened a room again"),
    "room.deleted": N_("Deleted a room"),
    "transcript.deleted": N_("Deleted what was said in a room"),
    "kept.on": N_("Let calls be recorded"),
    "kept.off": N_("Let no call be recorded any more"),
    "kept.deleted": N_("Deleted the recording of a call"),
    "engine.chosen": N_("Chose an engine"),
    "model.installed": N_("Had a model installed"),
    "model.removed": N_("Had a model removed"),
    "model.uploaded": N_("Uploaded a model"),
    "term.set": N_("Set a term of the glossary"),
    "term.removed": N_("Removed a term of the glossary"),
    "term.imported": N_("Took in a glossary file"),
    "key.made": N_("Made an API key"),
    "key.revoked": N_("Revoked an API key"),
    "invitation.made": N_("Made an invitation"),
    "invitation.revoked": N_("Revoked an invitation"),
    "voice.deleted": N_("Deleted a cloned voice"),
}
"""Every action with what a reader is told."""

KEEP_FOR: Final = timedelta(days=365)
"""Entries are kept this long."""
TIDY_EVERY: Final = 3_600.0
"""Seconds between two looks for older ones."""
ENTRIES_PER_PAGE: Final = 50
"""Entries on one page."""
COMMAND_LINE: Final = "command line"

log = structlog.get_logger(__name__)


class Audit:
    """Writes and reads the log. Raises as `Admins` does."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._tidied: float | None = None  # when last, on the monotonic clock

    async def note(self, who: str, action: str, subject: str = "", detail: str = "", *, address: str) -> None:
        """Add an entry; it is in the process's log too, for those who collect that."""
        if action not in ACTIONS:
            raise AssertionError(f"{action} is not in ACTIONS")
        entry = AuditEntry(who=who, action=action, subject=subject[:200], detail=detail[:400], address=address[:64])
        async with self._sessions.begin() as session:
            session.add(entry)
        log.info("admin.audit", who=who, action=action)

    async def recent(
        self, actions: Collection[str], since: datetime, address: str | None = None, who: str | None = None
    ) -> list[datetime]:
        """When one of these happened, the newest first; `address` None: from anywhere; `who` None: by anybody."""
        query = select(AuditEntry.at).where(AuditEntry.action.in_(actions), AuditEntry.at >= since)
        if address is not None:
            query = query.where(AuditEntry.address == address)
        if who is not None:
            query = query.where(AuditEntry.who == who)
        async with self._sessions() as session:
            return list(await session.scalars(query.order_by(AuditEntry.at.desc()).limit(1_000)))

    async def page(self, number: int, action: str = "", who: str = "") -> tuple[list[AuditEntry], int]:
        """One page of entries, the newest first, and how many there are in all."""
        query = select(AuditEntry)
        if action:
            query = query.where(AuditEntry.action == action)
        if who:
            query = query.where(AuditEntry.who == who)
        async with self._sessions() as session:
            count = await session.scalar(select(func.count()).select_from(query.subquery())) or 0
            ordered = query.order_by(AuditEntry.id.desc()).offset(number * ENTRIES_PER_PAGE).limit(ENTRIES_PER_PAGE)
            return list(await session.scalars(ordered)), count

    async def tidy(self) -> None:
        """Delete what is older than `KEEP_FOR`, unless that was done within `TIDY_EVERY`."""
        if self._tidied is not None and time.monotonic() - self._tidied <= TIDY_EVERY:
            return
        async with self._sessions.begin() as session:
            await session.execute(delete(AuditEntry).where(AuditEntry.at < datetime.now(UTC) - KEEP_FOR))
        self._tidied = time.monotonic()

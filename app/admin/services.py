"""What the administration's handlers work with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from app.admin.audit import Audit
from app.auth.admins import Admins
from app.db import Sessions
from app.settings import Settings


@dataclass(frozen=True)
class AdminServices:
    """One of everything."""

    settings: Settings
    admins: Admins
    audit: Audit
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a password is checked, so that guesses come one after the other and each is counted."""


def create(settings: Settings, sessions: Sessions) -> AdminServices:
    """The services of this process."""
    return AdminServices(settings, Admins(sessions), Audit(sessions))

"""The form of how a room is held: who gets in, and what newcomers may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, get_args

from app.auth import passwords
from app.i18n import gettext as _
from app.tables import Guests, Room, Shown
from tasks.languages.text import composed

MIN_PASSWORD: Final = 6
"""Characters of a room's password: it is told to others, and whoever guesses must wait after five attempts."""
MAX_PASSWORD: Final = 100


@dataclass
class HoldingForm:
    """What a host can choose."""

    waiting_room: bool = False
    locked: bool = False
    only_hosts_speak: bool = False
    in_turns: bool = False
    guests: str = "speaker"
    history: str = ""
    """A member of `Shown`; empty: as it comes with or without a waiting room."""
    has_password: bool = False
    """Whether the room has one, or keeps the one that it has."""
    password: str = ""
    """A new one."""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, room: Room) -> HoldingForm:
        """As it is."""
        return cls(
            room.waiting_room,
            room.locked,
            room.only_hosts_speak,
            room.in_turns,
            room.guests,
            room.history or "",
            room.password is not None,
        )

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> HoldingForm:
        """Check what was sent."""
        typed = data.get("password")
        form = cls(
            waiting_room=bool(data.get("waiting_room")),
            locked=bool(data.get("locked")),
            only_hosts_speak=bool(data.get("only_hosts_speak")),
            in_turns=bool(data.get("in_turns")),
            guests=str(data.get("guests", ""))[:10],
            history=str(data.get("history", ""))[:10],
            has_password=bool(data.get("has_password")),
            password=composed(typed) if isinstance(typed, str) else "",
        )
        if form.guests not in get_args(Guests):
            form.errors["guests"] = _("Choose what the room's link lets people do.")
        if form.history not in {"", *get_args(Shown)}:
            form.errors["history"] = _("Choose what newcomers see.")
        if form.password and not MIN_PASSWORD <= len(form.password) <= MAX_PASSWORD:
            form.errors["password"] = _("Use %(least)d to %(most)d characters.", least=MIN_PASSWORD, most=MAX_PASSWORD)
        return form

    async def columns(self) -> dict[str, Any]:
        """The values as `Room` has them."""
        names = ("waiting_room", "locked", "only_hosts_speak", "in_turns", "guests")
        columns = {name: getattr(self, name) for name in names} | {"history": self.history or None}
        if self.password:
            return columns | {"password": await passwords.digest(self.password)}
        return columns if self.has_password else columns | {"password": None}

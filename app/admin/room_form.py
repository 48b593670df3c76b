"""The form of a room's settings: what was typed, what is wrong with it, and the clean values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from app.i18n import gettext as _
from app.rooms.forms import ROOM_NAME_LENGTH
from app.tables import RETENTION_DAYS, Room
from app.visible import clean

MAX_DAYS: Final = 3_650
MAX_PEOPLE: Final = 1_000


@dataclass
class RoomSettings:
    """What can be set; times are UTC."""

    name: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    retention_days: int = RETENTION_DAYS
    capacity: int | None = None
    typed: dict[str, str] = field(default_factory=dict)
    """Field → what stands in the form."""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, room: Room | None) -> RoomSettings:
        """The form of a room, or of a new one."""
        form = cls()
        if room:
            form = cls(room.name, room.opens_at, room.closes_at, room.retention_days, room.capacity)
        form.typed = {
            "name": form.name,
            "opens_at": _written(form.opens_at),
            "closes_at": _written(form.closes_at),
            "retention_days": str(form.retention_days),
            "capacity": str(form.capacity or ""),
        }
        return form

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> RoomSettings:
        """Check what was sent."""
        form = cls(clean(data.get("name"), ROOM_NAME_LENGTH) or "Room")
        fields = ("name", "opens_at", "closes_at", "retention_days", "capacity")
        form.typed = {name: str(data.get(name) or "")[:200].strip() for name in fields}
        if len(form.name) > ROOM_NAME_LENGTH:
            form.errors["name"] = _("Use at most %(limit)d characters.", limit=ROOM_NAME_LENGTH)
        form.opens_at, form.closes_at = form._moment("opens_at"), form._moment("closes_at")
        if form.opens_at and form.closes_at and form.closes_at <= form.opens_at:
            form.errors["closes_at"] = _("It would close before it opens: choose a later time.")
        form.retention_days = form._number("retention_days", 0, MAX_DAYS, needed=True) or 0
        form.capacity = form._number("capacity", 1, MAX_PEOPLE)
        return form

    def columns(self) -> dict[str, Any]:
        """The values as `Room` has them."""
        names = ("name", "opens_at", "closes_at", "retention_days", "capacity")
        return {name: getattr(self, name) for name in names}

    def summary(self) -> str:
        """The settings in a few words, for the log."""
        words = [f"keeps captions {self.retention_days} days" if self.retention_days else "stores no captions"]
        words += [f"opens {self.opens_at:%Y-%m-%d %H:%M}"] if self.opens_at else []
        words += [f"closes {self.closes_at:%Y-%m-%d %H:%M}"] if self.closes_at else []
        words += [f"for {self.capacity} people"] if self.capacity else []
        return ", ".join(words)

    def _moment(self, name: str) -> datetime | None:
        if not (typed := self.typed[name]):
            return None
        try:
            at = datetime.fromisoformat(typed)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):  # the latter: it is in another year 0 or 10000 there
            self.errors[name] = _("Write a date and a time, as 2030-01-31T14:00.")
            return None

    def _number(self, name: str, least: int, most: int, *, needed: bool = False) -> int | None:
        typed = self.typed[name]
        if not typed and not needed:
            return None
        if not typed.isascii() or not typed.isdigit() or not least <= int(typed) <= most:
            self.errors[name] = _("Write a whole number from %(least)d to %(most)d.", least=least, most=most)
            return None
        return int(typed)


def _written(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M") if at else ""

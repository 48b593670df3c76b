"""The form of a room's date: what was typed, what is wrong with it, and the clean values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from app.i18n import gettext as _
from app.i18n.formats import time_zone
from app.tables import Room

LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180, 240, 480)
"""Minutes that a call may be planned for."""
DEFAULT_MINUTES: Final = 60
LAST_YEAR: Final = 2100
REGIONS: Final = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


@cache
def zones() -> tuple[str, ...]:
    """Time zones to choose from, by the names of the IANA: those of the system, UTC at least."""
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.partition("/")[0] in REGIONS and "/" in zone))


class SkippedTimeError(Exception):
    """A local time in the hour that clocks leave out when they are put forward."""


@dataclass
class DateForm:
    """When a call takes place."""

    starts_at: datetime | None = None
    """UTC."""
    minutes: int = DEFAULT_MINUTES
    zone: str = ""
    """Of whoever typed it."""
    typed: str = ""
    """The local time there, as the form has it."""
    errors: dict[str, str] = field(default_factory=dict)
    """Field → what is wrong and what to do."""

    @classmethod
    def of(cls, room: Room) -> DateForm:
        """The form of a room."""
        if room.starts_at is None:
            return cls()
        local = room.starts_at.astimezone(time_zone(room.zone))
        return cls(room.starts_at, room.lasts, room.zone, local.strftime("%Y-%m-%dT%H:%M"))

    @classmethod
    def parse(cls, data: Mapping[str, Any], now: datetime) -> DateForm:
        """Check what was sent at `now`."""
        form = cls(zone=str(data.get("zone") or "")[:64], typed=str(data.get("starts") or "")[:32].strip())
        if form.zone not in zones():
            form.errors["zone"] = _("Choose a time zone.")
        minutes = str(data.get("minutes") or "")
        if minutes not in {str(length) for length in LENGTHS}:
            form.errors["minutes"] = _("Choose how long it lasts.")
        else:
            form.minutes = int(minutes)
        if "zone" not in form.errors:
            form._read(now)
        return form

    def _read(self, now: datetime) -> None:
        try:
            self.starts_at = _moment(self.typed, self.zone)
        except SkippedTimeError:
            self.errors["starts"] = _("Clocks are put forward there at that time: choose an earlier or a later one.")
            return
        if self.starts_at is None:
            self.errors["starts"] = _("Write a date and a time, as 2030-01-31T14:00.")
        elif self.starts_at <= now or self.starts_at.year > LAST_YEAR:
            self.errors["starts"] = _("Choose a time that is still to come.")


def _moment(typed: str, zone: str) -> datetime | None:
    """A local time in UTC; `None` where it is none, or says a zone of its own.

    Raises:
        SkippedTimeError: clocks do not show it on that day.
    """
    try:
        local = datetime.fromisoformat(typed)
        at = local.replace(tzinfo=time_zone(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if local.tzinfo:
        return None
    if at.astimezone(time_zone(zone)).replace(tzinfo=None) != local:
        raise SkippedTimeError
    return at.replace(second=0, microsecond=0)

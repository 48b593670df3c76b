"""Numbers, dates and the names of languages as the reader of this request writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, get_timezone
from babel.numbers import format_decimal

from app.i18n.catalogue import locale


def number(value: float, digits: int = 0) -> str:
    """A number with so many digits after the decimal sign, as "1,234.5" or "1.234,5"."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=locale())


def seconds(value: float) -> str:
    """A short time, as "1.1 s" or "1,1 s"."""
    return f"{number(value, 1)} s"


def milliseconds(value: float) -> str:
    """A time in seconds as whole milliseconds, as "190 ms"."""
    return f"{number(round(value * 1000))} ms"


def moment(value: datetime | None, form: str = "short") -> str:
    """A date with its time in UTC, and says so; nothing for none.

    Args:
        value: With a time zone.
        form: "short", "medium" or "long", as Babel has them.
    """
    if value is None:
        return ""
    return format_datetime(value, form, tzinfo=get_timezone("UTC"), locale=locale()) + " UTC"


def time_zone(name: str) -> tzinfo:
    """A time zone by its name of the IANA; UTC where the system does not know it, as one without a database of them."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def appointment(starts: datetime, minutes: int, zone: str) -> str:
    """A time from beginning to end, in its zone, and in UTC for people elsewhere, with the day where that is another.

    Args:
        starts: With a time zone.
        minutes: How long it lasts.
        zone: As for `time_zone`.
    """
    there = time_zone(zone)
    begins, ends = (at.astimezone(there) for at in (starts, starts + timedelta(minutes=minutes)))
    day = format_date(begins.date(), "full", locale=locale())
    span = "\N{EN DASH}".join(format_time(at, "short", tzinfo=there, locale=locale()) for at in (begins, ends))
    if there is UTC or zone == "UTC":
        return f"{day}, {span} UTC"
    universal = starts.astimezone(UTC)
    utc = format_time(universal, "short", tzinfo=UTC, locale=locale())
    if universal.date() != begins.date():
        utc = f"{format_date(universal.date(), 'medium', locale=locale())}, {utc}"
    return f"{day}, {span} ({zone.replace('_', ' ')}; {utc} UTC)"


def epoch(at: float) -> datetime:
    """The moment so many seconds after the epoch."""
    return datetime.fromtimestamp(at, UTC)


def language_name(code: str) -> str:
    """The name of a language in the reader's own, as "Portuguese" or "português"; the code where it has none."""
    return str(Locale(locale()).languages.get(code, code))


def own_name(code: str) -> str:
    """The name of a language in itself, as a choice by itself is written: "Português"; the code where it has none."""
    name = Locale(code).display_name or code
    return name[:1].upper() + name[1:]

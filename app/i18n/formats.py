"""Numbers, dates and the names of languages as the reader of this request writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from babel import Locale
from babel.dates import format_datetime, get_timezone
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

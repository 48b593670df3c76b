"""Calendar entries (RFC 5545): one event, which calendars remind of and know again when its date changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

LINE_OCTETS: Final = 75
"""Octets of a line at most, its break not counted."""
REMINDER: Final = timedelta(minutes=10)
"""How long before the beginning calendars remind."""
_ESCAPED: Final = {"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"}
_SPECIAL: Final = re.compile(r"[\\;,\n]")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """What takes place; times are aware."""

    key: str
    """What is the same whenever it changes; nobody learns it from the entry."""
    changes: int
    """How often its date has been changed."""
    starts: datetime
    ends: datetime
    title: str
    words: str
    """What people are told; may have several lines."""
    link: str
    """An http or https address."""


def entry(event: Event, now: datetime) -> bytes:
    """The file of an event, UTF-8; `now`, aware, is when it was made."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//JB Calling//Rooms//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(event.key.encode()).hexdigest()[:32]}@jbcalling",
        f"SEQUENCE:{event.changes}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(event.starts)}",
        f"DTEND:{_moment(event.ends)}",
        f"SUMMARY:{text(event.title)}",
        f"DESCRIPTION:{text(event.words)}",
        f"LOCATION:{text(event.link)}",
        f"URL:{event.link}",
        "STATUS:CONFIRMED",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{text(event.title)}",
        f"TRIGGER:-PT{REMINDER // timedelta(minutes=1)}M",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in folded(line)).encode()


def text(value: str) -> str:
    """A value of the type TEXT: escaped, without control characters (RFC 5545, 3.3.11)."""
    plain = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], plain)


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most `LINE_OCTETS`; all but the first begin with a space, and none splits a character."""
    part, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > LINE_OCTETS:
            yield part
            part, octets = " ", 1
        part += character
        octets += size
    yield part


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

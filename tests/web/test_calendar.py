"""Calendar entries as RFC 5545 has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.planning.calendar import LINE_OCTETS, Event, entry, folded, text

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
STARTS = datetime(2026, 12, 24, 18, 0, tzinfo=timezone(timedelta(hours=-3)))
WORDS = "Điện thoại; mã \\ 5, hẹn gặp!\nLink: https://calls.example/rooms/abcd-efgh-ijkl " + "ôi " * 60


def event(changes: int = 2, title: str = "Viagem, para Hội An") -> Event:
    return Event(
        "abcd-efgh-ijkl",
        changes,
        STARTS,
        STARTS + timedelta(minutes=90),
        title,
        WORDS,
        "https://calls.example/rooms/abcd",
    )


def properties(file: bytes) -> list[tuple[str, str]]:
    """Name and value of each content line, unfolded."""
    assert file.endswith(b"\r\n")
    lines = file.decode().removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    return [(name, value) for name, _, value in (line.partition(":") for line in lines)]


def test_an_entry_says_when_what_and_where() -> None:
    lines = properties(entry(event(), NOW))
    assert lines[:5] == [
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", "-//JB Calling//Rooms//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ]
    assert [value for name, value in lines if name in {"BEGIN", "END"}] == [
        "VCALENDAR", "VEVENT", "VALARM", "VALARM", "VEVENT", "VCALENDAR",
    ]  # fmt: skip
    found = dict(lines)
    assert (found["DTSTART"], found["DTEND"], found["DTSTAMP"]) == (
        "20261224T210000Z", "20261224T223000Z", "20261201T093000Z",
    )  # fmt: skip
    assert found["SUMMARY"] == "Viagem\\, para Hội An"
    assert found["URL"] == "https://calls.example/rooms/abcd"
    assert found["TRIGGER"] == "-PT10M"


def test_calendars_know_an_entry_again_whose_date_has_changed() -> None:
    first, later = (dict(properties(entry(event(changes), NOW))) for changes in (1, 2))
    assert first["UID"] == later["UID"]
    assert "abcd" not in first["UID"]
    assert int(first["SEQUENCE"]) < int(later["SEQUENCE"])


def test_no_line_is_too_long_and_no_character_is_split() -> None:
    file = entry(event(), NOW)
    lines = file.split(b"\r\n")
    assert max(map(len, lines)) <= LINE_OCTETS
    for line in lines:
        line.decode()  # each is whole UTF-8
    words = next(value for name, value in properties(file) if name == "DESCRIPTION")
    plain = words.replace("\\n", "\n").replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\")
    assert plain == WORDS


@pytest.mark.parametrize("length", [LINE_OCTETS - 1, LINE_OCTETS, LINE_OCTETS + 1, 3 * LINE_OCTETS])
@pytest.mark.parametrize("character", ["a", "é", "ế", "😀"])
def test_folding_loses_nothing(character: str, length: int) -> None:
    parts = list(folded(character * length))
    assert all(len(part.encode()) <= LINE_OCTETS for part in parts)
    assert parts[0] + "".join(part.removeprefix(" ") for part in parts[1:]) == character * length
    assert all(part.startswith(" ") for part in parts[1:])


def test_what_somebody_types_adds_no_line() -> None:
    assert text("a\r\nEND:VEVENT\rb\x00\x1b;") == "a\\nEND:VEVENT\\nb\\;"
    assert [name for name, _ in properties(entry(event(title="x\r\nATTACH:http://evil"), NOW))].count("ATTACH") == 0

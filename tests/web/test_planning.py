"""The page with a room's invitation, its date, and who may set that."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import pytest

from app.i18n import INTERFACE, formats, use
from app.planning.date_form import DateForm, zones
from app.planning.routes import plans
from ops.harness.web_server import SESSION_COOKIE, csrf_of, new_room

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
NEXT_YEAR = datetime.now(UTC).year + 1


def typed(**changes: str) -> dict[str, str]:
    return {"starts": f"{NEXT_YEAR}-07-14T15:00", "minutes": "90", "zone": "America/Sao_Paulo"} | changes


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("UTC", "2026-12-24T15:00", "2026-12-24T15:00"),
        ("Europe/Lisbon", "2027-07-14T15:00", "2027-07-14T14:00"),  # summer time
        ("Europe/Lisbon", "2027-01-14T15:00", "2027-01-14T15:00"),
        ("Asia/Ho_Chi_Minh", "2026-12-24T06:00", "2026-12-23T23:00"),
        ("America/Sao_Paulo", "2026-12-24T22:30", "2026-12-25T01:30"),
    ],
)
def test_a_local_time_is_that_of_its_zone(zone: str, local: str, utc: str) -> None:
    form = DateForm.parse(typed(starts=local, zone=zone), NOW)
    assert form.errors == {}
    assert form.starts_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    room: Any = SimpleNamespace(starts_at=form.starts_at, lasts=90, zone=zone)
    assert DateForm.of(room).typed == local, "the form comes back as it was typed"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts": "tomorrow"}, "starts"),
        ({"starts": ""}, "starts"),
        ({"starts": "2026-12-01T06:29"}, "starts"),
        ({"starts": "2027-07-14T15:00+07:00"}, "starts"),  # the field beside it says another zone
        ({"starts": "2027-03-28T01:30", "zone": "Europe/Lisbon"}, "starts"),  # clocks go from one to two
        ({"starts": "9999-12-31T23:59"}, "starts"),
        ({"starts": "0001-01-01T00:00", "zone": "Asia/Ho_Chi_Minh"}, "starts"),
        ({"minutes": "59"}, "minutes"),
        ({"minutes": "-5"}, "minutes"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"zone": ""}, "zone"),
    ],
)
def test_what_is_no_date_to_come_is_said_at_its_field(wrong: dict[str, str], field: str) -> None:
    form = DateForm.parse(typed(**wrong), NOW)
    assert list(form.errors) == [field]


def test_there_are_zones_of_all_the_world_to_choose_from() -> None:
    assert {"UTC", "Europe/Lisbon", "America/Sao_Paulo", "Asia/Ho_Chi_Minh"} <= set(zones())
    assert not any(zone.startswith(("Etc/", "US/", "posix/")) for zone in zones())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Wednesday, July 14, 2027, 3:00\u202fPM\N{EN DASH}4:30\u202fPM (Europe/Lisbon; 2:00\u202fPM UTC)"),
        ("pt", "quarta-feira, 14 de julho de 2027, 15:00\N{EN DASH}16:30 (Europe/Lisbon; 14:00 UTC)"),
        ("vi", "Thứ Tư, 14 tháng 7, 2027, 15:00\N{EN DASH}16:30 (Europe/Lisbon; 14:00 UTC)"),
    ],
)
def test_an_appointment_is_written_as_its_readers_write_it(language: str, words: str) -> None:
    use(language)
    assert formats.appointment(datetime(2027, 7, 14, 14, 0, tzinfo=UTC), 90, "Europe/Lisbon") == words
    use("en")


@pytest.mark.parametrize(
    ("starts", "zone", "words"),
    [
        (
            datetime(2027, 7, 14, 22, 0, tzinfo=UTC),
            "Asia/Ho_Chi_Minh",
            "quinta-feira, 15 de julho de 2027, 05:00\N{EN DASH}06:00 "
            "(Asia/Ho Chi Minh; 14 de jul. de 2027, 22:00 UTC)",
        ),
        (
            datetime(2027, 7, 15, 1, 0, tzinfo=UTC),
            "America/Sao_Paulo",
            "quarta-feira, 14 de julho de 2027, 22:00\N{EN DASH}23:00 "
            "(America/Sao Paulo; 15 de jul. de 2027, 01:00 UTC)",
        ),
        (
            datetime(2027, 7, 14, 22, 0, tzinfo=UTC),
            "UTC",
            "quarta-feira, 14 de julho de 2027, 22:00\N{EN DASH}23:00 UTC",
        ),
    ],
)
def test_an_appointment_says_the_day_in_utc_where_that_is_another(starts: datetime, zone: str, words: str) -> None:
    use("pt")
    assert formats.appointment(starts, 60, zone) == words
    use("en")


def test_a_system_without_time_zones_has_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(key: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(key)

    monkeypatch.setattr(formats, "ZoneInfo", unknown)
    form = DateForm.parse(typed(starts="2027-07-14T15:00", zone="UTC"), NOW)
    assert form.starts_at == datetime(2027, 7, 14, 15, 0, tzinfo=UTC)
    assert formats.appointment(form.starts_at, 60, "UTC").endswith(" UTC")


@pytest.mark.parametrize(
    ("known", "link", "may"),
    [
        (None, None, False),
        (None, {"kind": "host", "id": 1}, True),
        (None, {"kind": "speaker", "id": 1}, False),
        ({"standing": "in", "hosts": True, "link_id": None}, None, True),
        ({"standing": "in", "hosts": False, "link_id": None}, None, False),
        (
            {"standing": "in", "hosts": False, "link_id": 1},
            {"kind": "host", "id": 1},
            False,
        ),  # a host has taken it back
        ({"standing": "waiting", "hosts": True, "link_id": None}, None, False),
    ],
)
def test_hosts_set_the_date(known: dict[str, Any] | None, link: dict[str, Any] | None, may: bool) -> None:
    def given(values: dict[str, Any] | None) -> Any:  # noqa: ANN401 - a row without a database
        return values and SimpleNamespace(**values)

    assert plans(given(known), given(link)) is may


def texts_of(page: str) -> dict[str, str]:
    found = re.findall(r'<textarea id="text-(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return {language: html.unescape(text) for language, text in found}


async def test_a_host_sets_a_date_and_everybody_finds_it(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    page = f"/rooms/{code}/invitation"
    assert "no date" in (await client.get(page)).text
    assert (await client.get(f"/rooms/{code}/calendar.ics")).status_code == 404
    form = typed(_csrf_token=csrf_of(client))
    wrong = await client.post(page, data=form | {"starts": "2020-01-01T10:00"})
    assert wrong.status_code == 422
    assert "still to come" in wrong.text
    assert 'value="2020-01-01T10:00"' in wrong.text
    assert (await client.post(page, data=form)).status_code == 303
    first = (await client.get(f"/rooms/{code}/calendar.ics")).text
    assert f"DTSTART:{NEXT_YEAR}0714T180000Z" in first
    assert f"DTEND:{NEXT_YEAR}0714T193000Z" in first
    assert (await client.post(page, data=form)).status_code == 303, "the same again is no change"
    assert (await client.post(page, data=form | {"starts": f"{NEXT_YEAR}-07-15T15:00"})).status_code == 303

    client.cookies.clear()  # somebody who has the link, and has never been here
    guest = await client.get(page, headers={"accept-language": "pt"})
    assert (guest.status_code, 'name="starts"' in guest.text) == (200, False)
    refused = await client.post(page, data=form | {"_csrf_token": csrf_of(client)})
    assert refused.status_code == 403
    assert "15 de julho" in guest.text
    assert "15 de julho" in (await client.get(f"/rooms/{code}", headers={"accept-language": "pt"})).text
    entry = await client.get(f"/rooms/{code}/calendar.ics", headers={"accept-language": "pt"})
    assert entry.headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert f'filename="{code}.ics"' in entry.headers["content-disposition"]
    sequences = [re.search(r"SEQUENCE:(\d+)", text) for text in (first, entry.text)]
    assert [found and found[1] for found in sequences] == ["1", "2"]
    assert "Como entrar" in entry.text.replace("\r\n ", "")


async def test_no_date_any_more(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    page = f"/rooms/{code}/invitation"
    form = typed(_csrf_token=csrf_of(client))
    assert (await client.post(page, data=form)).status_code == 303
    assert (await client.post(page, data=form | {"remove": "1", "starts": ""})).status_code == 303
    assert "no date" in (await client.get(page)).text
    assert (await client.get(f"/rooms/{code}/calendar.ics")).status_code == 404


async def test_the_invitation_is_there_in_each_language_that_of_the_page_first(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    await client.post(f"/rooms/{code}/invitation", data=typed(_csrf_token=csrf_of(client)))
    await client.post(
        f"/rooms/{code}/holding",
        data={
            "_csrf_token": csrf_of(client),
            "waiting_room": "1",
            "guests": "speaker",
            "history": "",
            "password": "lotus blossom",
        },
    )
    for language in INTERFACE:
        page = await client.get(f"/rooms/{code}/invitation", headers={"accept-language": language})
        texts = texts_of(page.text)
        assert next(iter(texts)) == language
        assert set(texts) == set(INTERFACE)
        assert all(f"http://calls.example/rooms/{code}" in text for text in texts.values())
        assert not any("blossom" in text for text in texts.values()), "the password goes another way"
    assert "“Join the call”" in texts["en"]
    assert "inglês, vietnamita e português" in texts["pt"] or "inglês, português e vietnamita" in texts["pt"]
    assert "Người chủ trì sẽ cho bạn vào" in texts["vi"]
    assert len({text.count("\n") for text in texts.values()}) == 1, "the same lines in each"


async def test_there_is_no_invitation_to_what_nobody_enters(client: httpx.AsyncClient) -> None:
    assert (await client.get("/rooms/aaaa-bbbb-cccc/invitation")).status_code == 404
    await client.get("/")
    begun = await client.post(
        "/talk", data={"_csrf_token": csrf_of(client), "near": "en", "far": "vi"}, headers={"accept": "text/html"}
    )
    talk = begun.headers["location"].split("/")[2]
    assert (await client.get(f"/rooms/{talk}/invitation")).status_code == 404
    assert (await client.get(f"/rooms/{talk}/calendar.ics")).status_code == 404


async def test_whoever_makes_a_room_invites_before_entering_it(client: httpx.AsyncClient) -> None:
    await client.get("/")
    made = await client.post("/rooms", data={"_csrf_token": csrf_of(client), "name": "Reunião"})
    lobby = made.headers["location"]
    assert f'href="{lobby}/invitation"' in (await client.get(lobby)).text
    assert 'name="starts"' in (await client.get(f"{lobby}/invitation")).text
    client.cookies.delete(SESSION_COOKIE)
    assert f'href="{lobby}/invitation"' not in (await client.get(lobby)).text


def test_dates_are_soon_enough_to_matter() -> None:
    soon = (NOW + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
    assert DateForm.parse(typed(starts=soon, zone="UTC"), NOW).errors == {}

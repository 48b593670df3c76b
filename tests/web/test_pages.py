"""The pages as a browser gets them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
import redis
from litestar import Litestar
from sqlalchemy import update

from app.db import create_engine, create_sessions
from app.i18n import formats
from app.settings.web import WebSettings
from app.tables import Room
from ops.harness.web_server import ROOT, SESSION_COOKIE, csrf_of, join_form, new_room
from tasks.wire import keys
from tasks.wire.messages import NextRoom, encode


def config_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="call-config">(.*?)</script>', page, re.DOTALL)
    assert found
    config: dict[str, object] = json.loads(found[1])
    return config


async def test_a_room_is_made_joined_and_entered(client: httpx.AsyncClient) -> None:
    code = await new_room(client, name="Ana <b>", hear="original")
    page = await client.get(f"/rooms/{code}/call")
    assert page.status_code == 200
    config = config_of(page.text)
    assert {key: config[key] for key in ("room", "name", "speak", "read", "hear", "tokenUrl", "reader", "demo")} == {
        "room": code,
        "name": "Ana <b>",
        "speak": "pt",
        "read": "pt",
        "hear": "original",
        "tokenUrl": f"/rooms/{code}/token",
        "reader": False,
        "demo": False,
    }
    assert "Ana <b>" not in page.text
    assert f"http://calls.example/rooms/{code}" in page.text


async def test_codes_are_long_and_differ(client: httpx.AsyncClient) -> None:
    codes = {await new_room(client) for _ in range(5)}
    assert len(codes) == 5
    assert all(re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", code) for code in codes)


async def test_the_form_says_what_a_busy_server_can_do(client: httpx.AsyncClient, broker: redis.Redis) -> None:
    code = await new_room(client)
    client.cookies.clear()
    assert "busy" not in (await client.get(f"/rooms/{code}")).text
    broker.set(keys.ADMISSION, encode(NextRoom(level="translated_captions", load=0.8, capacity=0.9)))
    assert "a further call gets translated captions" in (await client.get(f"/rooms/{code}")).text
    broker.delete(keys.ADMISSION)


async def test_the_call_page_sends_a_newcomer_to_the_form(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    client.cookies.delete(SESSION_COOKIE)
    response = await client.get(f"/rooms/{code}/call")
    assert (response.status_code, response.headers["location"]) == (303, f"/rooms/{code}")


async def test_a_wrong_form_comes_back_whole_with_what_to_do(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    wrong = join_form(csrf_of(client), name=" \u200b ", speak="xx", read="vi", hear="klingon")
    response = await client.post(f"/rooms/{code}/join", data=wrong)
    assert response.status_code == 422
    for error in ("Type the name", "Choose the language you speak.", "or the original voices"):
        assert error in response.text
    assert re.search(r'<option value="vi"[^>]* selected', response.text)
    assert 'aria-describedby="name-error"' in response.text
    assert (
        "Use at most 60 characters" in (await client.post(f"/rooms/{code}/join", data=wrong | {"name": "é" * 61})).text
    )


async def test_the_form_starts_with_the_language_of_the_browser(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    client.cookies.delete(SESSION_COOKIE)
    page = await client.get(f"/rooms/{code}", headers={"accept-language": "fr, vi-VN;q=0.9, en;q=0.3"})
    assert len(re.findall(r'<option value="vi"[^>]* selected', page.text)) == 3


async def test_somebody_who_comes_back_stays_the_same_participant(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    first = config_of((await client.get(f"/rooms/{code}/call")).text)
    form = join_form(csrf_of(client), name="Ana Maria", read="vi")
    assert (await client.post(f"/rooms/{code}/join", data=form)).status_code == 303
    second = config_of((await client.get(f"/rooms/{code}/call")).text)
    assert second["participant"] == first["participant"]
    assert (second["name"], second["read"]) == ("Ana Maria", "vi")


@pytest.mark.parametrize(
    "typed",
    ["{code}", " {CODE} ", "{bare}", "http://calls.example/rooms/{code}", "http://calls.example/rooms/{code}/call?x=1"],
)
async def test_a_code_or_a_link_leads_to_the_room(client: httpx.AsyncClient, typed: str) -> None:
    code = await new_room(client)
    text = typed.format(code=code, CODE=code.upper(), bare=code.replace("-", ""))
    response = await client.get("/join", params={"code": text})
    assert (response.status_code, response.headers["location"]) == (303, f"/rooms/{code}")


async def test_a_code_that_leads_nowhere_is_explained(client: httpx.AsyncClient) -> None:
    assert (await client.get("/join", params={"code": "abc"})).status_code == 422
    response = await client.get("/join", params={"code": "abcd-efgh-jkmn"})
    assert response.status_code == 404
    assert "There is no room with this code" in response.text
    assert 'value="abcd-efgh-jkmn"' in response.text


async def test_a_room_is_entered_between_its_times_only(client: httpx.AsyncClient, settings: WebSettings) -> None:
    code = await new_room(client)
    now = datetime.now(UTC)
    engine = create_engine(settings.sqlalchemy_url)

    async def enters(opens: float, closes: float) -> tuple[set[int], str]:
        times = {"opens_at": now + timedelta(hours=opens), "closes_at": now + timedelta(hours=closes)}
        async with create_sessions(engine).begin() as session:
            await session.execute(update(Room).where(Room.code == code).values(**times))
        answers = [await client.get(f"/rooms/{code}{page}") for page in ("", "/call", "/captions")]
        return {answer.status_code for answer in answers}, answers[0].text

    statuses, text = await enters(opens=2, closes=3)
    assert (statuses, formats.moment(now + timedelta(hours=2)) in text) == ({423}, True)
    assert (await enters(opens=-2, closes=-1))[0] == {410}
    await engine.dispose()


async def test_errors_are_pages_for_people_and_json_for_programs(
    client: httpx.AsyncClient,
    settings: WebSettings,
) -> None:
    code = await new_room(client)
    engine = create_engine(settings.sqlalchemy_url)
    async with create_sessions(engine).begin() as session:
        room = await session.scalar(
            update(Room).where(Room.code == code).values(closed_at=Room.created_at).returning(Room.id)
        )
    await engine.dispose()
    assert room
    for path, status, words in (("/rooms/none", 404, "ask for it again"), (f"/rooms/{code}", 410, "Start a new room")):
        page = await client.get(path)
        assert (page.status_code, words in page.text) == (status, True)
        answer = (await client.get(path, headers={"accept": "application/json"})).json()
        assert answer["status"] == status
        assert words in answer["advice"]


async def test_a_form_without_its_token_is_refused_with_what_to_do(client: httpx.AsyncClient) -> None:
    await client.get("/")
    response = await client.post("/rooms", data={"name": "x"})
    assert response.status_code == 403
    assert "reload the page" in response.text
    foreign = await client.post("/rooms", data={"name": "x", "_csrf_token": "0" * 128})
    assert foreign.status_code == 403


async def test_a_body_that_is_too_large_is_refused(client: httpx.AsyncClient) -> None:
    await client.get("/")
    response = await client.post("/rooms", data={"_csrf_token": csrf_of(client), "name": "x" * 20_000})
    assert response.status_code == 413


async def test_too_many_posts_are_refused_until_later(
    client: httpx.AsyncClient, broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 1000.0)  # a busy machine needs a minute for so many
    monkeypatch.setattr("app.limits.recent.time", clock)
    await client.get("/")
    statuses = [(await client.post("/rooms", data={"_csrf_token": csrf_of(client)})).status_code for _ in range(62)]
    assert statuses[:60] == [303] * 60
    assert statuses[60:] == [429] * 2
    assert "Wait a minute" in (await client.post("/rooms", data={"_csrf_token": csrf_of(client)})).text
    assert (await client.get("/")).status_code == 200
    elsewhere = {"x-forwarded-for": "203.0.113.9"}  # a proxy on this machine is believed
    assert (await client.post("/rooms", data={"_csrf_token": csrf_of(client)}, headers=elsewhere)).status_code == 303
    clock.monotonic = lambda: 1061.0
    broker.flushall()  # whose clock goes on by itself
    assert (await client.post("/rooms", data={"_csrf_token": csrf_of(client)})).status_code == 303


async def test_every_response_carries_the_security_headers(client: httpx.AsyncClient, settings: WebSettings) -> None:
    for path in ("/", "/nothing", "/health", "/static/css/app.css", "/static/css/none.css"):
        headers = (await client.get(path)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert "unsafe" not in headers["content-security-policy"]
        assert policy["connect-src"] == f"'self' ws://calls.example:{settings.sfu_port}"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["permissions-policy"].startswith("microphone=(self), camera=(self)")
    strange = await client.get("/", headers={"host": "evil.example; script-src *"})
    assert "evil" not in strange.headers["content-security-policy"]


async def test_pages_hold_nothing_inline_but_the_stylesheet_that_their_policy_names(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    for path, styles in (("/", 0), (f"/rooms/{code}", 0), (f"/rooms/{code}/call", 1), ("/nothing", 0)):
        response = await client.get(path)
        page = response.text
        scripts = re.findall(r"<script[^>]*>", page)
        assert all("src=" in tag or 'type="application/json"' in tag for tag in scripts)
        assert page.count("<style") == styles
        for text in re.findall(r"<style>(.*?)</style>", page, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"style-src 'self' 'sha256-{digest}';" in response.headers["content-security-policy"]
        assert not re.search(r"\s(style|on\w+)=", page)


async def test_assets_are_kept_for_ever_under_the_digest_of_their_content(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text
    addresses = re.findall(r'"(/static/[^"]+)"', page)
    assert addresses
    for address in addresses:
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        response = await client.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
    for source in ("package.json", "src/call.js", "build.js"):
        assert (await client.get(f"/static/{source}")).status_code == 404


async def test_the_session_cookie_cannot_be_read_by_scripts_or_forged(client: httpx.AsyncClient, app: Litestar) -> None:
    assert app
    code = await new_room(client)
    joined = await client.post(f"/rooms/{code}/join", data=join_form(csrf_of(client)))
    cookie = next(value for value in joined.headers.get_list("set-cookie") if value.startswith(f"{SESSION_COOKIE}="))
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    value = client.cookies[SESSION_COOKIE].strip('"')
    client.cookies.delete(SESSION_COOKIE)
    client.cookies.set(SESSION_COOKIE, ("A" if value[0] != "A" else "B") + value[1:])
    forged = await client.get(f"/rooms/{code}/call")
    assert (forged.status_code, forged.headers["location"]) == (303, f"/rooms/{code}")


def test_vendored_libraries_are_those_that_were_pinned() -> None:
    folder = ROOT / "static" / "vendor"
    pinned = dict(re.findall(r"\| `([^`]+\.js)` \|.*\| `([0-9a-f]{64})` \|", (folder / "README.md").read_text()))
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}
    assert pinned == found
    assert len(list(folder.glob("*.LICENSE.txt"))) == len(found)


async def test_the_form_says_how_long_captions_are_kept(client: httpx.AsyncClient, settings: WebSettings) -> None:
    code = await new_room(client)
    engine = create_engine(settings.sqlalchemy_url)
    for days, words in ((1, "kept for 1 day,"), (30, "kept for 30 days,"), (0, "and is not kept.")):
        async with create_sessions(engine).begin() as session:
            await session.execute(update(Room).where(Room.code == code).values(retention_days=days))
        assert words in (await client.get(f"/rooms/{code}")).text
    await engine.dispose()


async def test_a_reader_enters_without_a_microphone(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    joined = await client.post(f"/rooms/{code}/join", data=join_form(csrf_of(client), reader="1"))
    assert joined.headers["location"] == f"/rooms/{code}/call?reader=true"
    page = (await client.get(joined.headers["location"])).text
    assert config_of(page)["reader"] is True
    assert 'id="choose-speaker"' in page
    speaking = (await client.get(f"/rooms/{code}/call")).text
    for offered in ('id="choose-microphone"', 'id="choose-camera"', "<kbd>M</kbd>", "<kbd>V</kbd>", "<kbd>S</kbd>"):
        assert offered in speaking
        assert offered not in page


async def test_the_address_of_a_form_leads_to_its_page(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    for path, page in (("/rooms", "/"), (f"/rooms/{code}/join", f"/rooms/{code}")):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, page)


async def test_what_is_large_is_compressed_and_feeds_are_not(client: httpx.AsyncClient) -> None:
    code = await new_room(client)
    ask = {"accept-encoding": "gzip"}
    for path, encoding in ((f"/rooms/{code}/call", "gzip"), ("/static/css/app.css", "gzip"), (f"/rooms/{code}", None)):
        assert (await client.get(path, headers=ask)).headers.get("content-encoding") == encoding, path

"""What cannot be read or kept is the client's fault: 400 or 404, in the shape of the API, and no failure in the log."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest

from app.auth.api_keys import SCOPES, ApiKeys
from app.db import create_engine, create_sessions
from app.settings.web import WebSettings
from app.speech_api.errors import LibreTranslate, Native, OpenAI
from ops.harness.metrics import figure
from ops.harness.waiting import until
from ops.harness.web_server import WebServer, csrf_of, new_room

JSON_DOORS = ("/translate", "/detect", "/api/v1/translate", "/api/v1/detect", "/api/v1/synthesize", "/v1/audio/speech")
UNREADABLE = (
    b'{"q": "\xff", "text": "x", "input": "x"}',
    b'{"q": "x", "\xc3\x28": 1}',
    b'"\xed\xa0\x80"',  # half of a surrogate pair
    b'{"q": "\xf4\x90\x80\x80"}',  # beyond Unicode
    b'{"q": "\xc0\xaf"}',  # longer than it needs to be
    b'{"q": "cut \xe2\x82',
    "ol\xe1".encode("latin1"),
    '{"q": "x"}'.encode("utf-16"),
    b'{"q": "\xe1\x80"}',
    b'{"q": "a\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\x00",
    b"",
)


def shape_of(path: str) -> type[Native | OpenAI | LibreTranslate]:
    return Native if path.startswith("/api") else OpenAI if path.startswith("/v1") else LibreTranslate


@pytest.fixture
async def calling(client: httpx.AsyncClient, settings: WebSettings) -> httpx.AsyncClient:
    """A program with a key, in front of the running application."""
    engine = create_engine(settings.sqlalchemy_url)
    key = await ApiKeys(create_sessions(engine)).create("tests", SCOPES)
    await engine.dispose()
    client.headers.update({"authorization": f"Bearer {key}", "accept": "application/json"})
    return client


@pytest.mark.parametrize("path", JSON_DOORS)
async def test_a_body_that_cannot_be_read_is_said_to_be_so(calling: httpx.AsyncClient, path: str) -> None:
    for body in UNREADABLE:
        answer = await calling.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400, (body[:20], answer.text)
        msgspec.json.decode(answer.content, type=shape_of(path))
    form = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\xff\r\n--x--'
    answer = await calling.post(path, content=form, headers={"content-type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400


NUL_PATHS = (
    "/rooms/a%00b", "/rooms/a%00b/call", "/rooms/a%00b/captions", "/rooms/%00/transcript", "/rooms/a/%00",
    "/rooms/a%00/transcript/lines/1", "/rooms/a%00/share", "/embed/a%00b", "/static/css/a%00b", "/%00",
    "/api/v1/%00", "/v1/models%00", "/api/v1/health%00", "/admin/rooms/%00", "/languages%00",
)  # fmt: skip
LARGE = tuple(str(number) for number in (2**63, 2**63 + 1, 2**64, 10**40, -(2**63) - 1, -(10**30)))


async def test_what_no_database_can_name_is_not_there(calling: httpx.AsyncClient) -> None:
    code = await new_room(calling)
    for path in (*NUL_PATHS, *(f"/rooms/{code}/transcript/lines/{number}" for number in LARGE)):
        answer = await calling.get(path)
        assert answer.status_code == 404, path
        if path.startswith(("/api", "/v1")):
            msgspec.json.decode(answer.content, type=shape_of(path))
    for path in ("/api/v1/voices/a%00b", *(f"/api/v1/voices/{number}" for number in LARGE)):
        answer = await calling.delete(path)
        assert answer.status_code == 404, path
        msgspec.json.decode(answer.content, type=Native)


async def test_what_no_database_can_keep_is_refused_wherever_it_is_typed(calling: httpx.AsyncClient) -> None:
    calling.headers["accept"] = "text/html"
    await calling.get("/")
    token = {"_csrf_token": csrf_of(calling)}
    for name in ("a\0b", "\0", "admin\0", "\0\0\0" * 9):
        answer = await calling.post("/admin/login", data={"name": name, "password": f"x{name}", **token})
        assert answer.status_code in {400, 422}
        for path in ("/rooms", "/rooms/find", "/demo"):
            fields = dict.fromkeys(("name", "your_name", "speak", "read", "hear", "code", "link"), name)
            answer = await calling.post(path, data={**fields, **token})
            assert answer.status_code < 500, (path, name)
        for query in ("lang", "token", "after", "format", "q"):
            answer = await calling.get(f"/rooms/x{len(name)}/captions", params={query: name})
            assert answer.status_code < 500
    for key in ("jbc_aaaaaa\0aaaaa_b", "\0", "jbc_\0"):
        answer = await calling.post("/translate", json={"q": "x", "target": "pt", "api_key": key})
        assert answer.status_code in {400, 401}


UNROUTED = (
    "/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/models", "/v1", "/v1/", "/v1/nothing", "/v1/audio",
    "/v1/chat/completions", "/translate/x", "/detect/x", "/languages/x", "/api/v1/voices/a/b",
)  # fmt: skip
METHODS = (
    ("GET", "/translate"), ("PUT", "/detect"), ("POST", "/languages"), ("GET", "/api/v1/translate"),
    ("PATCH", "/api/v1/languages"), ("DELETE", "/v1/models"), ("GET", "/v1/audio/speech"), ("PUT", "/api/v1/voices"),
    ("DELETE", "/api/v1/transcribe"), ("GET", "/v1/audio/transcriptions"), ("GET", "/api/v1/synthesize"),
)  # fmt: skip


async def test_programs_are_told_in_their_shape_that_nothing_is_there(client: httpx.AsyncClient) -> None:
    unrouted = [(method, path, 404) for path in UNROUTED for method in ("GET", "POST", "DELETE")]
    for method, path, status in (*unrouted, *((method, path, 405) for method, path in METHODS)):
        for accept in ("text/html", "application/json"):
            answer = await client.request(method, path, headers={"accept": accept})
            assert answer.status_code == status, (method, path)
            msgspec.json.decode(answer.content, type=shape_of(path))
            assert ("allow" in answer.headers) == (status == 405)
    page = await client.get("/nothing")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_a_refused_form_is_no_failure_of_ours(web: WebServer, browser: httpx.AsyncClient) -> None:
    before = await refusals(browser)
    for accept in ("text/html", "application/json"):
        answer = await browser.post("/rooms", data={"name": "x"}, headers={"accept": accept})
        assert answer.status_code == 403
        line = re.compile(rf".*{answer.headers['x-request-id']}.*\n")

        async def written(line: re.Pattern[str] = line) -> bool:
            return line.search(web.log.read_text()) is not None

        await until(written)
        assert '"status": 403' in line.findall(web.log.read_text())[0]
    assert await refusals(browser) == before + 2


async def refusals(browser: httpx.AsyncClient) -> float:
    """How many forms of new rooms were refused."""
    try:
        metrics = (await browser.get("/metrics")).text
        return figure(metrics, "jbc_web_requests_total", method="POST", path="/rooms", status_code="403")
    except LookupError:
        return 0

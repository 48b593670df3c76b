"""Every page of the administration, and what its forms do, without a worker."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
import redis
from litestar.testing import AsyncTestClient
from redis.asyncio import Redis

from app.admin import charts
from app.admin.term_form import read_csv, write_csv
from app.auth.api_keys import ApiKeys
from app.db import create_engine, create_sessions
from app.main import create_app
from app.settings.web import WebSettings
from app.speech_api.records import REFERENCE_RATE
from app.speech_api.voices import VoiceService
from ops.harness.web_server import csrf_of
from tasks.wire import keys
from tasks.wire.administration import Choice, Configuration, Term
from tasks.wire.messages import decode
from tasks.wire.redis_client import connect
from tests.support.administrator import enter, log_in, make, on_sqlite, send

SECTIONS = (
    "rooms",
    "invitations",
    "pairs",
    "models",
    "glossary",
    "voices",
    "keys",
    "workers",
    "storage",
    "audit",
    "account",
)
TERM = {
    "source_language": "en",
    "target_language": "pt",
    "source": "board",
    "target": "conselho",
    "hotword": "yes",
    "translate": "yes",
    "spoken": "",
}


def configuration(broker: redis.Redis) -> Configuration:
    data = broker.get(keys.CONFIGURATION)
    assert isinstance(data, bytes)
    return decode(data, Configuration)


def assert_names_are_whole(page: str) -> None:
    """Every id is there once, and whatever refers to one finds it."""
    ids = re.findall(r'\sid="([^"]*)"', page)
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    wanted = re.findall(r'\s(?:for|aria-labelledby|aria-describedby|hx-target)="#?([^"]*)"', page)
    assert set(wanted) <= set(ids), set(wanted) - set(ids)


@on_sqlite
async def test_every_page_is_there_in_every_language_and_runs_nothing_inline(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await enter(client, settings)
    for section in SECTIONS:
        titles = set()
        for language in ("en", "vi", "pt"):
            page = await client.get(f"/admin/{section}", headers={"accept-language": language})
            assert page.status_code == 200, (section, page.text[-500:])
            assert f'<html lang="{language}"' in page.text
            assert 'aria-current="page"' in page.text
            assert " style=" not in page.text
            assert "<script>" not in page.text
            assert_names_are_whole(page.text)
            titles.add(page.text.split("<title>")[1].split("<")[0])
        assert len(titles) == 3, titles
    for part in ("workers/now", "models/work"):
        assert "<html" not in (await client.get(f"/admin/{part}")).text
    assert "Start the worker process" in (await client.get("/admin/pairs")).text


@on_sqlite
async def test_without_redis_the_pages_that_need_it_say_so(settings: WebSettings) -> None:
    await make(settings)
    away = replace(settings, tasks=replace(settings.tasks, redis_url="redis://127.0.0.1:9/0"))
    async with AsyncTestClient(create_app(away), base_url="http://calls.example") as client:
        client.headers["accept"] = "text/html"
        client.follow_redirects = False
        await log_in(client)
        assert "Redis does not answer" in (await client.get("/admin/workers")).text
        assert "Redis does not answer" in (await client.get("/admin/storage")).text
        assert (await client.get("/admin/rooms")).status_code == 200
        assert (await client.get("/admin/glossary")).status_code == 503


@on_sqlite
async def test_what_is_chosen_reaches_redis_and_comes_back_when_redis_loses_it(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    await enter(client, settings)
    page = (await client.get("/admin/pairs")).text
    fields = {part.split('"')[0]: "1" for part in page.split('type="checkbox" name="')[1:]}
    assert len(fields) == 12
    del fields["translate-en-pt-on"]
    saved = await send(client, "/admin/pairs", **fields, **{"speak-pt-engine": "espeak-ng"})
    assert saved.headers["location"] == "/admin/pairs?told=saved"
    wanted = [
        Choice(kind="speak", wanted="pt", engine="espeak-ng"),
        Choice(kind="translate", wanted="en>pt", enabled=False),
    ]
    assert configuration(broker).choices == wanted
    broker.flushall()
    await send(client, "/admin/pairs", **fields, **{"speak-pt-engine": "espeak-ng"})  # nothing new, yet laid out again
    assert configuration(broker).choices == wanted
    log = (await client.get("/admin/audit?action=engine.chosen")).text
    assert log.count("<tr>") == 1 + 2
    await send(client, "/admin/pairs", **fields, **{"translate-en-pt-on": "1"})
    assert configuration(broker).choices == []


@on_sqlite
async def test_terms_are_set_changed_taken_in_by_file_and_removed(
    client: httpx.AsyncClient, settings: WebSettings, broker: redis.Redis
) -> None:
    await enter(client, settings)
    await client.get("/admin/glossary")
    assert (await send(client, "/admin/glossary", **TERM)).status_code == 303
    await send(client, "/admin/glossary", **TERM | {"target": "diretoria", "hotword": ""})
    [term] = configuration(broker).terms
    assert (term.source, term.target, term.hotword, term.translate) == ("board", "diretoria", False, True)
    wrong = await send(client, "/admin/glossary", **TERM | {"target": "", "source": "<i>x"})
    assert (wrong.status_code, "becomes in the other language" in wrong.text) == (422, True)
    assert "<i>x" not in wrong.text

    broker.hset(keys.terms_fired("translation"), str(term.id), 7)
    assert "translated 7" in (await client.get("/admin/glossary")).text

    async def sent(file: str) -> httpx.Response:
        data = {"_csrf_token": csrf_of(client)}
        return await client.post("/admin/glossary/import", data=data, files={"file": ("x.csv", file.encode())})

    bad = await sent("source_language,target_language,source,target,hotword\nen,pt,ok,certo,yes\nen,xx,,y,maybe\n")
    assert bad.status_code == 422
    lines = unescape(bad.text).split('class="wrong"')[1].split("</ul>")[0]
    for column in ("target_language", "source", "hotword"):
        assert f"<strong>Line 3</strong> <code>{column}</code>" in lines
    assert len(configuration(broker).terms) == 1
    assert (await sent("a,b\n1,2\n")).status_code == 422
    good = await sent("source_language;target_language;source;target;hotword;translate;spoken\nen;vi;Ana;Ana;x;;a na\n")
    assert good.headers["location"] == "/admin/glossary?told=1"
    exported = (await client.get("/admin/glossary.csv")).content
    terms, errors = read_csv(exported)
    assert (len(terms), errors) == (2, [])
    for one in configuration(broker).terms:
        await send(client, f"/admin/glossary/{one.id}/remove")
    assert configuration(broker).terms == []


def test_a_file_gives_back_what_was_written_and_runs_nothing_in_a_spreadsheet() -> None:
    term = Term(
        id=1,
        source_language="en",
        target_language="pt",
        source='=cmd|"x", 1',
        target="@A; B",
        hotword=True,
        translate=False,
        spoken="",
    )
    data = write_csv([term])
    assert b"\"'=cmd" in data
    [form], errors = read_csv(data)
    assert errors == []
    assert form.values() == {name: getattr(term, name) for name in form.values()}
    twice = b"source_language,target_language,source,target,translate\nen,pt,a,b,yes\nen,pt,a,c,yes\n"
    assert [(one.line, one.column) for one in read_csv(twice)[1]] == [(3, "source")]
    assert [one.line for one in read_csv("\ufeffé".encode("utf-16"))[1]] == [1]


FOUR = "source_language,target_language,source,target"


@pytest.mark.parametrize(
    ("file", "uses"),
    [
        (f"{FOUR}\nen,pt,board,conselho\n", (True, True, "")),
        ("target,source,target_language,source_language\nconselho,board,pt,en\n", (True, True, "")),
        ("Source_Language;Target_Language;Source;Target\nen;pt;board;conselho\n", (True, True, "")),
        (f"{FOUR},spoken\nen,pt,board,conselho,con se lho\n", (True, True, "con se lho")),
        (f"{FOUR},hotword\nen,pt,board,conselho,no\n", (False, True, "")),
        (f"{FOUR},translate\nen,pt,board,conselho,não\n", (True, False, "")),
        (f"{FOUR},hotword,translate\nen,pt,board,conselho,,x\n", (False, True, "")),
        (f"{FOUR},hotword,translate,spoken\nen,pt,board,conselho\n", (True, True, "")),
        (f"{FOUR},note\nen,pt,board,conselho,from the minutes\n", (True, True, "")),
        (f"\ufeff{FOUR}\r\nen,pt,board,conselho\r\n", (True, True, "")),
        (f'{FOUR}\nen,pt,"board","conselho"', (True, True, "")),
        (f"{FOUR},hotword,translate,spoken\nen,pt,board,conselho,,,con se lho\n", (False, False, "con se lho")),
    ],
)
def test_a_file_may_leave_out_what_is_not_required(file: str, uses: tuple[bool, bool, str]) -> None:
    [form], errors = read_csv(file.encode())
    assert errors == []
    assert (form.source, form.target) == ("board", "conselho")
    assert (form.hotword, form.translate, form.spoken) == uses


def test_a_line_without_any_use_is_told() -> None:
    file = f"{FOUR},hotword,translate\nen,pt,board,conselho,no,no\n"
    assert [(one.line, one.column) for one in read_csv(file.encode())[1]] == [(2, "hotword")]


@on_sqlite
async def test_a_key_is_shown_once_and_a_voice_of_its_owner_deleted(
    client: httpx.AsyncClient, settings: WebSettings
) -> None:
    await enter(client, settings)
    await client.get("/admin/keys")
    made = await send(client, "/admin/keys", name="reader", transcribe="yes")
    key = made.text.split('class="secret">')[1].split("<")[0]
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_sessions(engine)
    holder = await ApiKeys(sessions).holder(key)
    assert holder
    assert holder.scopes == {"transcribe"}
    page = await client.get("/admin/keys")
    assert key not in page.text
    assert "no-cache" in page.headers["cache-control"]
    assert (await send(client, "/admin/keys", name="reader", speak="yes")).status_code == 422
    assert (await send(client, "/admin/keys", name="nothing")).status_code == 422

    async with Redis.from_url(settings.tasks.redis_url) as store:
        voices = VoiceService(sessions, store, connect(settings.tasks.redis_url), settings.var_dir / "voices", 5)
        voice = await voices.add(holder, "Ana", "I, Ana, agree to this.", bytes(2 * REFERENCE_RATE * 4))
    assert "I, Ana, agree" in (await client.get("/admin/voices")).text
    assert (await send(client, f"/admin/voices/{voice.id}/delete")).status_code == 303
    assert list((settings.var_dir / "voices").iterdir()) == []
    assert (await send(client, f"/admin/voices/{voice.id}/delete")).status_code == 404

    await send(client, f"/admin/keys/{holder.id}/revoke")
    assert await ApiKeys(sessions).holder(key) is None
    await engine.dispose()
    assert (await send(client, f"/admin/keys/{holder.id}/revoke")).status_code == 404


async def test_what_is_stored_is_counted_on_each_database(client: httpx.AsyncClient, settings: WebSettings) -> None:
    await enter(client, settings)
    page = (await client.get("/admin/storage")).text
    assert ("PostgreSQL" if "postgresql" in settings.database_url else "SQLite") in page
    assert "<dt>Rooms</dt><dd>0</dd>" in page


@on_sqlite
async def test_a_package_is_taken_from_our_own_page_only(client: httpx.AsyncClient, settings: WebSettings) -> None:
    await make(settings)
    file = {"file": ("x.argosmodel", b"PK")}
    path = "/admin/models/upload"
    assert (await client.post(path, files=file, headers={"origin": "http://calls.example"})).status_code == 303
    await log_in(client)
    ours = {"origin": "http://calls.example"}
    for origin in ({"origin": "http://evil.example"}, {}, ours | {"sec-fetch-site": "cross-site"}):
        assert (await client.post(path, files=file, headers=origin)).status_code == 403
    named = {"file": ("x.exe", b"MZ")}
    refused = await client.post(path, files=named, headers={"origin": "http://calls.example"})
    assert (refused.status_code, "ends in .argosmodel" in refused.text) == (422, True)


def test_a_chart_breaks_its_line_where_nothing_was_measured() -> None:
    now = 10_000.0
    values = [(now - 1_800 + at, 1.5) for at in (0, 10, 20, 200, 400, 410)]
    drawn = charts.chart({"p50": values, "p95": []}, now)
    assert [len(path.split()) for path in drawn.lines[0].paths] == [3, 2]
    assert len(drawn.lines[0].dots) == 1
    assert [label for _, label in drawn.ticks] == ["0", "1", "2"]
    assert drawn.lines[0].paths[0].startswith("177.0,29.0 ")
    assert (drawn.lines[0].newest, drawn.lines[1].newest) == (1.5, None)


@pytest.mark.parametrize(("value", "top"), [(0.3, "1"), (1.2, "2"), (4.4, "5"), (51.0, "100")])
def test_an_axis_ends_at_a_round_number(value: float, top: str) -> None:
    assert charts.chart({"p50": [(1.0, value)]}, 1.0).ticks[-1][1] == top

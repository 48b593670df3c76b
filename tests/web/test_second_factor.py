"""The second factor of administrators: set up, asked for, guessed at, used twice, lost and demanded."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace

import httpx
import pyotp
import pytest
from click.testing import CliRunner
from litestar.testing import AsyncTestClient
from sqlalchemy import text

from app.admin import entering, factor_pages
from app.auth import login_throttle, second_factor
from app.auth.admins import Admins
from app.auth.second_factor import RECOVERY_CODES, STEP_SECONDS, SecondFactors, otpauth
from app.commands.cli import main
from app.db import create_engine, create_sessions
from app.main import create_app
from app.settings.web import WebSettings
from ops.harness.web_server import SECRETS
from tasks.wire.environment import SettingError
from tests.support.administrator import NAME, PASSWORD, audit_log, be, enter, log_in, make, on_sqlite, send
from tests.support.local import visited

PAGE = "/admin/account/second-factor"
CODE = "/admin/login/code"
LOGGED = ("action", "subject", "detail")


class Clock:
    """What the second factor takes for the time, in steps of a code."""

    def __init__(self) -> None:
        self.step = 60_000_000

    def time(self) -> float:
        return (self.step + 0.5) * STEP_SECONDS


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(second_factor, "time", made)
    return made


def code(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


async def set_up(client: httpx.AsyncClient, clock: Clock) -> tuple[str, list[str]]:
    """Turn it on as an administrator does; the secret and the recovery codes. The code of this step is used up."""
    shown = await send(client, PAGE, do="begin", current=PASSWORD)
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', shown.text)
    assert found
    secret = found[1].replace(" ", "")
    done = await send(client, PAGE, do="confirm", code=code(secret, clock.step))
    codes = re.findall(r"<li><code>([a-z0-9-]+)</code></li>", done.text)
    assert len(set(codes)) == RECOVERY_CODES
    return secret, codes


async def give(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """Log in with the password, then with a code."""
    be(client, "")
    assert (await log_in(client)).headers["location"] == CODE
    assert (await client.get(CODE)).status_code == 200
    return await send(client, CODE, **fields)


@on_sqlite
async def test_it_counts_from_its_first_code_on_and_nothing_of_it_is_kept_as_it_is(
    client: httpx.AsyncClient,
    settings: WebSettings,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await enter(client, settings)
    elsewhere = be(client, "")
    await log_in(client)
    wrong = await send(client, PAGE, do="begin", current="not the password")
    assert (wrong.status_code, "That is not your password" in wrong.text) == (422, True)
    shown = await send(client, PAGE, do="begin", current=PASSWORD)
    assert ("<svg" in shown.text, shown.headers["cache-control"]) == (True, "no-store")
    assert (await log_in(client)).headers["location"] == "/admin", "it does not count yet"
    early = await send(client, PAGE, do="confirm", code="000000")
    assert (early.status_code, "<svg" in early.text) == (422, True)
    late = time.time() + factor_pages.CONFIRM_WITHIN
    with monkeypatch.context() as later:
        later.setattr(factor_pages, "time", SimpleNamespace(time=lambda: late))
        left_open = await send(client, PAGE, do="confirm", code="000000")
        assert left_open.status_code == 303, "who finds the browser sees no secret without the password"
    secret, codes = await set_up(client, clock)
    page = (await client.get(PAGE)).text
    assert "It is on" in page
    assert not any(word in page for word in (secret, secret[:4] + " ", *codes))
    assert (await send(client, PAGE, do="begin", current=PASSWORD)).text.count("<svg") == 0, "the one that counts stays"
    be(client, elsewhere)
    assert (await client.get("/admin/rooms")).status_code == 303, "sessions from before are over"
    assert [entry for entry in await audit_log(settings, *LOGGED) if "factor" in entry[0]] == [("factor.set", NAME, "")]

    engine = create_engine(settings.sqlalchemy_url)
    async with engine.connect() as connection:
        kept = [str(row) for name in ("second_factors", "recovery_codes", "audit_log", "admins")
                for row in await connection.execute(text(f"SELECT * FROM {name}"))]  # fmt: skip
    await engine.dispose()
    everything = " ".join(kept) + "".join(capsys.readouterr())
    assert not any(word in everything for word in (secret, *codes))


@on_sqlite
async def test_logging_in_takes_a_code_of_now_once(
    client: httpx.AsyncClient, settings: WebSettings, clock: Clock
) -> None:
    assert (await client.get(CODE)).headers["location"] == "/admin/login"
    await enter(client, settings)
    secret, codes = await set_up(client, clock)
    first = clock.step
    refused = await give(client, code=code(secret, first))
    assert (refused.status_code, "was used before" in refused.text) == (422, True), "it turned the factor on"
    assert (await client.get("/admin/rooms")).status_code == 303, "the password alone opens nothing"
    done = await send(client, CODE, code=code(secret, first + 1), next="https://evil.example")
    assert (done.status_code, done.headers["location"]) == (303, "/admin"), "a clock that is a step ahead"
    assert (await client.get("/admin/rooms")).status_code == 200
    assert (await client.get(CODE)).status_code == 303, "the password has to be typed again"
    assert (await give(client, code=code(secret, first + 1))).status_code == 422, "somebody has looked on"
    clock.step += 10
    client.headers["x-test-peer"] = "192.0.2.1"  # five failures are too many for one address
    for off in (-2, 2):
        assert (await send(client, CODE, code=code(secret, clock.step + off))).status_code == 422
    spaced = f"{code(secret, clock.step - 1)[:3]} {code(secret, clock.step - 1)[3:]}"
    assert (await give(client, code=spaced)).status_code == 303, "a clock that is a step behind"
    typed = codes[3].upper().replace("-", " ")
    assert (await give(client, recovery=typed)).status_code == 303
    assert "<dd>9</dd>" in (await client.get(PAGE)).text
    assert ("login.done", "", "recovery code") in await audit_log(settings, *LOGGED)
    assert "you have used it before" in (await give(client, recovery=codes[3])).text
    wanted = await log_in(client, next="/admin/audit")
    assert wanted.headers["location"] == CODE
    clock.step += 1
    assert (await send(client, CODE, code=code(secret, clock.step))).headers["location"] == "/admin/audit"


@on_sqlite
async def test_a_password_that_was_typed_waits_for_its_code_ten_minutes_and_no_other(
    client: httpx.AsyncClient, settings: WebSettings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter(client, settings)
    secret, _ = await set_up(client, clock)
    clock.step += 5
    assert (await log_in(client)).headers["location"] == CODE
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr(entering, "time", SimpleNamespace(time=lambda: now + entering.CODE_WITHIN))
        late = await send(client, CODE, code=code(secret, clock.step))
        assert late.headers["location"] == "/admin/login"
    assert (await client.get(CODE)).status_code == 200
    await make(settings)  # the same password, set again
    assert (await send(client, CODE, code=code(secret, clock.step))).headers["location"] == "/admin/login"


@on_sqlite
async def test_codes_are_guessed_as_slowly_as_passwords_and_only_so_many_a_day(
    client: httpx.AsyncClient, settings: WebSettings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enter(client, settings)
    secret, codes = await set_up(client, clock)
    clock.step += 5
    client.headers["x-test-peer"] = "198.51.100.1"
    assert (await give(client, code="000000")).status_code == 422
    for _ in range(1, login_throttle.MAX_FAILURES):
        assert (await send(client, CODE, code="000000")).status_code == 422
    for right in ({"code": code(secret, clock.step)}, {"recovery": codes[0]}):
        held = await send(client, CODE, **right)
        assert held.status_code == 429
        assert re.search(r"Try again in 1[45] min", held.text)
    assert (await log_in(client)).status_code == 429, "nor the password"
    for number in range(5, login_throttle.MAX_CODES_BY_NAME):
        client.headers["x-test-peer"] = f"192.0.2.{number}"
        assert (await send(client, CODE, code="000000")).status_code == 422
    monkeypatch.setattr(login_throttle, "MAX_FAILURES_BY_NAME", 1_000)  # as a quarter of an hour later
    client.headers["x-test-peer"] = "203.0.113.1"
    assert re.search(r"Try again in 14(39|40) min", (await log_in(client)).text)
    client.headers["x-test-peer"] = "127.0.0.1"
    assert (await give(client, code=code(secret, clock.step))).status_code == 303, "known from before"


async def test_of_many_who_have_seen_the_same_code_one_comes_in(settings: WebSettings, clock: Clock) -> None:
    await make(settings)
    await make(settings, "Ola")
    engine = create_engine(settings.sqlalchemy_url)
    sessions = create_sessions(engine)
    factors = SecondFactors(sessions, SECRETS["SECOND_FACTOR_SECRET"])
    ada, ola = [one.id for one in await Admins(sessions).everybody()]
    secret, _ = await factors.begin(ada), await factors.begin(ola)
    assert secret
    assert not await factors.passes(ada, code(secret, clock.step)), "not confirmed"
    codes = await factors.confirm(ada, code(secret, clock.step))
    assert codes
    clock.step += 1
    tried = await asyncio.gather(*(factors.passes(ada, code(secret, clock.step)) for _ in range(8)))
    assert Counter(tried) == {True: 1, False: 7}
    tried = await asyncio.gather(*(factors.recovers(ada, codes[0]) for _ in range(8)))
    assert Counter(tried) == {True: 1, False: 7}
    assert not await factors.recovers(ola, codes[1]), "another's"
    async with engine.begin() as connection:  # somebody who can write the database puts theirs in another's place
        await connection.execute(
            text("UPDATE second_factors SET secret = (SELECT secret FROM second_factors WHERE admin_id = :a),"
                 " confirmed_at = (SELECT confirmed_at FROM second_factors WHERE admin_id = :a) WHERE admin_id = :o"),
            {"a": ada, "o": ola},
        )  # fmt: skip
    clock.step += 1
    assert not await factors.passes(ola, code(secret, clock.step))
    assert not await SecondFactors(sessions, "another" * 6).passes(ada, code(secret, clock.step))
    assert await factors.passes(ada, code(secret, clock.step))
    assert await Admins(sessions).remove(ola)
    assert await factors.holders() == {ada}
    await engine.dispose()


@on_sqlite
async def test_codes_are_made_anew_and_it_is_turned_off_by_a_code_alone(
    client: httpx.AsyncClient, settings: WebSettings, clock: Clock
) -> None:
    await enter(client, settings)
    _, codes = await set_up(client, clock)
    assert (await send(client, PAGE, do="codes", fresh="000000")).status_code == 422
    fresh = re.findall(
        r"<li><code>([a-z0-9-]+)</code></li>", (await send(client, PAGE, do="codes", fresh=codes[0])).text
    )
    assert len(fresh) == RECOVERY_CODES
    assert (await send(client, PAGE, do="off", last=codes[1])).status_code == 422, "those of before"
    assert (await send(client, PAGE, do="anything")).status_code == 404
    assert (await send(client, PAGE, do="off", last=fresh[1])).status_code == 303
    assert (await log_in(client)).headers["location"] == "/admin"
    done = [
        action for action, *_ in await audit_log(settings, *LOGGED) if action.startswith("factor") or "code" in action
    ]
    assert done == ["factor.set", "login.code_failed", "factor.codes", "login.code_failed", "factor.removed"]


@on_sqlite
async def test_an_owner_helps_out_who_has_lost_theirs(
    client: httpx.AsyncClient, settings: WebSettings, clock: Clock
) -> None:
    await enter(client, settings)
    await set_up(client, clock)
    ada = be(client, "")
    engine = create_engine(settings.sqlalchemy_url)
    admins = Admins(create_sessions(engine))
    await admins.add("Ola", PASSWORD, "owner")
    people = {one.name: one.id for one in await admins.everybody()}
    await engine.dispose()
    await client.get("/admin/login")
    await send(client, "/admin/login", name="Ola", password=PASSWORD)
    path = f"/admin/administrators/{people[NAME]}/second-factor/remove"
    assert path in (await client.get("/admin/administrators")).text
    assert (await send(client, path)).status_code == 303
    assert (await send(client, path)).status_code == 404
    assert ("factor.removed", NAME, "") in await audit_log(settings, *LOGGED)
    be(client, ada)
    assert (await log_in(client)).headers["location"] == "/admin"


@pytest.fixture
async def strict(settings: WebSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser where everybody must have one."""
    app = visited(create_app(replace(settings, second_factor_required=True)))
    async with AsyncTestClient(app, base_url="http://calls.example") as browser:
        browser.follow_redirects = False
        browser.headers["accept"] = "text/html"
        yield browser


@on_sqlite
async def test_where_it_is_demanded_nothing_else_opens_before(
    strict: httpx.AsyncClient, settings: WebSettings, clock: Clock
) -> None:
    await enter(strict, settings)
    assert (await strict.get("/admin/rooms")).headers["location"] == PAGE
    assert (await send(strict, "/admin/rooms", name="Class")).headers["location"] == PAGE
    assert (await strict.get("/admin/rooms", headers={"hx-request": "true"})).headers["hx-redirect"] == PAGE
    assert "asks every administrator for one" in (await strict.get(PAGE)).text
    _, codes = await set_up(strict, clock)
    assert (await strict.get("/admin/rooms")).status_code == 200
    await send(strict, PAGE, do="off", last=codes[0])
    assert (await strict.get("/admin/rooms")).headers["location"] == PAGE


@on_sqlite
async def test_without_a_secret_of_the_installation_nobody_sets_one_up(
    settings: WebSettings, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    app = visited(create_app(replace(settings, second_factor_secret="")))
    async with AsyncTestClient(app, base_url="http://calls.example") as browser:
        browser.headers["accept"] = "text/html"
        await enter(browser, settings)
        assert "Run `jbcalling secrets`" in (await browser.get(PAGE)).text
        assert (await send(browser, PAGE, do="begin", current=PASSWORD)).status_code == 404
        engine = create_engine(settings.sqlalchemy_url)
        sessions = create_sessions(engine)
        factors = SecondFactors(sessions, SECRETS["SECOND_FACTOR_SECRET"])  # one from before the secret was lost
        (ada,) = await Admins(sessions).everybody()
        codes = await factors.confirm(ada.id, code(await factors.begin(ada.id) or "", clock.step))
        assert codes
        await send(browser, PAGE, do="off", last=codes[0])
        assert await factors.holders() == set()
        await engine.dispose()
    for name in ("SESSION_SECRET", "SFU_TOKEN_SECRET"):
        monkeypatch.setenv(name, "s" * 40)
    monkeypatch.delenv("SECOND_FACTOR_SECRET", raising=False)
    assert WebSettings().second_factor_secret == ""
    monkeypatch.setenv("SECOND_FACTOR_REQUIRED", "1")
    with pytest.raises(SettingError, match="SECOND_FACTOR_SECRET is missing"):
        WebSettings()


def test_the_command_lets_in_who_is_locked_out(migrated: str, clock: Clock) -> None:
    async def holder() -> None:
        engine = create_engine(migrated)
        sessions = create_sessions(engine)
        await Admins(sessions).set_password(NAME, PASSWORD)
        factors, (ada,) = SecondFactors(sessions, "s" * 40), await Admins(sessions).everybody()
        secret = await factors.begin(ada.id)
        assert secret
        assert await factors.confirm(ada.id, code(secret, clock.step))
        await engine.dispose()

    def command(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["admin", *words])
        return result.exit_code, result.output.strip()

    asyncio.run(holder())
    assert command("list") == (0, f"{NAME}: owner, second factor")
    assert command("remove-second-factor", "Nobody") == (1, "Error: there is no administrator Nobody")
    assert command("remove-second-factor", NAME)[0] == 0
    assert command("remove-second-factor", NAME) == (1, f"Error: {NAME} has no second factor")
    assert command("list") == (0, f"{NAME}: owner")


def test_an_app_is_told_where_the_code_belongs() -> None:
    secret = pyotp.random_base32()
    told = pyotp.parse_uri(otpauth(secret, "Ada L.", "calls.example:8000"))
    assert isinstance(told, pyotp.TOTP)
    assert (told.secret, told.name, told.issuer) == (secret, "Ada L.", "JB Calling calls.example 8000")

"""A small world in which people have talked, to look at every page (`ops.harness.views`) in it."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import redis
from msgspec import structs
from playwright.async_api import Browser, BrowserContext, Page

from app.auth import setup_code
from ops.harness.bridge_client import Bridge, bridge
from ops.harness.call_page import until
from ops.harness.captions import caption, say, staged
from ops.harness.furnished import at_work, furnished
from ops.harness.kept import forget_answers, let_record, record
from ops.harness.redis_server import redis_server
from ops.harness.sfu import Sfu
from ops.harness.views import ADMINISTRATOR, CONNECTED, MAX_WAIT_SECONDS, View
from ops.harness.web_server import WebServer
from tasks.wire.messages import Timeline

SIZES: Final = {"phone": (390, 844), "laptop": (1366, 768)}
SCHEMES: Final = ("light", "dark")
RECOGNISED_BY: Final = {"pt": "whisper-base", "vi": "viet-asr-streaming"}
TRANSLATED_BY: Final = {"pt": "bergamot-en-pt", "vi": "argos-vi-en"}
UNHEARD: Final = Path(__file__).with_name("unheard.js")


@dataclass(frozen=True)
class World:
    """A running web process with a room in it, and the state of a browser that may see everything."""

    url: str
    room: str
    talk: str
    """Code of a talk that the visitor's browser has begun."""
    recorded: str
    """Code of a room whose call is being recorded by a host, Ana; the visitor is in it and has not answered."""
    visitor: BrowserContext
    redis_url: str
    folder: Path
    """JBC_VAR of the web process."""
    sfu: Sfu
    interpreter: Bridge | None
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    """Of lines that nobody has said yet."""

    def furnished(self) -> AbstractAsyncContextManager[None]:
        """Fill the administration, and have a worker, until the end of the block."""
        self.forget_second_factors()
        return furnished(self.url, self.folder, self.redis_url, self.visitor)

    @contextmanager
    def without_administrators(self) -> Iterator[None]:
        """Be as new as before the first password was set, until the end of the block."""
        tables = ("admins", "admin_sessions")
        with closing(sqlite3.connect(self.folder / "jbcalling.db", timeout=10)) as database:
            for table in tables:
                database.executescript(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table}; DELETE FROM {table};")
            try:
                yield
            finally:
                for table in tables:
                    database.executescript(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table};")

    def forget_second_factors(self) -> None:
        """Let the password be enough again."""
        with closing(sqlite3.connect(self.folder / "jbcalling.db")) as database:
            database.executescript("DELETE FROM recovery_codes; DELETE FROM second_factors;")

    def say(self, text: str, *, line: int | None = None, final: bool = True) -> int:
        """Let somebody say something in English: a line of its own, or more of one; its number."""
        seq = next(self._numbers) if line is None else line
        with redis.Redis.from_url(self.redis_url) as client:
            say(client, caption(self.room, f"{self.room}.{seq}", text, final=final, seq=seq))
        return seq

    @property
    def codes(self) -> dict[str, str]:
        """Of the rooms that views are of."""
        return {"room": self.room, "talk": self.talk, "recorded": self.recorded}

    def forget_interpreters(self) -> None:
        """Let nobody interpret any more, nor come to."""
        with closing(sqlite3.connect(self.folder / "jbcalling.db")) as database:
            database.executescript(
                "UPDATE participants SET interprets = ''; DELETE FROM room_links WHERE interprets <> '';"
            )

    async def open(self, page: Page, view: View) -> None:
        """Show a view.

        Raises:
            AssertionError: the page came with another status, or the interpreter who should be in the room is lost.
        """
        assert self.interpreter is None or self.interpreter.there
        await asyncio.to_thread(at_work, self.redis_url, view.installer)
        await asyncio.to_thread(self.forget_second_factors)
        await asyncio.to_thread(forget_answers, self.folder, "Emma")
        await asyncio.to_thread(self.forget_interpreters)
        response = await page.goto(self.url + view.path.format(**self.codes))
        assert response is not None
        assert response.status == view.status, f"{view.name}: {response.status}"
        if view.prepare:
            await view.prepare(page)


@asynccontextmanager
async def world(browser: Browser, *, interpreter: bool = False) -> AsyncIterator[World]:
    """Ana (Portuguese), Minh (Vietnamese) and a visitor who reads English in one room, and an administrator.

    The visitor's browser keeps no shell (`app.web.shell`): what it loads, and how fast, is what the server gives.
    Without an interpreter the call page says that nobody interprets.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jbcalling-gallery-")))
        broker = stack.enter_context(redis_server())
        web = WebServer(folder, broker.url)
        web.env |= {
            "OIDC_ISSUER": "http://localhost:9",
            "OIDC_CLIENT_ID": "gallery",
            "KEEP_CALLS": "1",
        }  # a sign-in service that is away
        sfu = Sfu(secret=web.env["SFU_TOKEN_SECRET"], port=int(web.env["SFU_PORT"]))
        sfu.start()
        stack.callback(sfu.stop)
        # What takes long runs in threads: the SFU cuts a bridge that leaves a ping unanswered.
        staged_bridge = await stack.enter_async_context(bridge(sfu.url, sfu.secret)) if interpreter else None
        await asyncio.to_thread(web.migrate)
        await asyncio.to_thread(let_record, folder)
        code = setup_code.make(folder)
        stack.callback(web.kill)
        await asyncio.to_thread(web.start, MAX_WAIT_SECONDS)
        visitor = await stack.enter_async_context(
            await browser.new_context(locale="en", permissions=["microphone", "camera"], service_workers="block")
        )
        visitor.set_default_timeout(1000 * MAX_WAIT_SECONDS)
        page = await visitor.new_page()
        room = await new_room(page, web.url)
        people = []
        for name, language in (("Ana", "pt"), ("Minh", "vi")):
            # A page that stays behind goes on looking for its call, and takes the processor from the other tests.
            person = await browser.new_context(locale="en", permissions=["microphone"], service_workers="block")
            await stack.enter_async_context(person)
            await person.add_init_script(path=UNHEARD)
            people.append(await _join(person, web.url, room, name, language))
        await enter(page, web.url, room, "Emma", "en", reader=True)
        with redis.Redis.from_url(broker.url) as client:
            _talk(client, room, *people)
            talk = await _at_one_device(client, page, web.url)
        host = await browser.new_context(locale="en", permissions=["microphone"])
        await stack.enter_async_context(host)
        await host.add_init_script(path=UNHEARD)
        recorded = await _recorded(host, web.url, broker.url, folder)
        await enter(page, web.url, recorded, "Emma", "en", reader=True)
        await _become_administrator(page, web.url, code)
        await page.close()
        yield World(web.url, room, talk, recorded, visitor, broker.url, folder, sfu, staged_bridge)


async def new_room(page: Page, url: str) -> str:
    """Make a room on the front page; its code."""
    await page.goto(url)
    await page.fill("form[action='/rooms'] [name=name]", "Viagem para Hội An")
    await page.click("form[action='/rooms'] button[type=submit]")
    return page.url.rsplit("/", 1)[1]


async def _recorded(context: BrowserContext, url: str, redis_url: str, folder: Path) -> str:
    """Have Ana make a room and record its call; its code."""
    context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
    page = await context.new_page()
    room = await new_room(page, url)
    await enter(page, url, room, "Ana", "pt")
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    await record(page, room, redis_url, folder, str(await page.get_attribute("#participants .me", "data-participant")))
    return room


async def _join(context: BrowserContext, url: str, room: str, name: str, language: str) -> str:
    context.set_default_timeout(1000 * MAX_WAIT_SECONDS)
    page = await context.new_page()
    await enter(page, url, room, name, language)
    await until(page, CONNECTED, MAX_WAIT_SECONDS)
    return str(await page.get_attribute("#participants .me", "data-participant"))


async def enter(page: Page, url: str, room: str, name: str, language: str, *, reader: bool = False) -> None:
    """Join a room in its lobby, with one language for everything."""
    await page.goto(f"{url}/rooms/{room}")
    await page.fill("[name=name]", name)
    for choice in ("speak", "read", "hear"):
        await page.select_option(f"select[name={choice}]", language)
    await page.click(f"form[action$='/join'] button{'[name=reader]' if reader else ':not([name])'}[type=submit]")
    await page.wait_for_selector("body[data-page=call]")


MAP: Final = "https://maps.example.org/hoi-an"
"""What Minh types rather than says."""


def _talk(client: redis.Redis, room: str, ana: str, minh: str) -> None:
    lines = (
        (ana, "pt", "Bom dia! Pousamos às nove e meia.", "Good morning! We land at half past nine."),
        (minh, "vi", "Chào chị. Em sẽ đợi ở cửa số hai.", "Hello. I will wait at door number two."),
        (ana, "pt", "Quanto tempo leva de carro até a cidade velha?", "How long does it take by car to the old town?"),
        (minh, "vi", f"Khoảng bốn mươi lăm phút: {MAP}", f"About forty-five minutes: {MAP}"),
        (ana, "pt", "Perfeito, obrigada. Até amanhã!", "Perfect, thank you. See you tomorrow!"),
    )  # fmt: skip
    for seq, (speaker, spoken, source, english) in enumerate(lines):
        for language, text, engine in ((spoken, source, RECOGNISED_BY[spoken]), ("en", english, TRANSLATED_BY[spoken])):
            item = caption(
                room, f"{room}.{seq}", text, language=language, source=spoken, speaker=speaker, seq=seq,
                timeline=_timeline(translated=language != spoken), engine=engine,
            )  # fmt: skip
            say(client, structs.replace(item, typed=MAP in text))


async def _at_one_device(client: redis.Redis, page: Page, url: str) -> str:
    """Begin a talk in English and Vietnamese, in which three things have been said; its code."""
    await page.goto(f"{url}/talk")
    await page.select_option("#near", "en")
    await page.select_option("#far", "vi")
    await page.click("form[action='/talk'] button[type=submit]")
    code = page.url.split("/")[-2]
    lines = (
        ("en", "Good morning! How can I help you?", "vi", "Chào buổi sáng! Tôi có thể giúp gì cho bạn?"),
        ("vi", "Tôi muốn đổi vé sang ngày mai.", "en", "I would like to change my ticket to tomorrow."),
        ("en", "Of course. There is a train at ten past nine.", "vi", "Vâng. Có chuyến tàu lúc chín giờ mười."),
    )
    for seq, (spoken, source, other, text) in enumerate(lines):
        for language, words in ((spoken, source), (other, text)):
            item = caption(code, f"{code}-{seq}", words, language=language, source=spoken, speaker="device", seq=seq)
            say(client, item)
    return code


def _timeline(*, translated: bool) -> Timeline:
    """About what `make bench` finds on a slow machine."""
    return staged(1.8, 0.6, (0.614, 1.6), (1.614, 1.74), translated=translated)


async def _become_administrator(page: Page, url: str, code: str) -> None:
    await page.goto(f"{url}/admin/setup")
    await page.fill("[name=code]", code)
    name, password = ADMINISTRATOR
    await page.fill("[name=name]", name)
    await page.fill("[name=password]", password)
    await page.fill("[name=again]", password)
    await page.click("main button[type=submit]")
    await page.wait_for_selector("[aria-current=page]")

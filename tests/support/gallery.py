"""Every page there is, in a small world where people have talked: what is looked at, judged by axe and validated.

To add a page, add a `View` to `VIEWS`.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis
from playwright.async_api import Browser, BrowserContext, Page

from app.auth import setup_code
from tasks.messages import Timeline
from tests.support.bridge_client import bridge
from tests.support.call_page import until
from tests.support.captions import caption, say, staged
from tests.support.redis_server import redis_server
from tests.support.sfu import Sfu
from tests.support.web_server import WebServer

SIZES: Final = {"phone": (390, 844), "laptop": (1366, 768)}
SCHEMES: Final = ("light", "dark")
PATIENCE: Final = 120.0
"""Seconds for anything here to come about: what is judged are the pages, not how busy the machine is."""
PASSWORD: Final = "a gallery of pages"
CONNECTED: Final = "document.body.dataset.state === 'connected'"
LIVE: Final = "document.body.dataset.state === 'live'"
TRANSLATED_BY: Final = {"pt": "bergamot-pt-en", "vi": "argos-vi-en"}
CALL: Final = "/rooms/{room}/call?reader=true"


@dataclass(frozen=True)
class View:
    """One page, or one state of it, as somebody finds it."""

    name: str
    """Of its pictures."""
    path: str
    """`{room}` stands for a room's code."""
    prepare: Callable[[Page], Awaitable[object]] | None = None
    """What to do on the page before it is looked at."""
    status: int = 200


def pressed(selector: str) -> Callable[[Page], Awaitable[object]]:
    """Press something first."""
    return lambda page: page.click(selector)


def all_open(selector: str) -> Callable[[Page], Awaitable[object]]:
    """Open every `<details>` of this selector first."""
    return lambda page: page.eval_on_selector_all(selector, "all => all.forEach(one => { one.open = true })")


def in_call(then: str = "", within: str = "", key: str = "") -> Callable[[Page], Awaitable[object]]:
    """Wait until the page is in the call with its captions; then press something, or a key; wait for what opens."""

    async def prepare(page: Page) -> None:
        await until(page, CONNECTED, PATIENCE)
        await until(page, "document.querySelectorAll('#participants li[data-hue]').length === 3", PATIENCE)
        await page.wait_for_selector("#captions li[data-hue]")
        if then:
            await page.click(then)
        if key:
            await page.keyboard.press(key)
        if within:
            await page.wait_for_selector(within)

    return prepare


async def links_made(page: Page) -> None:
    """Make links to the captions on the share page."""
    await page.click("form.making button")
    await page.wait_for_selector(".made")


async def embedded(page: Page) -> None:
    """Go on from the share page to what reads along."""
    await links_made(page)
    await page.goto(await page.input_value("#page"))
    await until(page, LIVE, PATIENCE)


VIEWS: Final = (
    View("front", "/"),
    View("front-mistake", "/join?code=abc", status=422),
    View("lobby", "/rooms/{room}"),
    View("lobby-devices", "/rooms/{room}", pressed("#tryout summary")),
    View("call", CALL, in_call()),
    View("call-reading", CALL, in_call("[popovertarget=reading]", "#reading-form")),
    View("call-keys", CALL, in_call(key="?", within="#help kbd")),
    View("call-lateness", CALL, in_call("[popovertarget=lateness]", "#stages")),
    View("call-languages", CALL, in_call("#languages summary", "#languages .panel")),
    View("call-devices", CALL, in_call("#settings summary", "#settings .panel")),
    View("call-video", "/rooms/{room}/call", in_call("#camera", "#tiles video")),
    View("call-invite", CALL, in_call("[popovertarget=invite]", "#invite .link")),
    View("share", "/rooms/{room}/share"),
    View("share-links", "/rooms/{room}/share", links_made),
    View("embed", "/rooms/{room}/share", embedded),
    View("embed-problem", "/embed/{room}?token=wrong", status=403),
    View("transcript", "/rooms/{room}/transcript"),
    View("transcript-correct", "/rooms/{room}/transcript", pressed("a.edit")),
    View("projector", "/rooms/{room}/projector", lambda page: until(page, LIVE, PATIENCE)),
    View("error", "/nothing", status=404),
    View("admin-login", "/admin/login"),
    View("admin-rooms", "/admin/rooms"),
    View("admin-room", "/admin/rooms/1", all_open("details.more")),
    View("admin-pairs", "/admin/pairs"),
    View("admin-models", "/admin/models"),
    View("admin-glossary", "/admin/glossary"),
    View("admin-voices", "/admin/voices"),
    View("admin-keys", "/admin/keys"),
    View("admin-workers", "/admin/workers"),
    View("admin-storage", "/admin/storage"),
    View("admin-audit", "/admin/audit"),
    View("admin-account", "/admin/account"),
)


@dataclass(frozen=True)
class World:
    """A running web process with a room in it, and the state of a browser that may see everything."""

    url: str
    room: str
    visitor: BrowserContext
    redis_url: str

    def say(self, seq: int, text: str, *, final: bool = True) -> None:
        """Let somebody say something in English."""
        with redis.Redis.from_url(self.redis_url) as client:
            say(client, caption(self.room, f"{self.room}.{seq}", text, final=final, speaker="somebody", seq=seq))

    async def open(self, page: Page, view: View) -> None:
        """Show a view.

        Raises:
            AssertionError: the page came with another status.
        """
        response = await page.goto(self.url + view.path.format(room=self.room))
        assert response is not None
        assert response.status == view.status, f"{view.name}: {response.status}"
        if view.prepare:
            await view.prepare(page)


@asynccontextmanager
async def world(browser: Browser, *, interpreter: bool = False) -> AsyncIterator[World]:
    """Ana (Portuguese), Minh (Vietnamese) and a visitor who reads English in one room, and an administrator.

    Without an interpreter the call page says that nobody interprets.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jbcalling-gallery-")))
        broker = stack.enter_context(redis_server())
        web = WebServer(folder, broker.url)
        sfu = Sfu(secret=web.env["SFU_TOKEN_SECRET"], port=int(web.env["SFU_PORT"]))
        sfu.start()
        stack.callback(sfu.stop)
        if interpreter:
            await stack.enter_async_context(bridge(sfu.url, sfu.secret))
        web.migrate()
        code = setup_code.make(folder)
        stack.callback(web.kill)
        web.start(PATIENCE)
        visitor = await browser.new_context(locale="en", permissions=["microphone", "camera"])
        visitor.set_default_timeout(1000 * PATIENCE)
        page = await visitor.new_page()
        room = await new_room(page, web.url)
        people = [await _join(browser, web.url, room, *who) for who in (("Ana", "pt"), ("Minh", "vi"))]
        await enter(page, web.url, room, "Emma", "en", reader=True)
        with redis.Redis.from_url(broker.url) as client:
            _talk(client, room, *people)
        await _become_administrator(page, web.url, code)
        await page.close()
        yield World(web.url, room, visitor, broker.url)
        await visitor.close()


async def new_room(page: Page, url: str) -> str:
    """Make a room on the front page; its code."""
    await page.goto(url)
    await page.fill("form[action='/rooms'] [name=name]", "Viagem para Hội An")
    await page.click("form[action='/rooms'] button[type=submit]")
    return page.url.rsplit("/", 1)[1]


async def _join(browser: Browser, url: str, room: str, name: str, language: str) -> str:
    context = await browser.new_context(locale="en", permissions=["microphone"])
    context.set_default_timeout(1000 * PATIENCE)
    page = await context.new_page()
    await enter(page, url, room, name, language)
    await until(page, CONNECTED, PATIENCE)
    return str(await page.get_attribute("#participants .me", "data-participant"))


async def enter(page: Page, url: str, room: str, name: str, language: str, *, reader: bool = False) -> None:
    """Join a room in its lobby, with one language for everything."""
    await page.goto(f"{url}/rooms/{room}")
    await page.fill("[name=name]", name)
    for field in ("speak", "read", "hear"):
        await page.select_option(f"select[name={field}]", language)
    await page.click(f"form[action$='/join'] button{'[name=reader]' if reader else ':not([name])'}[type=submit]")
    await page.wait_for_selector("body[data-page=call]")


def _talk(client: redis.Redis, room: str, ana: str, minh: str) -> None:
    said = (
        (ana, "pt", "Bom dia! Pousamos às nove e meia.", "Good morning! We land at half past nine."),
        (minh, "vi", "Chào chị. Em sẽ đợi ở cửa số hai.", "Hello. I will wait at door number two."),
        (ana, "pt", "Quanto tempo leva de carro até a cidade velha?", "How long does it take by car to the old town?"),
        (minh, "vi", "Khoảng bốn mươi lăm phút, nếu trời không mưa.", "About forty-five minutes, if it does not rain."),
        (ana, "pt", "Perfeito, obrigada. Até amanhã!", "Perfect, thank you. See you tomorrow!"),
    )  # fmt: skip
    for seq, (speaker, spoken, source, english) in enumerate(said):
        for language, text, engine in ((spoken, source, "whisper-base"), ("en", english, TRANSLATED_BY[spoken])):
            staged = caption(
                room, f"{room}.{seq}", text, language=language, source=spoken, speaker=speaker, seq=seq,
                timeline=_timeline(translated=language != spoken), engine=engine,
            )  # fmt: skip
            say(client, staged)


def _timeline(*, translated: bool) -> Timeline:
    """About what `make bench` finds on a slow machine."""
    return staged(1.8, 0.6, (0.614, 1.6), (1.614, 1.74), translated=translated)


async def _become_administrator(page: Page, url: str, code: str) -> None:
    await page.goto(f"{url}/admin/setup")
    await page.fill("[name=code]", code)
    await page.fill("[name=name]", "Linh")
    await page.fill("[name=password]", PASSWORD)
    await page.fill("[name=again]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/admin**")

"""An embed on another site, the projector page and a corrected line, in a real Chromium before a real web process."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import redis
from playwright.async_api import Browser, Page, expect

from app.auth.keyset import KeySet
from app.auth.read_tokens import ReadTokens
from ops.harness.captions import say
from ops.harness.redis_server import RedisServer, redis_server
from ops.harness.web_server import SECRETS, WebServer, new_room
from tests.support.feeds import WITHIN, spoken

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKENS = ReadTokens(KeySet(SECRETS["SESSION_SECRET"]))
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def broker(own_redis: RedisServer) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(own_redis.url) as client:
        yield client


@pytest.fixture(scope="module")
def web(own_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    server = WebServer(tmp_path_factory.mktemp("web"), own_redis.url)
    server.migrate()
    server.start()
    yield server
    server.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def person(web: WebServer) -> AsyncIterator[httpx.AsyncClient]:
    """A participant, without a browser yet."""
    async with httpx.AsyncClient(base_url=web.url, timeout=WITHIN) as client:
        yield client


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Another site; its pages lie in `tmp_path`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def watched(page: Page) -> list[str]:
    """What the page's policy forbids."""
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    return complaints


async def test_an_embed_on_another_site_shows_captions_across_a_restart_until_its_link_expires(
    web: WebServer, person: httpx.AsyncClient, broker: redis.Redis, browser: Browser, site: str, tmp_path: Path
) -> None:
    code = await new_room(person)
    say(broker, spoken(code, "s1", "before"))
    token = TOKENS.make(code, "pt", timedelta(hours=1))
    style = "size=40&color=ff8800&background=transparent&lines=2&align=center"
    address = f"{web.url}/embed/{code}?token={token}&{style}"
    (tmp_path / "index.html").write_text(
        "<!doctype html><link rel='icon' href='data:,'>"
        f"<iframe src='{address}' title='Captions' width='600' height='300'></iframe>"
    )
    page = await browser.new_page()
    complaints = watched(page)
    await page.goto(site)
    frame = page.frame_locator("iframe")
    await expect(frame.locator("body[data-state=live]")).to_be_attached()
    await expect(frame.locator(".source")).to_have_text("before")
    say(broker, spoken(code, "s2", "good morn", final=False))
    await expect(frame.locator(".utterance.interim .source")).to_have_text("good morn")
    say(broker, spoken(code, "s2", "good morning"))
    say(broker, spoken(code, "s2", "bom dia", language="pt"))
    translation = frame.locator(f"[id='t-{code}.s2']")
    await expect(translation).to_have_text("bom dia")
    await expect(frame.locator(f"[id='u-{code}.s2'] .source")).to_be_hidden()  # one language: the original has gone
    for name, value in (("color", "rgb(255, 136, 0)"), ("font-size", "40px"), ("text-align", "center")):
        await expect(translation).to_have_css(name, value)
    await expect(frame.locator("html")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    say(broker, spoken(code, "s3", "third"))
    await expect(frame.locator(f"[id='u-{code}.s1']")).to_be_hidden()  # two lines
    await asyncio.to_thread(web.stop)
    await expect(frame.locator("#connection")).to_contain_text("Connecting again")
    say(broker, spoken(code, "s4", "said meanwhile"))
    await asyncio.to_thread(web.start)
    await expect(frame.locator("body[data-state=live]")).to_be_attached()
    await expect(frame.locator(f"[id='u-{code}.s4'] .source")).to_have_text("said meanwhile")
    await expect(frame.locator("#connection")).to_be_hidden()
    assert await page.context.cookies(web.url) == [], "no cookie on another site"
    short = TOKENS.make(code, "pt", timedelta(seconds=4))
    await page.goto(f"{web.url}/embed/{code}?token={short}")
    await expect(page.locator("#connection")).to_have_text("This link has expired. Ask for a new one.")
    assert complaints == []
    await page.close()


async def test_the_projector_page_is_worked_by_keys(
    web: WebServer, person: httpx.AsyncClient, broker: redis.Redis, browser: Browser
) -> None:
    code = await new_room(person)
    say(broker, spoken(code, "s1", "good morning"))
    say(broker, spoken(code, "s1", "bom dia", language="pt"))
    page = await browser.new_page()
    complaints = watched(page)
    await page.goto(f"{web.url}/rooms/{code}/projector?token={TOKENS.make(code, 'pt', timedelta(hours=1))}")
    await expect(page.locator("body[data-state=live]")).to_be_attached()
    translation, source = page.locator(".translation"), page.locator(".source")
    await expect(source).to_be_hidden()
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    before = await translation.evaluate(size)
    for key in "++-+onq":
        await page.keyboard.press(key)
    assert await translation.evaluate(size) == pytest.approx(before * 1.15**2, rel=0.01)
    await expect(source).to_be_visible()
    await expect(page.locator(".speaker")).to_be_hidden()
    await expect(page.locator("figure.code")).to_be_hidden()
    await expect(page.locator("[data-key=o]")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("f")
    await expect(page.locator("[data-key=f]")).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await expect(translation).to_be_visible()
    assert await translation.evaluate(size) == pytest.approx(before * 1.15**2, rel=0.01), "the size is remembered"
    await page.click("#single-keys")
    await expect(page.locator("#controls kbd").first).to_be_hidden()
    await page.reload()
    await expect(page.locator("#single-keys")).to_have_attribute("aria-pressed", "false")
    await expect(page.locator("[data-key=n]")).not_to_have_attribute("aria-keyshortcuts", "n")
    for key in "+n":
        await page.keyboard.press(key)
    assert await translation.evaluate(size) == pytest.approx(before * 1.15**2, rel=0.01), "single keys are off"
    await expect(page.locator(".speaker")).to_be_visible()
    await page.click("[data-key=n]")
    await expect(page.locator(".speaker")).to_be_hidden()
    await page.click("#single-keys")
    await page.keyboard.press("n")
    await expect(page.locator(".speaker")).to_be_visible()
    assert complaints == []
    await page.close()


async def test_a_line_is_corrected_where_it_stands_and_changes_in_the_call(
    web: WebServer, person: httpx.AsyncClient, broker: redis.Redis, browser: Browser
) -> None:
    code = await new_room(person, name="Ana", read="pt")
    say(broker, spoken(code, "s1", "the librarian opens"))
    context = await browser.new_context()
    await context.add_cookies(
        [{"name": name, "value": value, "url": web.url} for name, value in person.cookies.items()]
    )
    page, reader = await context.new_page(), await context.new_page()
    complaints = watched(page)
    await reader.goto(f"{web.url}/embed/{code}?token={TOKENS.make(code, 'en', timedelta(hours=1))}")
    await expect(reader.locator("body[data-state=live]")).to_be_attached()
    await page.goto(f"{web.url}/rooms/{code}/transcript")
    say(broker, spoken(code, "s2", "in march", seq=1))
    second = page.locator(".line").nth(1)
    await expect(second).to_contain_text("in march")  # it came by itself
    say(broker, spoken(code, "s2", "em março", language="pt", seq=1))
    first = page.locator(".line").nth(0)
    await first.locator("a.edit").focus()
    await page.keyboard.press("Enter")
    box = first.locator("textarea")
    await expect(box).to_be_focused()
    await box.fill("the library opens")
    await first.locator("button[type=submit]").press("Enter")
    await expect(first.locator(".text > p")).to_contain_text("the library opens")
    await expect(first.locator("a.edit")).to_be_focused()
    await first.locator("summary").click()
    await expect(first.locator("q")).to_have_text("the librarian opens")
    await expect(first).to_contain_text("Corrected by Ana")
    await expect(reader.locator(f"[id='u-{code}.s1'] .source")).to_have_text(re.compile("the library opens"))
    await expect(reader.locator(".utterance")).to_have_count(2)
    assert complaints == []
    await context.close()

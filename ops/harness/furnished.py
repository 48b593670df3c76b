"""What an administration holds once it has been used: a worker, work on models, terms, keys, a voice, two sessions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import redis
import redis as blocking
import redis.asyncio as aioredis
from playwright.async_api import BrowserContext, Page

from app.auth.api_keys import ApiKeys
from app.db import create_engine, create_sessions
from app.speech_api.records import REFERENCE_RATE
from app.speech_api.voices import VoiceService
from ops.harness.views import ADMINISTRATOR
from ops.harness.worker import WorkerProcess
from tasks.wire import keys
from tasks.wire.administration import Hindrance, Installing, Progress
from tasks.wire.messages import encode

TERMS: Final = """source_language,target_language,source,target,hotword,translate,spoken
en,pt,board,conselho,yes,yes,
vi,en,Hội An,Hoi An,yes,yes,hoy ahn
pt,en,fado,fado,yes,,fah doo
"""
HOW_OFTEN: Final = {"hotword": 12, "translation": 9, "lost": 1, "pronunciation": 4}
PHONE: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1"
)
CONSENT: Final = "I, Ana Silva, agree that this recording is used to imitate my voice."
INSTALLER: Final[dict[str, dict[str, Any]]] = {
    "": {"state": "complete"},
    "running": {"state": "running", "languages": ["vi"], "model": "draft-en-vi", "percent": 43, "seconds_left": 118.0},
    "failed": {
        "state": "failed",
        "languages": ["vi"],
        "hindrances": [
            Hindrance(model="argos-en-vi", why="failed", said="Argos packages https://mirror.example: no such host"),
            Hindrance(model="draft-en-vi", why="memory", said="", needed=6_000_000_000, present=4_100_000_000),
        ],
    },
}
"""What the installer of a machine may be at."""


def at_work(redis_url: str, what: str) -> None:
    """Let the installer be at one of `INSTALLER`."""
    now = time.time()
    said = Installing(host="here", at=now, again_at=now + 240, **INSTALLER[what])
    with redis.Redis.from_url(redis_url) as client:
        client.hset(keys.INSTALLING, said.host, encode(said))


@asynccontextmanager
async def furnished(url: str, folder: Path, redis_url: str, visitor: BrowserContext) -> AsyncIterator[None]:
    """All of that, in the web process at `url` with its files in `folder`, by an administrator's browser.

    The worker takes requests, with the models that this machine has, until the end of the block.
    """
    page = await visitor.new_page()
    await _terms(page, url, redis_url)
    key = await _key(page, url, "subtitles of the town hall")
    await _key(page, url, "an old script")
    await page.click("tr:has-text('an old script') button")
    await page.wait_for_selector("tr:has-text('an old script') .state")  # closing a page that is leaving has hung
    await page.close()
    await _voice(key, folder, redis_url)
    _work(redis_url)
    await _log_in_elsewhere(visitor, url)
    worker = WorkerProcess(redis_url, folder / "worker.log", (keys.BATCH,))
    try:
        await asyncio.to_thread(worker.start, timeout=120)
        yield
    finally:
        await asyncio.to_thread(worker.kill)


async def _terms(page: Page, url: str, redis_url: str) -> None:
    await page.goto(f"{url}/admin/glossary")
    await page.set_input_files("#file", {"name": "terms.csv", "mimeType": "text/csv", "buffer": TERMS.encode()})
    await page.click("form[action='/admin/glossary/import'] button")
    await page.wait_for_selector("[role=status]")
    first = await page.get_attribute("form[action$='/remove']", "action") or ""
    with redis.Redis.from_url(redis_url) as client:
        for use, count in HOW_OFTEN.items():
            client.hset(keys.terms_fired(use), first.split("/")[-2], str(count))


async def _key(page: Page, url: str, name: str) -> str:
    """Make a key on its page; the key."""
    await page.goto(f"{url}/admin/keys")
    await page.fill("[name=name]", name)
    await page.click("form[action='/admin/keys'] button")
    return await page.inner_text(".secret")


async def _voice(key: str, folder: Path, redis_url: str) -> None:
    """Keep a voice as the API does, which takes one only where a model can imitate it."""
    engine = create_engine(f"sqlite+aiosqlite:///{folder / 'jbcalling.db'}")
    sessions = create_sessions(engine)
    holder = await ApiKeys(sessions).holder(key)
    assert holder
    async with aioredis.Redis.from_url(redis_url) as client:
        await VoiceService(sessions, client, blocking.Redis.from_url(redis_url), folder / "voices", 5).add(
            holder, "Ana", CONSENT, bytes(8 * REFERENCE_RATE)
        )
    await engine.dispose()


async def _log_in_elsewhere(visitor: BrowserContext, url: str) -> None:
    assert visitor.browser
    phone = await visitor.browser.new_context(user_agent=PHONE)
    page = await phone.new_page()
    await page.goto(f"{url}/admin/login")
    for field, value in zip(("name", "password"), ADMINISTRATOR, strict=True):
        await page.fill(f"[name={field}]", value)
    await page.click("main button[type=submit]")
    await page.wait_for_selector("[aria-current=page]")
    await phone.close()


def _work(redis_url: str) -> None:
    """A model in the middle of being installed, and one that could not be."""
    now, failure = time.time(), "No room for it: 0.3 GB are needed."
    works = (
        Progress(
            name="whisper-small", action="install", state="running", said="model.bin", done=182_000_000,
            total=483_546_902, at=now,
        ),
        Progress(name="argos-en-vi", action="install", state="failed", said=failure, at=now),
    )  # fmt: skip
    with redis.Redis.from_url(redis_url) as client:
        for work in works:
            client.set(keys.model_work(work.name), encode(work))

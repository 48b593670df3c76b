"""A call that is kept: asked, answered, spoken and interpreted in two browsers, then heard again line by line."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import redis
import soxr
from playwright.async_api import Browser

from ops.harness import listening
from ops.harness.people import Person, heard_out
from ops.harness.recordings import recordings
from ops.harness.stack import Stack
from ops.harness.waiting import until
from ops.harness.wer import corpus_wer
from tasks.wire import keys
from tests.e2e.test_privacy import pieces
from tests.web.test_kept_files import decoded

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAID, LATER = "en_LJ001-0011", "en_cv_651325"
"""By Ana, before and after the bridge has died."""
WITHIN = 30.0
SOUNDING = "[...document.querySelectorAll('.tracks audio')].filter(audio => !audio.paused && audio.volume > 0)"


def database(stack: Stack) -> sqlite3.Connection:
    return sqlite3.connect(stack.folder / "jbcalling.db")


def switch(stack: Stack, *, on: bool) -> None:
    """What the administration's page does."""
    with closing(database(stack)) as rows, rows:
        rows.execute("INSERT OR REPLACE INTO switches (name, is_on) VALUES ('keep_calls', ?)", [on])


async def room_of_a_host(browser: Browser, site: str) -> tuple[str, str]:
    """The address of a new room for its host, and for everybody else."""
    page = await browser.new_page()
    await page.goto(site)
    await page.click("form[action='/rooms'] button[type=submit]")
    await page.wait_for_url("**/rooms/*")
    found = re.search(r"http[^\"\s<]+\?key=[\w-]+", await page.content())
    assert found
    await page.close()
    return found[0], found[0].split("?")[0]


async def test_a_call_is_kept_by_those_who_agree_and_heard_again(stack: Stack, browser: Browser) -> None:
    switch(stack, on=True)
    hosts, plain = await room_of_a_host(browser, stack.url)
    ana = await Person.join(browser, hosts, "Ana", speak="en", read="en", hear="original")
    bia = await Person.join(browser, plain, "Bia", speak="pt", read="pt", hear="pt")
    try:
        ana.page.on("dialog", lambda dialog: dialog.accept())
        await ana.page.click("#hosting-button")
        await ana.page.click("#keeping-begin")
        for person in (ana, bia):
            await person.page.wait_for_selector("#kept-sign[data-state=kept]:not([hidden])")
        await bia.page.wait_for_selector("#keeping-refuse")
        assert "Ana is recording this call. May your voice be recorded?" in await bia.page.inner_text("#keeping")
        await bia.page.click("#keeping-refuse")
        await bia.page.wait_for_selector("#keeping-agree")
        await ana.page.keyboard.press("Escape")

        kept: set[bytes] = set()
        await ana.say(recordings()[SAID].path.read_bytes())
        await heard_out(bia, stack)
        assert await bia.onsets(), "the dub was heard"
        await bia.say(recordings()["pt_fleurs_002"].path.read_bytes())
        await heard_out(ana, stack)
        spoken = {line.speaker: line.source for line in await ana.lines()}
        assert spoken.keys() >= {"Ana", "Bia"}

        stack.kill("bridge")
        await ana.page.wait_for_selector("#kept-sign[data-state=notKept]")
        stack.start("bridge")
        await ana.page.wait_for_selector("#kept-sign[data-state=kept]")
        await ana.say(recordings()[LATER].path.read_bytes())
        await ana.wait_for("document.querySelector('#captions').textContent.toLowerCase().includes('purchase')")

        await ana.page.click("#keeping-end")
        await bia.page.wait_for_selector("#kept-sign", state="hidden")
        await ana.page.wait_for_selector("#keeping a")
        with redis.Redis.from_url(stack.redis_url) as client:

            async def stored() -> bool:
                return not client.xlen(keys.KEPT)

            await until(stored, WITHIN)
        address = await ana.page.get_attribute("#keeping a", "href")
        page = ana.page
        await page.goto(f"{stack.url}{address}")
        await page.wait_for_selector("#player[data-ready]")
        tracks = await page.eval_on_selector_all(
            ".tracks li", "rows => rows.map(row => row.querySelector('.who').textContent.replace(/\\s+/g, ' ').trim())"
        )
        assert tracks == ["Ana English", "Ana translated into Portuguese"]
        lines = await page.eval_on_selector_all(
            "#lines .line",
            "all => all.map(line => [line.querySelector('.who').textContent, +line.dataset.at, +line.dataset.end])",
        )
        assert {who for who, _, _ in lines} == {"Ana"}, "whoever did not agree is left out"

        urls = await page.eval_on_selector_all(".tracks a[download]", "all => all.map(link => link.href)")
        sounds = []
        for url in urls:
            answer = await page.request.get(url)
            kept.add(await answer.body())
            sounds.append(soxr.resample(decoded(await answer.body()).astype(np.float32), 48_000, 16_000))
        spoken_of = [[(at, end) for _, at, end in lines[:-1]], [(at, end) for _, at, end in lines[-1:]]]
        (heard, later) = (
            listening.understood(sounds[0][int((of[0][0] - 0.2) * 16_000) : int((of[-1][1] + 0.3) * 16_000)], "en")
            for of in spoken_of
        )
        first, last = lines[0][1], lines[-1][2]
        dubbed = listening.understood(sounds[1], "pt")
        print(f"\nkept: {heard!r}\ndub: {dubbed!r}")
        assert corpus_wer([(recordings()[SAID].text, heard)], "en") <= 0.2
        assert corpus_wer([(recordings()[LATER].text, later)], "en") <= 0.2, "one track, whichever bridge brought it"
        assert len(dubbed.split()) >= 5

        await page.select_option("#heard", "")
        await page.click("#lines .line")
        await page.wait_for_selector("#lines .line[aria-current=true]")
        at = await ana.wait_for(f"{SOUNDING}.map(audio => audio.currentTime).find(time => time > {first + 0.3})")
        assert first < at < last + 1
        await page.select_option("#heard", "pt")
        await page.click("#lines .line")
        assert await ana.wait_for(f"{SOUNDING}.length === 2"), "the dub, and its original beneath"
        volumes = await ana.wait_for(f"(all => all.some(v => v < 0.2) && all)({SOUNDING}.map(audio => audio.volume))")
        assert sorted(volumes) == [0.15, 1]
        await page.keyboard.press("Tab")
        assert ana.errors == bia.errors == []

        with closing(database(stack)) as rows:
            assert rows.execute("SELECT count(*) FROM kept_pieces").fetchone()[0] >= 2
        sought = {piece for sound in kept for piece in pieces(sound)}
        assert len(sought) >= 50
        for file in (path for path in stack.folder.rglob("*") if path.is_file()):
            content = file.read_bytes()
            assert not any(piece in content for piece in sought), f"{file}: it is sealed wherever it lies"
    finally:
        switch(stack, on=False)
        await ana.leave()
        await bia.leave()

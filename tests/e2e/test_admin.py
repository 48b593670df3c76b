"""Looking after a running installation in a real browser: from the setup code to the audit log."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from app.auth import setup_code
from ops.harness.stack import Stack
from tests.support.administrator import NAME, PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


async def test_an_administrator_sets_the_password_makes_a_room_tries_a_pair_and_checks_a_model(
    stack: Stack, browser: Browser
) -> None:
    context = await browser.new_context(base_url=stack.url, viewport={"width": 390, "height": 844})
    page, errors = await context.new_page(), list[str]()
    page.on("console", lambda said: errors.append(said.text) if said.type in {"error", "warning"} else None)

    await page.goto("/admin")
    await page.fill("#code", setup_code.make(stack.folder))
    await page.fill("#name", NAME)
    await page.fill("#password", PASSWORD)
    await page.fill("#again", PASSWORD)
    await press(page, "Set the password")

    await page.fill("form.fields #name", "Clinic")
    await page.fill("#capacity", "4")
    await press(page, "Make the room")
    made = page.url
    await press(page, "Enter it as a host")
    await page.get_by_role("heading", name="Clinic").wait_for()
    link = page.url
    await page.goto(made)
    await press(page, "Close and end the call")
    await page.get_by_text("its call has ended").wait_for()
    answer = await context.request.get(link, headers={"accept": "text/html"})
    assert answer.status == 410

    await page.goto("/admin/pairs")
    await page.select_option("#source", "en")
    await page.select_option("#target", "pt")
    await page.fill("#text", "Good morning. The meeting starts at ten.")
    await press(page, "Try it")
    await page.wait_for_selector(".stages li:nth-child(4) audio", timeout=60_000)
    stages = await page.locator(".stages li").all_inner_texts()
    assert "meeting" in stages[1].lower()
    assert "reunião" in stages[2].lower()
    seconds = await page.eval_on_selector(
        ".stages li:nth-child(4) audio",
        "audio => new Promise(done => { audio.onloadedmetadata = () => done(audio.duration); audio.load(); })",
    )
    assert 1 < seconds < 10

    await page.goto("/admin/models")
    await press(page, "Verify bergamot-en-pt")
    await page.wait_for_selector(".works .state.good", timeout=60_000)
    assert "every digest is right" in await page.inner_text(".works")

    await page.goto("/admin/workers")
    assert "whisper-base" in await page.inner_text(".live")
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    await press(page, "Log out")
    await page.wait_for_selector("#password")
    assert errors == []
    await context.close()

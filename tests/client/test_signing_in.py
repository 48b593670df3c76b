"""Signing in by a service at another site, in a browser: its policies let cookies and links through as they should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser

from ops.harness.redis_server import redis_server
from ops.harness.web_server import WebServer
from tests.client.test_gallery import found_by_axe
from tests.support.oidc_provider import CLIENT, SECRET, oidc_provider

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[WebServer]:
    """A web process whose people sign in by a service on `localhost`, another site than its own 127.0.0.1."""
    with ExitStack() as stack:
        service = stack.enter_context(oidc_provider())
        web = WebServer(tmp_path, stack.enter_context(redis_server()).url)
        web.env |= {
            "OIDC_ISSUER": service.issuer,
            "OIDC_CLIENT_ID": CLIENT,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_ROLES": "owner=ada@example.org",
            "ROOMS_BY": "login",
        }
        web.migrate()
        web.start(120)
        stack.callback(web.kill)
        yield web


async def test_a_browser_goes_to_the_service_and_comes_back_as_who_it_is(browser: Browser, site: WebServer) -> None:
    context = await browser.new_context(locale="en", reduced_motion="reduce")  # no colours half way
    page = await context.new_page()
    against: list[str] = []
    page.on("console", lambda line: against.append(line.text) if "policy" in line.text.lower() else None)
    await page.goto(f"{site.url}/")
    assert await found_by_axe(page) == []
    await page.focus("a:has-text('Sign in with localhost')")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=Signed in as ada@example.org")
    assert await found_by_axe(page) == []
    await page.click("form[action='/rooms'] button")
    await page.wait_for_url("**/rooms/*")
    await page.goto(f"{site.url}/admin/setup")
    await page.focus("a:has-text('Sign in with localhost')")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/rooms")  # the cookie is strict, and comes along all the same
    await page.goto(f"{site.url}/admin/account")
    assert await found_by_axe(page) == []
    await page.click("form[action='/admin/logout'] button")
    await page.wait_for_selector("text=At localhost you are still signed in")
    assert await found_by_axe(page) == []
    assert against == []
    await context.close()

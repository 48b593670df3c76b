"""Calls from behind firewalls: where TURN is the only way, and where UDP is blocked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from app.rooms.ice import IceServer, turn_credentials
from ops.harness.call_page import CallPages
from ops.harness.people import PATHS
from tests.client.conftest import CHROMIUM, FLAGS, SOUND_ON, Join
from tests.support.loudspeaker import levels, speak
from tests.support.turn import Turn

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "r" * 40
NO_UDP = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
"""Chromium then behaves as behind a firewall that lets no UDP through."""


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[Turn]:
    """A TURN server."""
    server = Turn(tmp_path, SECRET)
    yield server
    server.stop()


async def assert_heard(listener: Page, speaker: Page) -> None:
    """The speaker's voice comes out of the listener's loudspeaker."""
    await speak(speaker)
    await listener.wait_for_selector('#participants li[data-participant="ana"].speaking')
    assert (await levels(listener))[0] > 0.05


async def test_where_a_relay_is_the_only_way_the_call_takes_it(join: Join, pages: CallPages, turn: Turn) -> None:
    username, credential = turn_credentials(SECRET, "ana", int(time.time()) + 60)
    pages.ice_policy = "relay"
    pages.ice_servers = [asdict(IceServer([f"turn:127.0.0.1:{turn.port}?transport=udp"], username, credential))]
    ana, bob = [await join(name, script=PATHS.read_text()) for name in ("ana", "bob")]
    await assert_heard(bob, ana)
    for page in (ana, bob):
        paths = await page.evaluate("window.__paths()")
        assert paths
        assert {tuple(path) for path in paths} == {("relay", "udp", "udp")}
    assert f"user <{username}>" in turn.log.read_text(errors="replace")


async def test_where_udp_is_blocked_the_call_takes_tcp(join: Join) -> None:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, SOUND_ON, *NO_UDP])
        ana, bob = [await join(name, chromium=chromium, script=PATHS.read_text()) for name in ("ana", "bob")]
        await assert_heard(bob, ana)
        for page in (ana, bob):
            paths = await page.evaluate("window.__paths()")
            assert paths
            assert {protocol for _, protocol, _ in paths} == {"tcp"}
        await chromium.close()

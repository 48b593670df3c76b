"""The call when the network changes under it: how long nobody is heard, measured at the loudspeaker."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Page

from ops.harness.call_page import CallPages, until
from ops.harness.sfu import Sfu
from tests.client.conftest import CONNECTED, Join
from tests.support.loudspeaker import speak
from tests.support.network import OUTSIDE, Network

pytestmark = pytest.mark.asyncio(loop_scope="session")

SILENCE_WITHIN = 3.0
"""Seconds without the others' voices that a changed network or a lost media worker may cost."""
QUIET = 0.01
SETTLE_MS = 1_000
NOTICED_MS = 3_000
"""After which a page knows that its network has changed."""
UNNOTICED = 0.1
WATCH = """() => {
  window.__states = [], window.__changes = 0;
  new MutationObserver(() => window.__states.push(document.body.dataset.state))
    .observe(document.body, { attributeFilter: ["data-state"] });
  new MutationObserver(() => (window.__changes += 1))
    .observe(document.querySelector("#participants"), { childList: true });
}"""
HEARS = '#participants li[data-participant="{}"].speaking'


@pytest.fixture(scope="module")
def sfu() -> Iterator[Sfu]:
    """An SFU that browsers reach through a relay."""
    one = Sfu(announced=OUTSIDE)
    one.start()
    yield one
    one.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def network(sfu: Sfu) -> AsyncIterator[Network]:
    """The network in between."""
    one = Network()
    await one.udp(sfu.rtc_port)
    await one.tcp(sfu.port)
    yield one
    one.close()


@pytest.fixture
def pages(sfu: Sfu, network: Network) -> Iterator[CallPages]:  # noqa: ARG001 - in between
    """Call pages whose signalling goes through the network too."""
    one = CallPages(secret=sfu.secret, sfu_url=sfu.url.replace("127.0.0.1", OUTSIDE))
    one.start()
    yield one
    one.stop()


async def silence(page: Page) -> float:
    """The longest silence of what the page has played since `__record(true)`, in seconds."""
    recorded = await page.evaluate("window.__recorded()")
    samples = np.frombuffer(base64.b64decode(recorded["samples"]), np.float32)
    length = recorded["rate"] // 100
    loud = np.sqrt((samples[: len(samples) // length * length].reshape(-1, length) ** 2).mean(axis=1)) > QUIET
    longest = run = 0
    for one in loud:
        run = 0 if one else run + 1
        longest = max(longest, run)
    return longest / 100


async def talk(join: Join) -> tuple[Page, Page]:
    """Two who hold a tone each and record what they hear."""
    ana, bob = await asyncio.gather(join("ana"), join("bob"))
    for page in (ana, bob):
        await speak(page)
    await ana.wait_for_selector(HEARS.format("bob"))
    await bob.wait_for_selector(HEARS.format("ana"))
    for page in (ana, bob):
        await page.wait_for_timeout(SETTLE_MS)
        await page.evaluate("window.__record(true)")
    return ana, bob


async def mended(page: Page, other: str) -> None:
    """Wait until a page is in the call again and has heard the other one for a while."""
    await until(page, CONNECTED)
    await page.wait_for_selector(HEARS.format(other))
    await page.wait_for_timeout(SETTLE_MS)


async def change(network: Network, ana: Page, bob: Page) -> list[float]:
    """Change the network under two who talk; the seconds of silence that it costs each."""
    network.change()
    await ana.wait_for_timeout(NOTICED_MS)
    await asyncio.gather(mended(ana, "bob"), mended(bob, "ana"))
    gaps = [await silence(page) for page in (ana, bob)]
    print(f"\nsilence after the network changed, media and socket: {gaps} s")
    return gaps


async def test_a_changed_network_is_noticed_and_mended_by_the_pages(join: Join, network: Network) -> None:
    gaps = await change(network, *await talk(join))
    assert all(0 < gap < SILENCE_WITHIN for gap in gaps)


async def test_a_changed_network_is_mended_without_the_web_server(
    join: Join, network: Network, pages: CallPages
) -> None:
    ana, bob = await talk(join)
    pages.stop()
    try:
        gaps = await change(network, ana, bob)
    finally:
        pages.start()
    assert all(0 < gap < SILENCE_WITHIN for gap in gaps)


async def test_a_lost_socket_costs_no_sound_and_nobody_sees_it(join: Join, network: Network) -> None:
    ana, bob = await talk(join)
    for page in (ana, bob):
        await page.evaluate(WATCH)
    network.drop_connections()
    for page in (ana, bob):
        await until(page, "window.__states.includes('reconnecting') && document.body.dataset.state === 'connected'")
    await ana.click("#mic")  # the new sockets carry on where the old ones were
    await bob.wait_for_selector('#participants li[data-participant="ana"][data-muted]')
    assert await silence(ana) < UNNOTICED
    for page in (ana, bob):
        assert await page.evaluate("window.__changes") == 0
        assert await page.locator("#audio audio").count() == 1


async def test_the_death_of_a_media_worker_is_repaired_by_the_pages_themselves(join: Join, sfu: Sfu) -> None:
    ana, bob = await talk(join)
    for worker in sfu.media_workers():
        os.kill(worker, signal.SIGKILL)
    await until(bob, "document.body.dataset.state === 'reconnecting'", 1.0)
    await asyncio.gather(mended(ana, "bob"), mended(bob, "ana"))
    gaps = [await silence(page) for page in (ana, bob)]
    print(f"\nsilence after the media worker died: {gaps} s")
    assert max(gaps) < SILENCE_WITHIN

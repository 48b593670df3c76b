"""What says how this installation is doing says it to those who watch over it, and to nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from litestar.testing import AsyncTestClient

from app.main import create_app
from app.settings.networks import LOOPBACK
from app.settings.web import WebSettings
from tests.support.administrator import on_sqlite
from tests.support.local import visited

PATHS = ("/metrics", "/metrics/", "/ready", "/ready/")
PROXY, PROMETHEUS, STRANGER = "10.0.0.5", "10.8.0.7", "203.0.113.9"


@on_sqlite
@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("::ffff:127.0.0.1", "", True),
        (PROMETHEUS, "", True),
        (STRANGER, "", False),
        (STRANGER, "127.0.0.1", False),
        (STRANGER, PROMETHEUS, False),
        ("127.0.0.1", STRANGER, False),  # through a proxy on this machine
        (PROXY, STRANGER, False),
        (PROXY, f"127.0.0.1, {STRANGER}", False),  # the proxy adds to what the stranger said
        (PROXY, "nonsense", False),
        (PROXY, "", False),
        (PROXY, PROMETHEUS, True),
        ("nowhere", "", False),
    ],
)
async def test_metrics_and_readiness_are_for_the_machine_and_named_addresses(
    settings: WebSettings, peer: str, forwarded: str, told: bool
) -> None:
    watched = replace(settings, monitoring_from=(*LOOPBACK, "10.8.0.0/24"))
    app = create_app(replace(watched, trusted_proxies=(*LOOPBACK, f"{PROXY}/32")))
    async with AsyncTestClient(visited(app)) as visitor:
        headers = {"x-test-peer": peer} | ({"x-forwarded-for": forwarded} if forwarded else {})
        found = [(await visitor.get(path, headers=headers)).status_code for path in PATHS]
        assert found == [200 if told else 404] * len(PATHS)
        assert (await visitor.get("/health", headers=headers)).status_code == 200

"""A real Chromium on a host: its network is the host's, and all else of it this process's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, async_playwright

from ops.harness.machines.addresses import NAMES
from ops.harness.machines.host import Host
from ops.harness.machines.world import PLACE
from ops.harness.people import CHROMIUM, FLAGS

RULES: Final = ",".join(f"MAP {domain} {address}" for domain, address in NAMES.items())
OWN_AUTHORITY: Final = "--ignore-certificate-errors"
"""The machines' certificates are signed by themselves."""


@asynccontextmanager
async def browser_on(host: Host) -> AsyncIterator[Browser]:
    """A browser of somebody who sits at that host."""
    program = _program(host)
    async with async_playwright() as playwright:
        args = [*FLAGS, OWN_AUTHORITY, f"--host-resolver-rules={RULES}"]
        chromium = await playwright.chromium.launch(executable_path=program, args=args)
        yield chromium
        await chromium.close()


def _program(host: Host) -> Path:
    """What Playwright can start as if it were the browser."""
    path = PLACE / "tmp" / f"chromium-of-{host.name}"
    command = " ".join(host.words(CHROMIUM, network_only=True))
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)
    return path

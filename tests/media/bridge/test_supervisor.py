"""Members of the bridge: started once, cancelled when no longer wanted, replaced when they crash."""

from __future__ import annotations

import asyncio

import pytest

from app.media.bridge import supervisor as supervisor_module
from app.media.bridge.supervisor import Supervisor


class Member:
    """Crashes if told so, else runs until cancelled; notes what happens."""

    def __init__(self, log: asyncio.Queue[str], *, crashes: bool) -> None:
        self._log = log
        self._crashes = crashes

    async def run(self) -> None:
        """Run."""
        self._log.put_nowait("begun")
        if self._crashes:
            raise ValueError("a bug")
        try:
            await asyncio.Event().wait()
        finally:
            self._log.put_nowait("ended")


async def test_a_member_that_crashes_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "RESTART_SECONDS", 0.0)
    log: asyncio.Queue[str] = asyncio.Queue()
    crashes = iter([True, True, False])
    supervisor: Supervisor[str, Member] = Supervisor()
    supervisor.start("track", lambda: Member(log, crashes=next(crashes)))
    async with asyncio.timeout(5):
        assert [await log.get() for _ in range(3)] == ["begun"] * 3
    supervisor.stop("track")
    await supervisor.wait_stopped(1)
    assert log.get_nowait() == "ended"


async def test_a_member_is_started_once() -> None:
    log: asyncio.Queue[str] = asyncio.Queue()
    supervisor: Supervisor[str, Member] = Supervisor()
    for _ in range(2):
        supervisor.start("track", lambda: Member(log, crashes=False))
    async with asyncio.timeout(5):
        assert await log.get() == "begun"
    supervisor.stop_all()
    await supervisor.wait_stopped(1)
    assert log.get_nowait() == "ended"
    assert log.empty()

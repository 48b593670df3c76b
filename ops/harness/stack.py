"""The whole system on free ports, each Procfile line a process that a test can stop, kill and start again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
import redis
from honcho.environ import parse_procfile

from app.supervisor import runner
from ops.harness import database, process_group
from ops.harness.ports import free_ports
from ops.harness.waiting import until
from tasks.wire.environment import WORKER_ACCOUNT

ROOT = Path(__file__).resolve().parents[2]
PORTS = ("WEB_PORT", "SFU_PORT", "SFU_RTC_PORT", "BRIDGE_PORT", "WORKER_METRICS_PORT", "REDIS_PORT")
NOT_INHERITED = ("REDIS_URL", "BROKER_URL", "DATABASE_URL")
"""A person's own servers are not for tests."""
START_WITHIN = 90.0
"""Seconds for everything to be up: the models load in a few, a noisy machine takes longer."""


class Stack:
    """Every process of the Procfile, with its output in a file each.

    Each knows the secrets that it would on a server, and no more; in the end Redis must have refused nothing to any.
    """

    def __init__(self, folder: Path, **extra: str) -> None:
        self.folder = folder
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        ours = {name: value for name, value in runner.environment(folder).items() if name not in NOT_INHERITED}
        self.env = ours | ports | {"MODELS_AUTO": "0"} | extra  # a test that wants a gigabyte says so
        self.lines = parse_procfile((ROOT / "Procfile").read_text()).processes
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._code = ROOT
        self.restart_database: Callable[[], None] = lambda: None
        """Where its database is a server that can be restarted."""

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.env['WEB_PORT']}"

    @property
    def works(self) -> list[str]:
        """`workers`, unless a test has taken them out of `lines`."""
        return ["workers"] if "worker" in self.lines else []

    @property
    def redis_url(self) -> str:
        """Its Redis server."""
        return f"redis://:{self.env['REDIS_PASSWORD']}@127.0.0.1:{self.env['REDIS_PORT']}/0"

    def _hold_accounts(self) -> None:
        """See that workers have the account of workers at Redis, and that nothing has been refused to any.

        Raises:
            AssertionError: otherwise. Nothing where Redis does not answer, which a test may have ended.
        """
        with suppress(redis.ConnectionError), redis.Redis.from_url(self.redis_url) as store:
            refused = store.acl_log()
            assert not refused, f"Redis has refused its own processes something: {refused}"
            users = {client["user"] for client in store.client_list()}
            assert users >= {"default", *([WORKER_ACCOUNT] if "worker" in self.running else [])}, users

    def log(self, name: str) -> str:
        """What a process has printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def use(self, code: Path) -> None:
        """Start processes from another checkout from now on, as after `git pull`."""
        self._code = code
        self.env["PYTHONPATH"] = str(code)

    def start(self, name: str) -> None:
        """Start one process."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.lines[name],
                shell=True,
                cwd=self._code,
                env=runner.known_to(name.rstrip("0123456789"), self.env),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process and its children."""
        os.killpg(self.running[name].pid, number)

    def kill(self, name: str) -> None:
        """End a process with kill -9, as the kernel's out-of-memory killer would."""
        process_group.kill(self.running.pop(name))

    def stop(self, name: str) -> float:
        """Ask a process to end and wait for it; how many seconds it took."""
        started = time.monotonic()
        self.signal(name, signal.SIGTERM)
        self.running.pop(name).wait(timeout=20)
        return time.monotonic() - started

    async def restart(self, name: str, within: float = 60.0) -> None:
        """As `systemctl restart` does with a unit of the deploy plan: SIGTERM to the main process alone, then anew."""
        process = self.running.pop(name)
        process.terminate()
        await asyncio.to_thread(process.wait, within)
        self.start(name)

    async def ready(self, **wanted: str) -> dict[str, Any]:
        """Wait until `/ready` shows every wanted dependency in that state; its answer.

        Raises:
            TimeoutError: it did not come to that within `START_WITHIN` seconds.
        """
        wanted = wanted or {"database": "ok", "redis": "ok", "sfu": "ok"} | dict.fromkeys(self.works, "ok")
        deadline = time.monotonic() + START_WITHIN
        state: dict[str, Any] = {}
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as client:
            while time.monotonic() < deadline:
                try:
                    state = (await client.get("/ready")).json()["dependencies"]
                    if all(state[name]["state"] == value for name, value in wanted.items()):
                        return state
                except (httpx.TransportError, KeyError):
                    pass
                await asyncio.sleep(0.1)
        logs = {name: self.log(name)[-1500:] for name in self.lines}
        raise TimeoutError(f"wanted {wanted}, got {state}; logs: {logs}")

    async def dubbed(self, within: float = 40.0) -> None:
        """Wait until the bridge owes nobody a clip any more: the last part of each plays, or was given up on.

        Raises:
            TimeoutError: it still owes one after so many seconds.
        """
        address = f"http://127.0.0.1:{self.env['BRIDGE_PORT']}/health"
        async with httpx.AsyncClient(timeout=5) as client:

            async def so() -> bool:
                owed: int = (await client.get(address)).json()["clips_owed"]
                return owed == 0

            await until(so, within)

    async def migrate(self) -> None:
        """Bring the database to the schema of the checkout, as the unit of `web` does before it starts."""
        await asyncio.to_thread(database.migrate, self.env, self._code)

    async def __aenter__(self) -> Self:
        await self.migrate()
        try:
            for name in self.lines:
                self.start(name)
            await self.ready()
            self._hold_accounts()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._hold_accounts()
        finally:
            self._end()
        if isinstance(error, Exception):  # not for whoever was told to end
            sys.stderr.write("".join(f"\n--- {name}\n{self.log(name)[-3000:]}" for name in self.lines))

    def _end(self) -> None:
        for name in reversed(list(self.running)):
            process = self.running[name]
            if process.poll() is None:
                self.signal(name, signal.SIGTERM)
        for name, process in self.running.items():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.signal(name, signal.SIGKILL)
                process.wait()


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for one stack's database, secrets and logs."""
    return tempfile.TemporaryDirectory(prefix="jbcalling-test-")


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every live process of a system whose files are in this folder, or in one within it."""
    found = []
    for process in psutil.process_iter():
        try:
            var = process.environ().get("JBC_VAR")
            if var and Path(var).is_relative_to(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found

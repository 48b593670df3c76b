"""The web process as the Procfile starts it, with a Redis server and a database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
from honcho.environ import parse_procfile

from app.web.security import cookie_name
from ops.harness import database, process_group
from ops.harness.ports import free_port
from tasks.wire.addresses import authority

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "SESSION_SECRET": "session-secret-of-tests-" + "s" * 16,
    "SFU_TOKEN_SECRET": "sfu-secret-of-tests-" + "t" * 16,
    "SECOND_FACTOR_SECRET": "second-factor-of-tests-" + "f" * 16,
    "KEEP_SECRET": "kept-calls-of-tests-" + "k" * 16,
}
SESSION_COOKIE, CSRF_COOKIE, ADMIN_COOKIE = (
    cookie_name(SECRETS["SESSION_SECRET"], use) for use in ("session", "csrf", "admin")
)
"""What the cookies are called where these are the secrets."""


class WebServer:
    """One web process that a test can stop, kill and start again on the same port."""

    def __init__(self, folder: Path, redis_url: str, database_url: str = "") -> None:
        self.port = free_port()
        self.log = folder / "web.log"
        self._command = parse_procfile((ROOT / "Procfile").read_text()).processes["web"]
        self._process: subprocess.Popen[bytes] | None = None
        self.env = (
            os.environ
            | SECRETS
            | {
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "JBC_VAR": str(folder),
                "REDIS_URL": redis_url,
                "DATABASE_URL": database_url,
                "WEB_HOST": "127.0.0.1",
                "WEB_PORT": str(self.port),
                "SFU_PORT": str(free_port()),
                "BRIDGE_PORT": str(free_port()),
            }
        )

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://{authority(self.env['WEB_HOST'], self.port)}"

    @property
    def pid(self) -> int | None:
        """Of the process that was started, whose children serve; None while there is none."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended by us."""
        return self._process is not None

    def migrate(self) -> None:
        """Bring the database up to date."""
        database.migrate(self.env)

    def start(self, within: float = 40.0) -> None:
        """Start it and wait until it answers (seconds)."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, shell=True, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + within
        while True:
            try:
                httpx.get(f"{self.url}/health", timeout=1).raise_for_status()
            except httpx.HTTPError:
                assert self._process.poll() is None, f"web ended: {self.log.read_text()}"
                assert time.monotonic() < deadline, f"web does not answer: {self.log.read_text()}"
                time.sleep(0.05)  # a process that is starting has no event to wait for but its port
            else:
                return

    def stop(self, within: float = 10.0) -> float:
        """Ask it to end; how many seconds that took. A process that does not end in time is killed.

        Raises:
            subprocess.TimeoutExpired: it did not end within `within` seconds.
        """
        process, self._process = self._process, None
        if process is None:
            return 0.0
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(within)
        finally:
            if process.poll() is None:
                process_group.kill(process)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            process_group.kill(self._process)
            self._process = None

    def events(self) -> list[str]:
        """What it has printed, a line each."""
        return self.log.read_text().splitlines()


def csrf_of(client: httpx.Client | httpx.AsyncClient) -> str:
    """The CSRF token that this client got with its first page."""
    return next(value for name, value in client.cookies.items() if name.startswith("jbc_csrf_"))


def join_form(token: str, **changes: str) -> dict[str, str]:
    """A valid form of the lobby."""
    return {"_csrf_token": token, "name": "Ana", "speak": "pt", "read": "pt", "hear": "en"} | changes


async def new_room(client: httpx.AsyncClient, **choices: str) -> str:
    """Make a room and join it; its code."""
    await client.get("/")
    made = await client.post("/rooms", data={"_csrf_token": csrf_of(client), "name": "Test"})
    assert made.status_code == 303, made.text
    code = made.headers["location"].rsplit("/", 1)[1]
    joined = await client.post(f"/rooms/{code}/join", data=join_form(csrf_of(client), **choices))
    assert joined.status_code == 303, joined.text
    return str(code)


async def token_of(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    """The answer of the token endpoint."""
    response = await client.post(f"/rooms/{code}/token", headers={"x-csrftoken": csrf_of(client)})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer

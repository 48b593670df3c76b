"""A real Redis server for tests: the one that the product starts, on a free port, with its passwords."""

from __future__ import annotations

import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from app.supervisor import redis_program
from app.supervisor.redis_program import Program
from app.supervisor.redis_server import RedisServerSettings, configuration
from ops.harness.ports import free_port
from tasks.wire.addresses import redis_url
from tasks.wire.environment import WORKER_ACCOUNT


@dataclass
class RedisServer:
    """One Redis process with nothing kept on disk; `stop` and `start` to play an outage that loses its data."""

    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    worker_password: str = field(default_factory=lambda: secrets.token_hex(16))
    host: str = "127.0.0.1"
    program: Program = field(default_factory=redis_program.find)
    more: tuple[str, ...] = ()
    """Further lines of its configuration."""
    _process: subprocess.Popen[bytes] | None = None
    _folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def url(self) -> str:
        """The URL to connect with, password included."""
        return redis_url(self.host, self.port, self.password)

    @property
    def worker_url(self) -> str:
        """The same for a worker, who may do less."""
        return redis_url(self.host, self.port, self.worker_password, WORKER_ACCOUNT)

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        assert self._process is not None, "the server is not running: call start() first"
        return self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers."""
        assert self._process is None, "already running"
        self._folder = tempfile.TemporaryDirectory(prefix="jbc-redis-")
        config = Path(self._folder.name) / "redis.conf"  # a file keeps the password out of the process list
        settings = RedisServerSettings(
            self.host, self.port, self.password, self.worker_password, Path(self._folder.name)
        )
        config.write_text("\n".join([configuration(settings, self.program.version), *self.more]))
        command = [self.program.called, str(config)]
        self._process = subprocess.Popen(command, executable=self.program.path, stdout=subprocess.DEVNULL)
        self._await_answer()

    def _await_answer(self) -> None:
        deadline = time.monotonic() + 10
        with redis.Redis.from_url(self.url) as client:
            while True:
                assert self._process is not None
                assert self._process.poll() is None, f"redis-server exited with {self._process.returncode}"
                try:
                    client.ping()
                except redis.ConnectionError:
                    if time.monotonic() > deadline:
                        self.stop()
                        raise
                    time.sleep(0.01)  # a server that is starting has no event to wait for but its port
                else:
                    return

    def stop(self) -> None:
        """Kill the server at once, as a crash would; no-op when it is not running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running server, killed at the end of the block."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()

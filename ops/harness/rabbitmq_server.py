"""A real RabbitMQ server for tests and measurements: a node on free ports of loopback, in a folder of its own.

It shares nothing with one that the machine runs: it has its own name, its own cookie, and its own `epmd`, through which
Erlang's nodes find each other.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from ops.harness import process_group
from ops.harness.ports import free_ports

DEBIAN = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""The server itself; `/usr/sbin/rabbitmq-server` would run it as another user, in that one's folders."""
START_SECONDS = 60.0


class NoRabbitmqError(RuntimeError):
    """It is not installed; the message says what to do."""


@dataclass
class RabbitmqServer:
    """One node; `stop` and `start` to play an outage. What was on its disk stays until `remove`."""

    ports: list[int] = field(default_factory=lambda: free_ports(3))
    """Of clients, of other nodes, of epmd."""
    name: str = field(default_factory=lambda: f"jbc-{secrets.token_hex(4)}@localhost")
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="jbc-rabbitmq-")))
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL to connect with, password included."""
        return f"amqp://jbcalling:{self.password}@127.0.0.1:{self.ports[0]}/%2F"

    @property
    def pid(self) -> int:
        """Process id of what was started last: of the node, or of the script that began it."""
        assert self._running, "the server is not running: call start() first"
        return self._running[-1].pid

    def start(self) -> None:
        """Start the server and wait until it takes messages.

        Raises:
            NoRabbitmqError: it is not installed.
            AssertionError: it ends, or does not answer in time.
        """
        assert not self._running, "already running"
        program = DEBIAN if Path(DEBIAN).exists() else shutil.which("rabbitmq-server")
        epmd = shutil.which("epmd")
        if program is None or epmd is None:
            raise NoRabbitmqError("RabbitMQ is not installed: apt-get install --no-install-recommends rabbitmq-server")
        environment = os.environ | self._environment()
        with (self.folder / "log").open("ab") as log:
            for command in ([epmd, "-address", "127.0.0.1"], [program]):
                self._running.append(
                    subprocess.Popen(
                        command,
                        env=environment,
                        cwd=self.folder,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        self._await_answer()

    def _environment(self) -> dict[str, str]:
        port, nodes, epmd = self.ports
        config = self.folder / "rabbitmq.conf"  # a file keeps the password out of the process list
        config.write_text(
            f"listeners.tcp.1 = 127.0.0.1:{port}\ndefault_user = jbcalling\ndefault_pass = {self.password}\n"
            "log.console = true\nlog.console.level = warning\nlog.file = false\ndisk_free_limit.absolute = 10MB\n"
            "consumer_timeout = 21600000\n"  # as docs/scaling.md says, and so is the next
        )
        advanced = self.folder / "advanced.config"
        advanced.write_text("[{rabbit, [{vm_memory_high_watermark_paging_ratio, 1.1}]}].\n")
        plugins = self.folder / "enabled_plugins"
        plugins.write_text("[].\n")
        return {
            "HOME": str(self.folder),  # where the cookie lies
            "ERL_EPMD_PORT": str(epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_DIST_PORT": str(nodes),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(advanced),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert all(process.poll() is None for process in self._running), f"it has ended:\n{self.log}"
            try:
                pika.BlockingConnection(pika.URLParameters(self.url)).close()
            except AMQPError:
                assert time.monotonic() < deadline, f"no answer in {START_SECONDS} s:\n{self.log}"
                time.sleep(0.1)  # a server that is starting has no event to wait for but its port
            else:
                return

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "log").read_text(errors="replace")

    def stop(self) -> None:
        """Kill the node and its epmd at once, as a crash would; no-op when they are not running."""
        while self._running:
            process_group.kill(self._running.pop())

    def remove(self) -> None:
        """Leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)


@contextmanager
def rabbitmq_server() -> Iterator[RabbitmqServer]:
    """A running server, killed and removed at the end of the block.

    Raises:
        NoRabbitmqError: it is not installed.
    """
    server = RabbitmqServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()

"""A real Dramatiq worker in a process group of its own, which can be killed as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ops.harness import process_group
from ops.harness.ports import free_port
from tasks.wire import keys
from tasks.wire.messages import Heartbeat, decode
from tasks.wire.redis_client import connect

ROOT = Path(__file__).parents[2]


@dataclass
class WorkerProcess:
    """`python -m tasks.worker`, six threads."""

    redis_url: str
    log: Path
    queues: tuple[str, ...] = ()
    metrics_port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    module: tuple[str, ...] = ("tasks.worker",)
    """What Python runs, with its first arguments."""
    _process: subprocess.Popen[bytes] | None = None

    def start(self, *, timeout: float = 90, serving: tuple[str, ...] = ()) -> None:
        """Start it and wait until it takes from all of its queues, or from those in `serving`."""
        command = [sys.executable, "-m", *self.module, "--threads", "6"]
        if self.queues:
            command += ["--queues", *self.queues]
        metrics = {"WORKER_METRICS_PORT": str(self.metrics_port)}
        environment = {**os.environ, "REDIS_URL": self.redis_url, **metrics, **self.extra}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + timeout
        with connect(self.redis_url) as client:
            known = set(client.scan_iter(keys.HEARTBEATS))
            while not any(
                _ready(client.get(name), serving) for name in client.scan_iter(keys.HEARTBEATS) if name not in known
            ):
                assert self._process.poll() is None, f"the worker exited:\n{self.log.read_text()}"
                assert time.monotonic() < deadline, f"no heartbeat in {timeout} s:\n{self.log.read_text()}"
                time.sleep(0.05)

    @property
    def pids(self) -> list[int]:
        """The processes of the worker's group: one, or the `dramatiq` command's master and its child."""
        assert self._process is not None
        listing = subprocess.run(["ps", "-eo", "pid=,pgid="], capture_output=True, text=True, check=True).stdout
        pairs = [line.split() for line in listing.splitlines()]
        return [int(pid) for pid, group in pairs if int(group) == self._process.pid]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all of it."""
        assert self._process is not None
        os.killpg(self._process.pid, number)

    def terminate(self) -> int:
        """SIGTERM to the master, as a process manager does; the exit status once it has ended."""
        assert self._process is not None
        self._process.terminate()
        status = self._process.wait(timeout=30)
        self._process = None
        return status

    def kill(self) -> None:
        """Kill -9 to all of it; no-op when it is not running."""
        if self._process is not None:
            process_group.kill(self._process)
            self._process = None


def _ready(data: object, serving: tuple[str, ...]) -> bool:
    """Whether this is the heartbeat of a worker that takes from these queues, or from all that it is to take from."""
    if not isinstance(data, bytes):
        return False
    beat = decode(data, Heartbeat)
    return set(serving) <= set(beat.queues) if serving else not beat.loading


@contextmanager
def worker_process(
    redis_url: str, log: Path, *, queues: tuple[str, ...] = (), extra: dict[str, str] | None = None
) -> Iterator[WorkerProcess]:
    """A worker that is ready for messages, killed at the end of the block."""
    worker = WorkerProcess(redis_url, log, queues, extra=extra or {})
    try:
        worker.start()
        yield worker
    finally:
        worker.kill()

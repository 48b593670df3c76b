"""The real SFU as a process of its own, on free ports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import psutil

from ops.harness import process_group
from ops.harness.ports import free_port
from tasks.wire.addresses import authority

ROOT: Final = Path(__file__).resolve().parents[2]
START_WITHIN: Final = 20.0
"""Seconds for Node and the media worker to be up."""


@dataclass
class Sfu:
    """One SFU; `kill` and `start` to play its death and return on the same ports."""

    secret: str = "s" * 40
    port: int = field(default_factory=free_port)
    rtc_port: int = field(default_factory=free_port)
    plain_ports: tuple[int, int] = (45_000, 45_499)
    host: str = "127.0.0.1"
    announced: str = ""
    """Address that browsers are told instead of 127.0.0.1."""
    _process: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended."""
        return self._process is not None

    @property
    def url(self) -> str:
        """Address of its signalling."""
        return f"ws://{authority(self.host, self.port)}/ws"

    def start(self) -> None:
        """Start it and wait until it is healthy.

        Raises:
            RuntimeError: it did not start; the message holds what it printed.
        """
        node = shutil.which("node")
        if node is None:
            raise RuntimeError("node is not on the PATH: run `make setup`, which puts it into .tools/bin.")
        low, high = self.plain_ports
        env = os.environ | {
            "SFU_HOST": self.host,
            "SFU_PORT": str(self.port),
            "SFU_RTC_PORT": str(self.rtc_port),
            "SFU_ANNOUNCED_ADDRESS": self.announced,
            "SFU_PLAIN_PORT_MIN": str(low),
            "SFU_PLAIN_PORT_MAX": str(high),
            "SFU_TOKEN_SECRET": self.secret,
        }
        self._process = subprocess.Popen(
            [node, str(ROOT / "app/media/sfu/server.js")],
            env=env,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{authority(self.host, self.port)}/health", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        self.kill()
        self._log.seek(0)
        raise RuntimeError(f"The SFU did not start: {self._log.read().decode(errors='replace')[-2000:]}")

    def media_workers(self) -> list[int]:
        """Process ids of its media workers."""
        assert self._process is not None
        children = psutil.Process(self._process.pid).children(recursive=True)
        return [child.pid for child in children if "mediasoup-worker" in child.name()]

    def kill(self) -> None:
        """End it with SIGKILL, as the kernel's out-of-memory killer would."""
        if self._process is not None:
            process_group.kill(self._process)
            self._process = None

    def stop(self) -> None:
        """Ask it to end."""
        # The whole group: `node` may be a launcher with the real one as its child.
        if self._process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself; what it printed says why
                os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(timeout=10)
            self._process = None

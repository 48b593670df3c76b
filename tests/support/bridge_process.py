"""The bridge as a process of its own, and what it sends to the workers, read where they would read it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import redis

from ops.harness.ports import free_port
from tasks.wire.messages import Segment

ROOT = Path(__file__).resolve().parents[2]


class BridgeProcess:
    """One bridge; ended with kill -9 at the latest when the test is over."""

    def __init__(self, redis_url: str, sfu_port: int, secret: str) -> None:
        self.port = free_port()
        self._env = os.environ | {
            "REDIS_URL": redis_url,
            "SFU_PORT": str(sfu_port),
            "SFU_TOKEN_SECRET": secret,
            "SESSION_SECRET": "x" * 40,
            "BRIDGE_PORT": str(self.port),
        }

    def __enter__(self) -> Self:
        self._process = subprocess.Popen([sys.executable, "-m", "app.media.bridge"], cwd=ROOT, env=self._env)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Freeze it, wake it, kill it."""
        self._process.send_signal(number)


def finals(store: redis.Redis) -> list[Segment]:
    """Every closed segment in the stt queue, of which no worker takes any, by when it was spoken."""
    bodies: list[bytes] = store.hvals("dramatiq:stt.msgs")  # type: ignore[assignment]
    segments = [msgspec.convert(json.loads(body)["args"][0], Segment) for body in bodies]
    return sorted((one for one in segments if one.final), key=lambda one: one.timeline.speech_start)

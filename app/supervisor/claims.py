"""What `jbcalling run` needs for itself alone before it starts anything: its folder, and its ports."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.ports import TCP, UDP, Claim, TakenError
from app.settings.web import WebSettings
from tasks.wire.addresses import checked_host
from tasks.wire.environment import REDIS_BIND, REDIS_PORT, Setting, host, port

LOCK: Final = "running"
"""The file in JBC_VAR that a running installation holds; says who that is."""


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(checked_host(word.strip()) for word in text.split(","))


@dataclass(frozen=True)
class RunnerSettings:
    """What `jbcalling run` reads beside the settings of `web`: ports of the SFU and of the worker."""

    rtc_ips: tuple[str, ...] = field(
        default_factory=Setting(
            "SFU_RTC_IP", lambda: ("127.0.0.1",), _hosts, "a host name or an address alone, or two with a comma between"
        )
    )
    rtc_port: int = field(default_factory=port("SFU_RTC_PORT", 8020))
    redis_port: int = field(default_factory=REDIS_PORT)
    metrics_host: str = field(default_factory=host("WORKER_METRICS_HOST", "127.0.0.1"))
    metrics_port: int = field(default_factory=port("WORKER_METRICS_PORT", 8040, least=0))


@contextmanager
def alone_in(var_dir: Path, url: str) -> Iterator[None]:
    """Hold the folder of an installation until the end of the block.

    Args:
        var_dir: JBC_VAR.
        url: where this installation will be found, for whoever comes second.

    Raises:
        TakenError: it runs already.
    """
    var_dir.mkdir(parents=True, exist_ok=True)
    with open(var_dir / LOCK, "a+") as file:  # noqa: PTH123 - "a+" neither empties it nor fails where it is not there
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid, _, at = file.read().partition(" ")
            raise TakenError(
                f"JB Calling runs from this folder already: {at}. Stop it with Ctrl-C where it was started, or with "
                f"`kill {pid}`. (Another one beside it needs a JBC_VAR and ports of its own.)"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()} {url}")
        file.flush()
        yield


def claims(settings: WebSettings, processes: Collection[str]) -> list[Claim]:
    """The ports that these processes will listen on."""
    others = RunnerSettings()
    found = [
        Claim("sfu", "SFU_PORT", settings.sfu_host, settings.sfu_port),
        *(Claim("sfu", "SFU_RTC_PORT", ip, others.rtc_port, (TCP, UDP)) for ip in others.rtc_ips),
        Claim("web", "WEB_PORT", settings.web_host, settings.web_port),
        Claim("bridge", "BRIDGE_PORT", "127.0.0.1", settings.bridge_port),
    ]
    if "redis" in processes:
        anywhere = "0.0.0.0"  # noqa: S104 - it is only asked whether the port is free
        words = [word.removeprefix("-").replace("*", anywhere) for word in REDIS_BIND().split()]
        found += [Claim("redis", "REDIS_PORT", word, others.redis_port) for word in words]
    if others.metrics_port:
        found.append(Claim("worker", "WORKER_METRICS_PORT", others.metrics_host, others.metrics_port))
    return [claim for claim in found if claim.process in processes]

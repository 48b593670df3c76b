"""A second Redis server that takes over the first one's address: as keepalived has it, moved by hand here."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any, Final

import redis
import redis.asyncio

from app.auth import secrets_file
from ops.harness.machines.host import ROOT, Host
from ops.harness.waiting import until
from tasks.wire.environment import REDIS_PORT

ADDRESS: Final = "10.0.0.10"
"""Where Redis is for everybody, whichever host has it."""
INTERFACE: Final = "eth1"
NAME: Final = "redis"
DETECT_SECONDS: Final = 1.0
"""Seconds until it is noticed that the first one is gone: keepalived asks as often as one likes."""
ANNOUNCE: Final = f"""
import fcntl, socket, struct
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
    wire.bind(("{INTERFACE}", 0))
    mac = fcntl.ioctl(wire.fileno(), 0x8927, struct.pack("256s", b"{INTERFACE}"))[18:24]
    us = socket.inet_aton("{ADDRESS}")
    wire.send(b"\\xff" * 6 + mac + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 2) + mac + us + b"\\xff" * 6 + us)
"""
"""A gratuitous ARP answer: who had the address at another card learns of this one."""


def begin(host: Host) -> None:
    """Give a host the address."""
    host.do("ip", "address", "add", f"{ADDRESS}/24", "dev", INTERFACE)


class Standby:
    """The second server, which follows the first one in memory alone."""

    def __init__(self, first: Host, second: Host, secrets: dict[str, str]) -> None:
        self._first = first
        self._second = second
        self._secrets = secrets

    async def follow(self) -> None:
        """Start it, and wait until it has everything that the first one has.

        Raises:
            TimeoutError: it does not come to that.
        """
        known = {name: self._secrets[name] for name in secrets_file.NEEDS["redis"]}
        env = {"PATH": os.environ["PATH"], "JBC_VAR": "/run/jbcalling-redis", "REDIS_BIND": "*", **known}
        self._second.start(NAME, f"{ROOT}/.venv/bin/python -m app.supervisor.redis_server", env)
        rule = f"ip saddr 10.0.0.0/24 tcp dport {REDIS_PORT()} accept"
        self._second.do("nft", "add", "rule", "inet", "jbcalling", "input", *rule.split())
        first = next(cable.address.partition("/")[0] for cable in self._first.cables if cable.interface == INTERFACE)

        async def ask(*words: str) -> Any:  # noqa: ANN401 - whatever Redis answers
            return await self._second.inside().run(_ask(known["REDIS_PASSWORD"], *words))

        async def answers() -> bool:
            try:
                return bool(await ask("PING"))
            except (redis.RedisError, OSError):
                return False

        async def has_all() -> bool:
            return bool((await ask("INFO", "replication")).get("master_link_status") == "up")

        await until(answers, 20.0)
        await ask("CONFIG", "SET", "repl-diskless-load", "on-empty-db")  # sound touches no disk
        await ask("CONFIG", "SET", "masterauth", known["REDIS_PASSWORD"])
        await ask("REPLICAOF", first, str(REDIS_PORT()))
        await until(has_all, 20.0)

    async def take_over(self) -> float:
        """Lose the first server; have the second one be the first, with the address. Seconds that took."""
        began = time.monotonic()
        self._first.kill(NAME)
        await asyncio.sleep(DETECT_SECONDS)
        await self._second.inside().run(_ask(self._secrets["REDIS_PASSWORD"], "REPLICAOF", "NO", "ONE"))
        self._first.do("ip", "address", "delete", f"{ADDRESS}/24", "dev", INTERFACE)
        begin(self._second)
        self._second.do("python3", "-c", ANNOUNCE)
        return time.monotonic() - began


async def _ask(password: str, *words: str) -> Any:  # noqa: ANN401 - whatever Redis answers
    async with redis.asyncio.Redis(port=REDIS_PORT(), password=password, decode_responses=True) as client:
        return await client.execute_command(*words)  # type: ignore[no-untyped-call]

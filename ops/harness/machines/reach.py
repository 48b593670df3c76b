"""Which ports of a host somebody elsewhere reaches: tried one by one, with everything there listening."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from ops.harness.machines.host import Host

AT_ONCE: Final = 400
PATIENCE: Final = 0.6
"""Seconds for an answer on cables of one kernel: a firewall that drops gives none."""
COMMON: Final = (*range(1, 1_024), *range(8_000, 8_100), 3_000, 3_306, 5_432, 6_379, 9_090, 9_100, 11_211, 27_017)
"""Ports that are tried whether or not something listens."""
COMMON_DATAGRAMS: Final = (*range(1, 1_024), 1_194, 3_478, 4_500, 5_353, 8_050, 51_820, *range(42_000, 42_100))
"""The same of UDP; the last ones are what SFU and bridge use among themselves."""
_LISTENS: Final = "0A"


def listening(host: Host) -> set[int]:
    """TCP ports on which something of the host listens, on whatever address."""
    rows = host.do("cat", "/proc/net/tcp", "/proc/net/tcp6").splitlines()
    return {int(words[1].rpartition(":")[2], 16) for row in rows if (words := row.split())[3:4] == [_LISTENS]}


def datagram_ports(host: Host) -> set[int]:
    """UDP ports that the host's processes have."""
    rows = host.do("cat", "/proc/net/udp", "/proc/net/udp6").splitlines()
    return {int(found[1], 16) for row in rows if (found := re.match(r"\s*\d+: [0-9A-F]+:([0-9A-F]{4}) ", row))}


async def open_ports(address: str, ports: Iterable[int]) -> set[int]:
    """Those to which a TCP connection comes about from where this runs."""
    found: set[int] = set()
    gate = asyncio.Semaphore(AT_ONCE)

    async def attempt(port: int) -> None:
        async with gate:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    _, writer = await asyncio.open_connection(address, port)
                writer.close()
                found.add(port)

    await asyncio.gather(*map(attempt, ports))
    return found


async def reached(host: Host, address: str, source: Host) -> set[int]:
    """Ports of a host that open to another: of all that listen there, and of the common ones."""
    return await source.inside().run(open_ports(address, sorted({*COMMON, *listening(host)})))


def dropped(host: Host) -> int:
    """Packets that the host's firewall has dropped by its policy so far, counted by `count_drops`."""
    rules = host.do("nft", "list", "chain", "inet", "jbcalling", "input")
    return int(re.findall(r"counter packets (\d+)", rules)[-1])


def count_drops(host: Host) -> None:
    """Count what comes to the end of the firewall's rules, where its policy drops it."""
    host.do("nft", "add", "rule", "inet", "jbcalling", "input", "counter")


async def send(address: str, ports: Iterable[int]) -> None:
    """Send a datagram to each of these UDP ports from where this runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for port in ports:
            sender.sendto(b"?", (address, port))
    await asyncio.sleep(PATIENCE)

"""What is open of the installation's machines, and to whom: as the plan lists it, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from ops.harness.machines import reach
from ops.harness.machines.addresses import CALLERS, EDGE, MEDIA, PRIVATE, PUBLIC, TURN, WORKER
from ops.harness.machines.installation import Machines

EVERYBODY: Final = frozenset({80, 443, 3478, 8020})
"""Ports that the Internet may reach, where they are planned."""
PLANNED: Final = {
    EDGE: {80, 443, 8020, 8050},
    WORKER: {8041},
    MEDIA: {80, 443, 8020, 8010, 8041},
    TURN: {80, 443, 3478},
}
DATAGRAMS: Final = {EDGE: 8020, MEDIA: 8020, TURN: 3478}
"""The one port of UDP that the Internet may reach."""
NOT_HERE: Final = {22, 9100}
"""Planned, and nothing listens: SSH and the node exporter are not part of us."""


class NotSoError(AssertionError):
    """What the plan says does not hold; the message says where."""


async def walls(machines: Machines) -> list[dict[str, Any]]:
    """What each machine's firewall lets through, from the Internet and from the others of the private network.

    Raises:
        NotSoError: a port is open that the plan does not list, or the other way round.
    """
    rows = []
    for name in PLANNED:
        host, listens = machines.hosts[name], reach.listening(machines.hosts[name])
        planned = PLANNED[name]
        _same_as_the_plan(machines, name)
        everywhere = planned & EVERYBODY
        for source, wanted in {
            CALLERS: everywhere,
            EDGE: planned - {8050},
            **dict.fromkeys((WORKER, MEDIA), everywhere | (planned & {8050})),
        }.items():
            if source == name or (name, source) == (TURN, WORKER):
                continue  # a worker has no way to the Internet
            address = PUBLIC.get(name) if source == CALLERS or name == TURN else None
            found = await reach.reached(host, address or PRIVATE[name], machines.hosts[source])
            if found != wanted & listens:
                raise NotSoError(f"{source} reaches {sorted(found)} of {name}, and should reach {sorted(wanted)}")
            tried = len({*reach.COMMON, *listens})
            rows.append({"machine": name, "from": source, "tried": tried, "open": sorted(found)})
    return rows


def _same_as_the_plan(machines: Machines, name: str) -> None:
    """That what is expected here is what INSTALL.md of the plan lists, so that the one cannot drift from the other."""
    rules = machines.hosts[name].path("/etc/nftables.conf").read_text()
    listed = {int(port) for line in rules.splitlines() if " accept" in line for port in _tcp(line)}
    if listed - NOT_HERE != PLANNED[name]:
        raise NotSoError(f"the plan of {name} opens {sorted(listed)}, and this knows {sorted(PLANNED[name])}")


def _tcp(line: str) -> list[str]:
    return [line.split("tcp dport ")[1].split()[0]] if "tcp dport " in line else []


async def unheard(machines: Machines) -> dict[str, int]:
    """Machine → UDP ports of its own, none of them planned, to which datagrams from outside came, and were dropped.

    Raises:
        NotSoError: one came through.
    """
    found = {}
    for name, planned in DATAGRAMS.items():
        host = machines.hosts[name]
        ports = sorted((reach.datagram_ports(host) | {*reach.COMMON_DATAGRAMS}) - {planned})
        reach.count_drops(host)
        await machines.hosts[CALLERS].inside().run(reach.send(PUBLIC[name], ports))
        dropped = reach.dropped(host)
        if dropped != len(ports):
            raise NotSoError(f"of datagrams to {len(ports)} ports of {name}, {dropped} were dropped")
        found[name] = len(ports)
    return found

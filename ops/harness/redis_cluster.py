"""A real Redis Cluster for tests: nodes on loopback with the product's own configuration, made one.

By hand, as `redis-cli --cluster create` does it: the one of a Python wheel knows of no other ports between nodes than
those that are 10,000 higher, which others may have.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import redis
from redis.crc import key_slot

from ops.harness.ports import free_ports
from ops.harness.redis_server import RedisServer
from tasks.wire.addresses import CLUSTERS

PRIMARIES = 3
SLOTS = 16_384
NODE_TIMEOUT_MS = 2_000
"""After which a node that says nothing counts as dead, and its replica takes its place."""
WITHIN = 30.0
"""Seconds in which all nodes agree, or a replica has taken over."""


@dataclass
class RedisCluster:
    """Three primaries, with so many replicas each; `stop` a node to play the death of a machine."""

    replicas: int = 0
    nodes: list[RedisServer] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The URL to connect with, password included; it names the first node that runs."""
        return f"{CLUSTERS[0]}{self.nodes[0].url.removeprefix('redis')}"

    @property
    def worker_url(self) -> str:
        """The same for a worker, who may do less."""
        return f"{CLUSTERS[0]}{self.nodes[0].worker_url.removeprefix('redis')}"

    def start(self) -> None:
        """Start the nodes, make them a cluster, and wait until each says that it is whole."""
        password, for_workers = secrets.token_hex(16), secrets.token_hex(16)
        count = PRIMARIES * (1 + self.replicas)
        ports = free_ports(2 * count)
        for port, bus in zip(ports[:count], ports[count:], strict=True):
            node = RedisServer(port, password, for_workers, more=_lines(bus, password))
            self.nodes.append(node)
            node.start()
        ids = [str(_ask(node, "CLUSTER MYID"), "ascii") for node in self.nodes]
        for number, (node, bus) in enumerate(zip(self.nodes, ports[count:], strict=True)):
            _ask(node, "CLUSTER SET-CONFIG-EPOCH", number + 1)
            if number < PRIMARIES:
                first, end = (SLOTS * place // PRIMARIES for place in (number, number + 1))
                _ask(node, "CLUSTER ADDSLOTSRANGE", first, end - 1)
            _ask(self.nodes[0], "CLUSTER MEET", node.host, node.port, bus)
        self._await(_whole)
        for number, node in enumerate(self.nodes[PRIMARIES:]):
            _ask(node, "CLUSTER REPLICATE", ids[number % PRIMARIES])
        self._await(_has_its_copy)

    def _await(self, so: Callable[[RedisServer], bool]) -> None:
        """Wait until every node says so; none has an event for it."""
        deadline = time.monotonic() + WITHIN
        while not all(so(node) for node in self.nodes):
            assert time.monotonic() < deadline, f"the nodes do not agree within {WITHIN} s"
            time.sleep(0.05)

    def holder(self, key: str) -> RedisServer:
        """The primary that holds a key."""
        slot = key_slot(key.encode())
        found = _ask(self.nodes[0], "CLUSTER SLOTS")
        port = next(primary[1] for first, last, primary, *_ in found if first <= slot <= last)
        return next(node for node in self.nodes if node.port == port)

    def kill(self, node: RedisServer) -> None:
        """Let a machine die; its replica takes its place."""
        self.nodes.remove(node)
        node.stop()

    def stop(self) -> None:
        """Kill all of it."""
        while self.nodes:
            self.nodes.pop().stop()


def _lines(bus: int, password: str) -> tuple[str, ...]:
    return (
        "cluster-enabled yes",
        f"cluster-port {bus}",
        f"cluster-node-timeout {NODE_TIMEOUT_MS}",
        f"masterauth {password}",
        "repl-diskless-sync-delay 0",
        "",
    )


def _whole(node: RedisServer) -> bool:
    said = _ask(node, "CLUSTER INFO")
    return bool(said["cluster_state"] == "ok" and said["cluster_slots_ok"] == str(SLOTS))


def _has_its_copy(node: RedisServer) -> bool:
    """Whether it is a primary whose replica, or a replica that, has what there is: else it cannot take over."""
    said = _ask(node, "INFO", "replication")
    if said["role"] == "slave":
        return bool(said["master_link_status"] == "up")
    return all(said[name]["state"] == "online" for name in said if re.fullmatch(r"slave\d+", name))


def _ask(node: RedisServer, *words: str | int) -> Any:  # noqa: ANN401 - any answer
    with redis.Redis.from_url(node.url) as client:
        return client.execute_command(*words)


@contextmanager
def redis_cluster(replicas: int = 0) -> Iterator[RedisCluster]:
    """A running cluster, killed at the end of the block."""
    cluster = RedisCluster(replicas)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()

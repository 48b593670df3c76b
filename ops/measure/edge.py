"""One or several `web` processes for a measurement of their readers; several have a proxy before them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.harness.metrics import figure, scrape
from ops.harness.ports import free_port
from ops.harness.proxy import proxy
from ops.harness.web_server import WebServer

START_WITHIN = 120.0
"""Seconds."""


@dataclass(frozen=True)
class Edge:
    """The processes, and where they are reached."""

    webs: list[WebServer]
    port: int
    """That readers connect to."""

    @property
    def serving(self) -> list[psutil.Process]:
        """Of each `web` the process that answers: the largest of its group."""
        found = []
        for web in self.webs:
            if web.pid is None:
                raise RuntimeError("web has ended: see its log")
            top = psutil.Process(web.pid)
            group = [top, *top.children(recursive=True)]
            found.append(max(group, key=lambda process: process.memory_info().rss))
        return found

    def processor(self) -> float:
        """Seconds that `web` has worked so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.serving)

    def memory(self) -> float:
        """Megabytes that `web` has."""
        return sum(process.memory_info().rss for process in self.serving) / 2**20

    async def total(self, metric: str) -> float:
        """The sum of a metric over them."""
        return sum([figure(await scrape(web.url), metric) for web in self.webs])


@contextmanager
def edge(folder: Path, redis_url: str, webs: int) -> Iterator[Edge]:
    """So many of them, on one database, started; any number of readers may come from one address."""
    database = f"sqlite+aiosqlite:///{folder / 'jbcalling.db'}"
    with ExitStack() as stack:
        servers = []
        for number in range(webs):
            own = folder / f"web-{number}"
            own.mkdir()
            server = WebServer(own, redis_url, database)
            server.env["FEEDS_PER_ADDRESS"] = "0"
            servers.append(server)
        servers[0].migrate()
        for server in servers:
            stack.callback(server.kill)
            server.start(within=START_WITHIN)
        port = servers[0].port
        if webs > 1:
            ports = [server.port for server in servers]
            port = stack.enter_context(proxy(folder, free_port(), ports, free_port(), "http")).port
        yield Edge(servers, port)

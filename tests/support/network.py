"""A network between browsers and the SFU that can change under them, as a telephone's does on the way out of the house.

The SFU listens on 127.0.0.1 and announces 127.0.0.2, where this relay takes the same ports, UDP and TCP. `change` makes
every flow that there is go silent, both ways and without a word, while new ones get through. With a `weather` it loses
and delays datagrams of both directions.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal, cast

OUTSIDE: Final = "127.0.0.2"
INSIDE: Final = "127.0.0.1"

Way = tuple[Literal["up", "down"], tuple[str, int]]
"""From or to the browser at an address."""


@dataclass(frozen=True)
class Weather:
    """How bad it is for datagrams."""

    loss: float = 0.0
    """Share of them that never arrive."""
    jitter: float = 0.0
    """Seconds by which they are late, each for itself and evenly spread: they come in another order."""


class Network:
    """Relays one UDP port and any number of TCP ports until closed."""

    def __init__(self, seed: int = 1) -> None:
        self.generation = 0
        self.weather = Weather()
        self.fates: Counter[str] = Counter()
        """Datagrams that were "sent", and of them those "lost" or "overtaken" by later ones on their way."""
        self.watch: Callable[[bytes], None] = lambda _data: None
        """Sees every datagram that browsers send."""
        self._random = random.Random(seed)
        self._sent: Counter[Way] = Counter()
        self._newest: Counter[Way] = Counter()
        self._closing: list[asyncio.BaseTransport | asyncio.Server] = []
        self._pipes: set[asyncio.Task[None]] = set()
        self._sockets: set[asyncio.StreamWriter] = set()

    async def udp(self, port: int) -> None:
        """Relay datagrams."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Outside(self, port), local_addr=(OUTSIDE, port))
        self._closing.append(transport)

    async def tcp(self, port: int) -> None:
        """Relay connections."""
        self._closing.append(await asyncio.start_server(lambda r, w: self._serve(port, r, w), OUTSIDE, port))

    def change(self) -> None:
        """All flows of the moment end in nothing."""
        self.generation += 1

    def carry(self, way: Way, data: bytes, send: Callable[[bytes], None]) -> None:
        """Let the weather decide on a datagram."""
        self.fates["sent"] += 1
        self._sent[way] += 1
        lost, late = self._random.random() < self.weather.loss, self._random.random() * self.weather.jitter
        if lost:
            self.fates["lost"] += 1
        elif late:
            asyncio.get_running_loop().call_later(late, self._arrive, way, self._sent[way], data, send)
        else:
            self._arrive(way, self._sent[way], data, send)

    def _arrive(self, way: Way, number: int, data: bytes, send: Callable[[bytes], None]) -> None:
        self.fates["overtaken"] += number < self._newest[way]
        self._newest[way] = max(number, self._newest[way])
        send(data)

    def drop_connections(self) -> None:
        """Every TCP connection breaks off at both ends; datagrams go on."""
        for writer in self._sockets:
            writer.transport.abort()
        self._sockets.clear()

    def close(self) -> None:
        """Stop."""
        self.drop_connections()
        for pipe in self._pipes:
            pipe.cancel()
        for one in self._closing:
            one.close()

    async def _serve(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(INSIDE, port)
        born = self.generation
        self._sockets |= {writer, inner_writer}
        for source, sink in ((reader, inner_writer), (inner_reader, writer)):
            pipe = asyncio.create_task(self._pipe(source, sink, born))
            self._pipes.add(pipe)
            pipe.add_done_callback(self._pipes.discard)

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, born: int) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                if born == self.generation:
                    sink.write(data)
                    await sink.drain()
        if born == self.generation:  # of a dead flow nobody hears even the end
            sink.close()


class _Outside(asyncio.DatagramProtocol):
    """What browsers send to; each of them gets a socket of its own towards the SFU."""

    def __init__(self, network: Network, port: int) -> None:
        self._network = network
        self._port = port
        self._flows: dict[tuple[str, int], tuple[int, asyncio.DatagramTransport]] = {}
        self._early: dict[tuple[str, int], list[bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It listens."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A browser has sent."""
        if flow := self._flows.get(addr):
            born, inside = flow
            if born == self._network.generation:
                self._network.watch(data)
                self._network.carry(
                    ("up", addr), data, lambda late: None if inside.is_closing() else inside.sendto(late)
                )
            return
        self._early.setdefault(addr, []).append(data)
        if len(self._early[addr]) == 1:
            asyncio.get_running_loop().create_task(self._open(addr))

    async def _open(self, addr: tuple[str, int]) -> None:
        born = self._network.generation
        inside, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Inside(self, addr, born), remote_addr=(INSIDE, self._port)
        )
        self._flows[addr] = (born, inside)
        for data in self._early.pop(addr):
            inside.sendto(data)

    def back(self, data: bytes, addr: tuple[str, int], born: int) -> None:
        """The SFU has answered."""
        if born == self._network.generation:
            there = self.transport
            self._network.carry(
                ("down", addr), data, lambda late: None if there.is_closing() else there.sendto(late, addr)
            )

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Closed: with it all that were opened from here."""
        for _, inside in self._flows.values():
            inside.close()


class _Inside(asyncio.DatagramProtocol):
    def __init__(self, outside: _Outside, addr: tuple[str, int], born: int) -> None:
        self._outside = outside
        self._addr = addr
        self._born = born

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio's signature
        """The SFU has sent."""
        self._outside.back(data, self._addr, self._born)

"""A bad network on loopback: a UDP relay that loses, delays and reorders, the same way each time for a seed."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

Address = tuple[str | Any, int]


@dataclass(frozen=True)
class Network:
    """How bad it is."""

    loss: float = 0.05
    """Share of packets that never arrive."""
    jitter: float = 0.05
    """Seconds by which packets are delayed, each for itself, evenly spread: enough to reorder them."""
    swapped: float = 0.02
    """Share of packets that are held back behind the next one or two on top of that."""
    seed: int = 1


class LossyRelay(asyncio.DatagramProtocol):
    """Sends what arrives on to one address, as the network lets it."""

    def __init__(self, to: Address, network: Network) -> None:
        self.fates: Counter[str] = Counter()
        """Packets by what became of them: "lost", "sent", "swapped" (sent, held back)."""
        self._to = to
        self._network = network
        self._random = random.Random(network.seed)
        self._transport: asyncio.DatagramTransport

    @classmethod
    async def open(cls, to: Address, network: Network) -> tuple[LossyRelay, Address]:
        """A relay that runs, and where it listens."""
        loop = asyncio.get_running_loop()
        transport, relay = await loop.create_datagram_endpoint(lambda: cls(to, network), local_addr=("127.0.0.1", 0))
        address: Address = transport.get_extra_info("sockname")
        return relay, address

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is none by inheritance

    def datagram_received(self, data: bytes, _addr: Address) -> None:
        """Decides on one packet; its place among the packets decides, not the moment."""
        lost, delay, swap = (self._random.random() for _ in range(3))
        if lost < self._network.loss:
            self.fates["lost"] += 1
            return
        wait = delay * self._network.jitter
        if swap < self._network.swapped:
            self.fates["swapped"] += 1
            wait += 0.025
        self.fates["sent"] += 1
        asyncio.get_running_loop().call_later(wait, self._send, data)

    def close(self) -> None:
        """Stop."""
        self._transport.close()

    def _send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, self._to)

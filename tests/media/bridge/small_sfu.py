"""An SFU without media: it keeps rooms, claims and taps as docs/protocol.md says, and moves no packet."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any, NamedTuple

import jwt
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Data = dict[str, Any]


class Tap(NamedTuple):
    """Where a bridge wants to hear a producer."""

    bridge: str
    producer: str
    port: int


class SmallSfu:
    """Use as an asynchronous context; `port` is known then."""

    def __init__(self, rooms: list[Data], bridges: int = 1) -> None:
        """Rooms that are open, and how many bridges must have come before any hears of them."""
        self.rooms = rooms
        self._expected = bridges
        self._all_there = asyncio.Event()
        self.bridges: dict[str, ServerConnection] = {}
        self.claims: dict[str, tuple[int, str]] = {}
        self.taps: dict[str, Tap] = {}
        self.notices: dict[tuple[str, str], Data] = {}
        self.published: list[str] = []
        """Typed lines of which a bridge says so."""
        self.listening: list[Data] = []
        """All that was said of who still listens to whom."""
        self.changed = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> SmallSfu:
        self._server = await serve(self._handle, "127.0.0.1", 0)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    def room_of(self, producer: str) -> str:
        """The room in which a producer is."""
        return next(
            str(room["room"]) for room in self.rooms if any(one["producerId"] == producer for one in room["producers"])
        )

    async def _handle(self, socket: ServerConnection) -> None:
        name = ""
        with suppress(ConnectionClosed):
            async for frame in socket:
                message = json.loads(frame)
                if message["method"] == "hello":
                    name = jwt.decode(message["data"]["token"], options={"verify_signature": False})["sub"]
                    self.bridges[name] = socket
                    await self._tell(but=name)
                    if len(self.bridges) >= self._expected:
                        self._all_there.set()
                    await self._all_there.wait()
                await socket.send(json.dumps({"id": message["id"]} | self._answer(name, **message)))
                self.changed.set()
        self.bridges.pop(name, None)
        self.taps = {key: tap for key, tap in self.taps.items() if tap.bridge != name}
        await self._tell()
        self.changed.set()

    async def tell(self, event: str, data: Data, but: str = "") -> None:
        """Say something to all bridges, or to all but one."""
        for name, socket in self.bridges.items():
            if name != but:
                with suppress(ConnectionClosed):
                    await socket.send(json.dumps({"event": event, "data": data}))

    async def _tell(self, but: str = "") -> None:
        await self.tell("bridges", {"bridges": list(self.bridges)}, but)

    def _answer(self, bridge: str, method: str, data: Data, **_: object) -> Data:
        if method == "hello":
            return {"ok": {"rooms": self.rooms, "bridges": list(self.bridges)}}
        room = data.get("room") or (self.room_of(data["producerId"]) if method == "tap" else "")
        if method == "claim":
            before = self.claims.get(room, (0, ""))
            if data["fence"] >= before[0]:
                self.claims[room] = (data["fence"], bridge)
                others = {key for key, tap in self.taps.items() if tap.bridge != bridge}
                for key in others:
                    if self.room_of(self.taps[key].producer) == room:
                        del self.taps[key]
            return {"ok": {"fence": self.claims[room][0]}}
        if data.get("fence") is not None and data["fence"] < self.claims.get(room, (0, ""))[0]:
            return {"error": {"code": "fenced", "message": "another bridge serves this room"}}
        if method == "tap":
            self.taps[f"tap-{data['producerId']}-{bridge}"] = Tap(bridge, data["producerId"], data["port"])
            return {"ok": {"tapId": f"tap-{data['producerId']}-{bridge}", "ssrc": 0x1234_5678, "payloadType": 100}}
        if method == "untap":
            self.taps.pop(data["tapId"], None)
        if method == "notice":
            self.notices[room, data["key"]] = data["payload"]
        if method == "published":
            self.published.append(data["line"])
        if method == "listening":
            self.listening.append(data)
        if method == "inject":
            return {"ok": {"producerId": f"dub-{room}", "port": 9}}
        return {"ok": {}}

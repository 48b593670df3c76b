"""The connection to the SFU, against a small server that says what docs/protocol.md says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve

from app.media.bridge import sfu_client
from app.media.bridge.sfu_client import SfuClient, SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Connected, Disconnected, Nothing, ParticipantJoined, ProducerAdded, TapAnswer

ROOMS = [
    {
        "room": "r",
        "participants": [{"id": "ana", "meta": {"name": "Ana"}}],
        "producers": [
            {
                "producerId": "p1",
                "participant": "ana",
                "kind": "audio",
                "track": "original",
                "label": None,
                "paused": False,
            }
        ],
    }
]
ANSWERS: dict[str, dict[str, Any]] = {
    "hello": {"ok": {"rooms": ROOMS}},
    "tap": {"ok": {"tapId": "t1", "ssrc": 7, "payloadType": 100}},
    "untap": {"error": {"code": "not_found", "message": "no such tap"}},
}


class TinySfu:
    """Answers from a table; `None` means it keeps silent."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.sockets: list[ServerConnection] = []
        self.server: Server | None = None
        self.greeting: list[dict[str, Any]] = []

    async def handle(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        async for frame in socket:
            message = json.loads(frame)
            if message["method"] == "hello":
                self.tokens.append(message["data"]["token"])
            if (answer := ANSWERS.get(message["method"])) is not None:
                await socket.send(json.dumps({"id": message["id"], **answer}))
            if message["method"] == "hello":
                for event in self.greeting:
                    await socket.send(json.dumps(event))

    async def start(self, port: int = 0) -> int:
        self.server = await serve(self.handle, "127.0.0.1", port)
        found: int = next(iter(self.server.sockets)).getsockname()[1]
        return found

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()


@asynccontextmanager
async def connected(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[TinySfu, SfuClient, int]]:
    monkeypatch.setattr(sfu_client, "BACKOFF_SECONDS", (0.01, 0.05))
    monkeypatch.setattr(sfu_client, "REQUEST_TIMEOUT_SECONDS", 0.2)
    sfu = TinySfu()
    port = await sfu.start()
    made = iter(range(100))
    client = SfuClient(f"ws://127.0.0.1:{port}/ws", lambda: f"token-{next(made)}")
    task = asyncio.create_task(client.run())
    try:
        yield sfu, client, port
    finally:
        task.cancel()
        await asyncio.wait([task])
        await sfu.stop()


async def next_event(client: SfuClient) -> object:
    async with asyncio.timeout(5):
        return await client.events.get()


async def test_hello_gives_the_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (sfu, client, _):
        event = await next_event(client)
        assert isinstance(event, Connected)
        assert event.rooms[0].participants[0].id == "ana"
        assert event.rooms[0].producers[0].track == "original"
        assert client.connected
        assert sfu.tokens == ["token-0"]


async def test_what_happens_right_after_hello_comes_after_the_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (sfu, client, port):
        await next_event(client)
        sfu.greeting = [{"event": "participantJoined", "data": {"room": "r", "id": str(number)}} for number in range(3)]
        await sfu.stop()
        assert await next_event(client) == Disconnected()
        await sfu.start(port)
        assert isinstance(await next_event(client), Connected)
        assert [await next_event(client) for _ in range(3)] == [
            ParticipantJoined(room="r", id=str(number)) for number in range(3)
        ]


async def test_answers_errors_and_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (_, client, _port):
        await next_event(client)
        assert await client.request("tap", {}, TapAnswer) == TapAnswer("t1", 7, 100)
        with pytest.raises(SfuError, match="no such tap") as refused:
            await client.request("untap", {}, Nothing)
        assert refused.value.code == "not_found"
        with pytest.raises(SfuGoneError):
            await client.request("unanswered", {}, Nothing)


async def test_events_arrive_typed_and_unknown_or_broken_ones_are_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with connected(monkeypatch) as (sfu, client, _):
        await next_event(client)
        for data in (
            {"event": "somethingNew", "data": {"x": 1}},
            {"event": "participantJoined", "data": {"room": 5}},
            {"event": "participantJoined", "data": {"room": "r", "id": "bob", "meta": {}}},
            {"event": "producerAdded", "data": {**ROOMS[0]["producers"][0], "room": "r"}},  # type: ignore[dict-item]
        ):
            await sfu.sockets[0].send(json.dumps(data))
        await sfu.sockets[0].send("not json")
        assert await next_event(client) == ParticipantJoined(room="r", id="bob", meta={})
        assert isinstance(await next_event(client), ProducerAdded)
        assert client.connected


async def test_it_comes_back_with_a_fresh_token_after_the_sfu_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as (sfu, client, port):
        await next_event(client)
        waiting = asyncio.create_task(client.request("unanswered", {}, Nothing))
        await asyncio.sleep(0)  # let it be sent
        await sfu.stop()
        with pytest.raises(SfuGoneError):
            await waiting
        assert await next_event(client) == Disconnected()
        assert not client.connected
        with pytest.raises(SfuGoneError):
            await client.request("tap", {}, TapAnswer)
        await sfu.start(port)
        assert isinstance(await next_event(client), Connected)
        assert len(set(sfu.tokens)) == len(sfu.tokens) > 1
        assert await client.request("tap", {}, TapAnswer)

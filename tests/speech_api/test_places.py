"""Places for decoding are for those who send: whoever is idle gives way, and nobody is cut off before the answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect

from app.speech_api import helpers
from app.speech_api.errors import ApiError
from app.speech_api.helpers import Helpers, Process
from app.speech_api.records import Mode
from ops.harness.web_server import WebServer
from tests.speech_api.conftest import make_key

SECOND = bytes(32_000)
Act = Callable[[Process], Awaitable[None]]


async def outcome(process: Process) -> str:
    """How a listener ends."""
    try:
        async for _ in process.records():
            pass
    except ApiError as error:
        return error.code
    return "end"


async def quiet(process: Process) -> None:
    """Sends nothing."""
    assert process


async def begun(process: Process) -> None:
    """Sends some, then nothing more."""
    await process.send(SECOND)


async def sending(process: Process) -> None:
    """Goes on sending: it is asked again later."""
    await process.send(SECOND[:3_200])


async def complete(process: Process) -> None:
    """Has sent everything."""
    await process.send(SECOND)
    await process.close_input()


@pytest.mark.parametrize(
    ("mode", "first", "second", "gives_way"),
    [("pcm", quiet, quiet, True), ("opus", begun, sending, True), ("file", quiet, complete, True),
     ("pcm", sending, sending, False), ("reference", complete, sending, False), ("file", complete, complete, False)],
)  # fmt: skip
async def test_who_sends_nothing_gives_way_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch, mode: Mode, first: Act, second: Act, *, gives_way: bool
) -> None:
    now = 100.0
    monkeypatch.setattr(helpers, "time", SimpleNamespace(monotonic=lambda: now))  # nobody is late on a busy machine
    places = Helpers(2)

    def one() -> AbstractAsyncContextManager[Process]:
        return places.listener(mode, 60.0)

    async with AsyncExitStack() as stack:
        held = [await stack.enter_async_context(one()) for _ in range(2)]
        for process, act in zip(held, (first, second), strict=True):
            await act(process)
        with pytest.raises(ApiError, match="API_LISTENERS"):  # at once nobody is idle
            await stack.enter_async_context(one())
        now += helpers.PLACE_SECONDS
        for process, act in zip(held, (first, second), strict=True):
            if act is sending:
                await act(process)
        if gives_way:
            await stack.enter_async_context(one())
            assert await outcome(held[0]) == "idle"
            with pytest.raises(ApiError, match="API_LISTENERS"):  # one place was taken, not two
                async with one(), one():
                    pass
        else:
            with pytest.raises(ApiError, match="API_LISTENERS"):
                await stack.enter_async_context(one())
    async with one(), one():  # every place is free again, and no more than there were
        with pytest.raises(ApiError, match="API_LISTENERS"):
            await stack.enter_async_context(one())


@pytest.mark.usefixtures("worker")
async def test_idle_streams_keep_nobody_from_transcribing_and_speaking(web: WebServer, var_dir: Path, key: str) -> None:
    address = f"ws://127.0.0.1:{web.port}/api/v1/transcribe/stream"
    hoarders = [await asyncio.to_thread(make_key, var_dir, name) for name in ("hoarder", "another")]
    async with AsyncExitStack() as stack:
        sockets = []
        for hoarder in hoarders * 4:  # all that there are
            socket = await stack.enter_async_context(
                connect(address, additional_headers={"authorization": f"Bearer {hoarder}"})
            )
            await socket.send(json.dumps({"language": "en"}))
            assert json.loads(await socket.recv()) == {"type": "ready"}
            sockets.append(socket)
        await asyncio.sleep(helpers.PLACE_SECONDS)
        headers = {"authorization": f"Bearer {key}"}
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=web.url, headers=headers, timeout=60))
        spoken = await client.post(
            "/v1/audio/speech", json={"model": "tts-1", "input": "Good morning.", "voice": "alloy"}
        )
        assert spoken.status_code == 200, spoken.text
        heard = await client.post("/api/v1/transcribe", files={"file": ("a.mp3", spoken.content)})
        assert heard.status_code == 200, heard.text
        assert "morning" in heard.json()["text"]
        assert json.loads(await sockets[0].recv())["code"] == "idle"


UPLOADS = {
    "wrong key": ("/api/v1/transcribe", {"authorization": "Bearer wrong"}, 590_000, {401, 429}),
    "no key": ("/api/v1/transcribe", {}, 590_000, {401, 429}),
    "OpenAI's": ("/v1/audio/transcriptions", {"authorization": "Bearer wrong"}, 590_000, {401, 429}),
    "a voice": ("/api/v1/clone-voice", {"authorization": "Bearer wrong"}, 2_000_000, {401, 429}),
    "too much text": ("/translate", {"content-type": "application/json"}, 5_000_000, {413}),
    "a form without token": ("/rooms", {"content-type": "application/x-www-form-urlencoded"}, 590_000, {403, 413, 429}),
    "a form that is large": ("/admin/login", {"content-type": "text/plain"}, 590_000, {403, 413, 429}),
    "one byte": ("/api/v1/transcribe", {"authorization": "Bearer wrong"}, 1, {401, 429}),
    "nothing": ("/api/v1/transcribe", {"authorization": "Bearer wrong"}, 0, {401, 429}),
    "a large file": ("/api/v1/transcribe", {"authorization": "Bearer wrong"}, 7_900_000, {401, 429}),
}


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("name", UPLOADS)
async def test_an_early_refusal_can_be_read(web: WebServer, name: str, chunked: bool) -> None:
    path, headers, size, expected = UPLOADS[name]
    body = np.random.default_rng(5).bytes(size)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, size, 16_384):
            yield body[at : at + 16_384]

    async def post(client: httpx.AsyncClient) -> int:
        stranger = headers | {"x-forwarded-for": "203.0.113.9"}  # whose wrong keys nobody else pays for
        return (await client.post(path, content=pieces() if chunked else body, headers=stranger)).status_code

    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=web.url, timeout=60, limits=limits) as client:
        answers = await asyncio.gather(*(post(client) for _ in range(20)), return_exceptions=True)
    assert [one for one in answers if one not in expected] == []

"""Our own API: transcription over a WebSocket. The protocol is in docs/api.md."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any, Final, Literal

import msgspec
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from msgspec import Struct

from app.auth.api_keys import Holder
from app.speech_api import client_ways, offers
from app.speech_api.client_ways import Tag, language
from app.speech_api.errors import ApiError, as_api_error, bad_request, native
from app.speech_api.helpers import Process
from app.speech_api.records import MAX_PACKET_BYTES
from app.speech_api.services import SpeechServices
from app.speech_api.streaming import Stream, close_code
from app.speech_api.transcription import Wanted

AnySocket = WebSocket[Any, Any, Any]

SUBPROTOCOL: Final = "jbcalling"
KEY_PREFIX: Final = "key."
"""Before the key among the subprotocols, where browsers put it: they can send no `Authorization` header."""
MAX_START: Final = 4_096
"""Characters, or bytes, of the first message."""
START_SECONDS: Final = 5.0
"""Seconds until the first message."""
IDLE_SECONDS: Final = 60.0
"""Seconds without a message after which the stream is given up; send silence, or end it."""


class Start(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first message."""

    language: Tag | None = None
    format: Literal["pcm", "opus"] = "pcm"
    """Mono s16le at 16 kHz in frames of any length; or one Opus packet a frame."""
    words: bool = False


class Control(Struct, frozen=True, kw_only=True):
    """A later text message."""

    type: Literal["end"]


@websocket("/transcribe/stream")
async def transcribe_stream(socket: AnySocket, speech: NamedDependency[SpeechServices]) -> None:
    """Captions for a live stream. Whoever has no key is told so, and nothing that they send is read."""
    offered = socket.scope["subprotocols"]
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    try:
        key = next((one.removeprefix(KEY_PREFIX) for one in offered if one.startswith(KEY_PREFIX)), "")
        await _serve(socket, speech, await speech.access.admit(socket, "transcribe", key))
        await socket.close(1000)
    except WebSocketDisconnect:
        return
    except Exception as error:
        told = as_api_error(error)
        await socket.send_json({"type": "error", **msgspec.to_builtins(native(told).error)})
        await socket.close(close_code(told))


async def _serve(socket: AnySocket, speech: SpeechServices, holder: Holder) -> None:
    start = await _start(socket)
    spoken = language(start.language)
    (await offers.look(speech.redis)).need_transcribed(spoken)
    wanted = Wanted(spoken, start.words)
    with speech.access.working(holder):
        async with speech.helpers.listener(start.format, speech.limits.audio_seconds) as process:
            await socket.send_json({"type": "ready"})
            stream = Stream(speech.workers, process, wanted, socket.send_json)
            await _together(stream.run(), _feed(socket, process))


async def _together(captions: Coroutine[Any, Any, None], feeding: Coroutine[Any, Any, None]) -> None:
    """Run both until the captions end, or either fails."""
    tasks = [asyncio.create_task(captions), asyncio.create_task(feeding)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _start(socket: AnySocket) -> Start:
    try:
        first = await asyncio.wait_for(_message(socket), START_SECONDS)
        if len(first) > MAX_START:
            raise ApiError(413, "frame_too_large", f"The first message has at most {MAX_START} characters.")
        return client_ways.decoded(Start, first)
    except TimeoutError:
        raise ApiError(408, "no_start", f"Send the first message within {START_SECONDS:.0f} s.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"The first message cannot be read: {error}.") from error


async def _feed(socket: AnySocket, process: Process) -> None:
    """Pass the audio on until the client ends it."""
    async with aclosing(_audio(socket)) as packets:
        async for packet in packets:
            await process.send(packet)
    await process.close_input()


async def _audio(socket: AnySocket) -> AsyncGenerator[bytes, None]:
    while True:
        try:
            message = await asyncio.wait_for(_message(socket), IDLE_SECONDS)
        except TimeoutError:
            raise ApiError(
                408, "idle", f"Nothing came for {IDLE_SECONDS:.0f} s: send silence, or end the stream."
            ) from None
        if isinstance(message, str):
            try:
                client_ways.decoded(Control, message)
            except msgspec.DecodeError as error:
                raise bad_request(f'Text messages are {{"type": "end"}} only: {error}.') from error
            return
        if len(message) > MAX_PACKET_BYTES:
            raise ApiError(413, "frame_too_large", f"A frame has at most {MAX_PACKET_BYTES} bytes: send smaller ones.")
        yield message


async def _message(socket: AnySocket) -> str | bytes:
    """The next message, text or binary."""
    event: dict[str, Any] = dict(await socket.receive())
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(detail="gone", code=event.get("code", 1005))
    text = event.get("text")
    return text if text is not None else event.get("bytes") or b""

"""The bridge's connection to the SFU: requests, events, and coming back for ever."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.media.bridge.sfu_messages import (
    EVENTS,
    Connected,
    Disconnected,
    HelloAnswer,
    Incoming,
    SfuEvent,
    ToldEvent,
)

REQUEST_TIMEOUT_SECONDS: Final = 5.0
"""Seconds an answer may take; the SFU answers within milliseconds unless it is in trouble."""

BACKOFF_SECONDS: Final = (0.1, 3.0)
"""Seconds of the first wait and the longest wait before connecting again."""

MAX_FRAME_BYTES: Final = 4 << 20
"""Bytes of the longest frame taken: a hello answer lists every room."""

log = structlog.get_logger(__name__)
A = TypeVar("A")


class SfuError(Exception):
    """The SFU refused a request; `code` is one of the protocol's error codes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class SfuGoneError(Exception):
    """No connection, or it broke, or no answer came in time: retry once connected again."""


class SfuClient:
    """One control connection. Run `run` as a task; take events from `events`."""

    def __init__(self, url: str, make_token: Callable[[], str]) -> None:
        """Connects to `url` (ws://…/ws) with a fresh token from `make_token` each time."""
        self.events: asyncio.Queue[SfuEvent] = asyncio.Queue()
        """In order; starts with `Connected`, and every `Connected` but the first follows a `Disconnected`."""
        self._url = url
        self._make_token = make_token
        self._socket: ClientConnection | None = None
        self._ids = itertools.count(1)
        self._pending: dict[int, asyncio.Future[msgspec.Raw]] = {}
        self._connected = False
        # Events can be read before the task that waits for hello's answer runs: they come after `Connected`.
        self._early: deque[ToldEvent] = deque()

    @property
    def connected(self) -> bool:
        """Whether requests can be made now."""
        return self._connected

    async def run(self) -> None:
        """Connects, and comes back after every loss with growing, jittered waits, until cancelled."""
        shortest, longest = BACKOFF_SECONDS
        wait = shortest
        while True:
            try:
                await self._session()
            except (OSError, WebSocketException, SfuError, SfuGoneError, msgspec.MsgspecError) as error:
                log.warning("no connection to the SFU", url=self._url, error=str(error), retry_in=round(wait, 2))
            if self._connected:
                self._connected = False
                self.events.put_nowait(Disconnected())
                wait = shortest
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311  (jitter, not a secret)
            wait = min(longest, wait * 2)

    async def request(self, method: str, data: dict[str, Any], answer: type[A]) -> A:
        """Sends a request and returns its answer.

        Raises:
            SfuError: the SFU refused.
            SfuGoneError: no connection, or no answer.
        """
        if self._socket is None:
            raise SfuGoneError(f"{method}: not connected to the SFU")
        number = next(self._ids)
        future: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        try:
            # Not asyncio.wait_for: before Python 3.12 it swallows a cancellation that meets the answer.
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                frame = msgspec.json.encode({"id": number, "method": method, "data": data}).decode()
                await self._socket.send(frame)
                return msgspec.json.decode(await future, type=answer)
        except (OSError, WebSocketException, TimeoutError) as error:
            raise SfuGoneError(f"{method}: {error or 'no answer in time'}") from error
        finally:
            del self._pending[number]

    async def _session(self) -> None:
        async with connect(
            self._url, max_size=MAX_FRAME_BYTES, ping_interval=5, ping_timeout=5, close_timeout=1
        ) as socket:
            self._socket = socket
            self._early.clear()
            reader = asyncio.create_task(self._read(socket))
            try:
                hello = await self.request("hello", {"token": self._make_token()}, HelloAnswer)
                self._connected = True
                self.events.put_nowait(Connected(hello.rooms, hello.bridges))
                while self._early:
                    self.events.put_nowait(self._early.popleft())
                log.info("connected to the SFU", url=self._url, rooms=len(hello.rooms))
                await reader
            finally:
                reader.cancel()
                self._socket = None
                for future in self._pending.values():
                    if not future.done():
                        future.set_exception(SfuGoneError("the connection to the SFU broke"))

    async def _read(self, socket: ClientConnection) -> None:
        async for frame in socket:
            try:
                self._take(msgspec.json.decode(frame, type=Incoming))
            except msgspec.MsgspecError as error:
                log.error("the SFU sent a message that docs/protocol.md does not define", error=str(error))

    def _take(self, message: Incoming) -> None:
        if message.event is not None:
            if message.event == "closing":
                log.warning("the SFU is closing the connection", data=bytes(message.data).decode())
            elif kind := EVENTS.get(message.event):
                event = msgspec.json.decode(message.data, type=kind)
                if self._connected:
                    self.events.put_nowait(event)
                else:
                    self._early.append(event)
            return
        future = self._pending.get(message.id) if message.id is not None else None
        if future is None or future.done():
            return
        if message.error is not None:
            future.set_exception(SfuError(message.error.code, message.error.message))
        else:
            future.set_result(message.ok)

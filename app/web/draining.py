"""Reads the rest of a body before an early answer, so that a client that is still sending comes to read it.

A server that answers and closes while the client sends resets the connection, and most clients then report that
instead of the answer (RFC 9112, section 9.6). What is read here is dropped at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send, WebSocketReceiveMessage

MAX_BYTES: Final = 8_000_000
"""Of a body that nobody wants: what comes beyond it ends with a broken connection, as does what is too slow."""
MAX_SECONDS: Final = 5.0
WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class DrainingMiddleware:
    """Goes around everything that may answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != ScopeType.HTTP or scope["method"] in WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        body = _Body(receive, waits=any(name == b"expect" for name, _ in scope["headers"]))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.drain()
            await send(message)

        await self._app(scope, body.receive, answer)


class _Body:
    """What the client sends, and whether that was all."""

    def __init__(self, receive: Receive, *, waits: bool) -> None:
        """`waits`: the client has sent nothing yet and asks first whether it may (`Expect: 100-continue`)."""
        self._receive = receive
        self._waits = waits
        self._over = False

    async def receive(self) -> HTTPReceiveMessage | WebSocketReceiveMessage:
        """The next message."""
        message = await self._receive()
        self._waits = False
        self._over = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Take the rest, within limits."""
        if self._over or self._waits:
            return
        left = MAX_BYTES
        try:
            async with asyncio.timeout(MAX_SECONDS):
                while not self._over and left > 0:
                    message = await self.receive()
                    left -= len(message["body"]) if message["type"] == "http.request" else 0
        except TimeoutError:
            return

"""Waits for the whole of a form before anybody looks at who sends it.

Whoever may do something is asked about once, at the beginning of a request; a sender who keeps the last byte back until
they are no host any more, or have been removed, would still be let do it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send, WebSocketReceiveMessage

from app.web.draining import WITHOUT_BODY
from app.web.security import FOR_PROGRAMS, MAX_BODY

MAX_SECONDS: Final = 30.0
"""A form is a few hundred bytes."""


class WholeFormsMiddleware:
    """Goes around everything that asks who somebody is; larger bodies pass on as they come, after `MAX_BODY`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when its body is there.

        Raises:
            HTTPException: 408, it does not come.
        """
        if (
            scope["type"] != ScopeType.HTTP
            or scope["method"] in WITHOUT_BODY
            or scope["route_handler"].opt.get(FOR_PROGRAMS)
        ):
            await self._app(scope, receive, send)
            return
        held: deque[HTTPReceiveMessage | WebSocketReceiveMessage] = deque()
        size = 0
        try:
            async with asyncio.timeout(MAX_SECONDS):
                while size <= MAX_BODY:
                    held.append(message := await receive())
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        break
                    size += len(message["body"])
        except TimeoutError:
            raise HTTPException("The body did not come in time.", status_code=408) from None

        async def again() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            return held.popleft() if held else await receive()

        await self._app(scope, again, send)

"""One log line for every request, and an id for all lines, here and in workers, that are written because of it."""

from __future__ import annotations

import secrets
import time
from typing import Final

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

QUIET: Final = ("/static/", "/health", "/ready", "/metrics")
"""Beginnings of paths that are not worth a line."""
HEADER: Final = "X-Request-Id"

log = structlog.get_logger(__name__)


def request_id() -> str:
    """The id of the request at work; "" where there is none."""
    return str(get_contextvars().get("request", ""))


class RequestLogMiddleware:
    """Logs method, route, status and time of a request; never its address, which may hold a room's code."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with an id, which is sent back in a header."""
        identity = secrets.token_hex(6)
        status, began = 500, time.monotonic()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableScopeHeaders.from_message(message)[HEADER] = identity
            await send(message)

        room = {"room": scope["path_params"]["code"]} if "code" in scope.get("path_params", {}) else {}
        with bound_contextvars(request=identity, **room):
            try:
                await self._app(scope, receive, answer)
            finally:
                if scope["type"] == ScopeType.HTTP and not scope["path"].startswith(QUIET):
                    route = scope.get("path_template", "")
                    took = round(1000 * (time.monotonic() - began))
                    log.info("web.request", method=scope["method"], route=route, status=status, took_ms=took)

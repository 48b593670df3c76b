"""Which other sites' scripts may read a response. Cookies are never part of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from app.settings.web import ANYWHERE

PREFLIGHT_KEPT: Final = 3_600
"""Seconds that a browser remembers what it may send."""


def cross_origin_hook(allowed: Collection[str], paths: Collection[str]) -> BeforeMessageSendHookHandler:
    """A hook that opens the responses of `paths` (templates), errors and preflights included, to `allowed` origins."""

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start" or scope.get("path_template") not in paths:
            return
        headers = MutableScopeHeaders.from_message(message)
        headers["Vary"] = "Origin, Accept, Cookie"
        origin = Headers.from_scope(scope).get("origin", "")
        if origin and (origin in allowed or ANYWHERE in allowed):
            headers["Access-Control-Allow-Origin"] = ANYWHERE if ANYWHERE in allowed else origin
            headers["Access-Control-Allow-Methods"] = "GET"
            headers["Access-Control-Allow-Headers"] = "Authorization, Last-Event-ID"
            headers["Access-Control-Max-Age"] = str(PREFLIGHT_KEPT)

    return add_headers

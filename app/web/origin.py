"""Addresses as the browser sees them, from the request that it made."""

from __future__ import annotations

import re
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.types import Scope

from app.settings import Settings

_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def sfu_url(settings: Settings, scope: Scope) -> str:
    """Where this browser finds the signalling socket: `SFU_PUBLIC_URL`, or the page's own host on the SFU's port."""
    if settings.sfu_public_url:
        return settings.sfu_public_url
    scheme = "wss" if scope.get("scheme") == "https" else "ws"
    match = _HOST.fullmatch(Headers.from_scope(scope).get("host", ""))
    name = match["name"] if match else settings.web_host  # a strange Host header must not reach our headers
    return f"{scheme}://{name}:{settings.sfu_port}/ws"


def sfu_origin(settings: Settings, scope: Scope) -> str:
    """The origin of `sfu_url`, for the Content-Security-Policy."""
    scheme, _, rest = sfu_url(settings, scope).partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def page_origin(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The origin of the page, for links to share."""
    return str(request.base_url).rstrip("/")

"""Addresses as the browser sees them, from the request that it made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.datastructures import Headers
from litestar.types import Scope

from app.settings.web import WebSettings
from tasks.wire.addresses import authority

_HOST: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


def sfu_url(settings: WebSettings, scope: Scope) -> str:
    """Where this browser finds the signalling socket, where there is one SFU (of several: `app.rooms.placing`).

    That is `SFU_PUBLIC_URL`, else the page's own host on the SFU's port.
    """
    return settings.sfu_urls[0] if settings.sfu_urls else _own_sfu(settings, scope)


def place(room: str, urls: Sequence[str]) -> str:
    """The SFU that a room is on: for ever the same of the same ones, spread evenly (rendezvous hashing).

    One more machine takes over its share of the rooms and moves no other; one less moves only its own.
    """
    return max(urls, key=lambda url: hashlib.blake2b(f"{room} {url}".encode(), digest_size=8).digest())


def _own_sfu(settings: WebSettings, scope: Scope) -> str:
    scheme = "wss" if scope.get("scheme") == "https" else "ws"
    match = _HOST.fullmatch(Headers.from_scope(scope).get("host", ""))
    name = match["name"].strip("[]") if match else settings.web_address  # a strange Host must not reach our headers
    return f"{scheme}://{authority(name, settings.sfu_port)}/ws"


def sfu_origins(settings: WebSettings, scope: Scope) -> str:
    """The origins of all that `sfu_url` may say, for the Content-Security-Policy."""
    parts = (url.partition("://") for url in settings.sfu_urls or (_own_sfu(settings, scope),))
    return " ".join(dict.fromkeys(f"{scheme}://{rest.partition('/')[0]}" for scheme, _, rest in parts))


def page_origin(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The origin of the page, for links to share."""
    return str(request.base_url).rstrip("/")

"""Who the client is and how it came, where a reverse proxy that is trusted says so."""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final

import structlog
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar.types import ASGIApp, Receive, Scope, Send

FORWARDED: Final = b"x-forwarded-for"
_WITH_PORT: Final = re.compile(r"\[(?P<six>[0-9A-Fa-f:.%]+)\](?::\d+)?|(?P<four>\d+\.\d+\.\d+\.\d+):\d+")

log = structlog.get_logger(__name__)


class TrustedProxyMiddleware:
    """Believes `X-Forwarded-For` and `X-Forwarded-Proto` from trusted addresses only, so that limits count clients.

    Where another address sends them, all clients behind it count as one. That is logged once, with what to set.
    """

    def __init__(self, app: ASGIApp, trusted: tuple[str, ...]) -> None:
        """`trusted` are addresses and networks (`TRUSTED_PROXIES`)."""
        self._app = app
        self._believing: Any = wrap_asgi_with_proxy_headers(self._pass_on, list(trusted))
        self._trusted = [ipaddress.ip_network(one) for one in trusted]
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the client's address and scheme."""
        if client := scope.get("client"):
            scope["client"] = plain(client[0]), client[1]
        self._warn(scope)
        await self._believing(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if client := scope.get("client"):
            scope["client"] = plain(client[0]), client[1]
        await self._app(scope, receive, send)

    def _warn(self, scope: Scope) -> None:
        client = scope.get("client")
        if self._warned or client is None or not any(name == FORWARDED for name, _ in scope.get("headers", ())):
            return
        try:
            peer = ipaddress.ip_address(client[0])
        except ValueError:
            return
        if not any(peer in network for network in self._trusted):
            self._warned = True
            advice = "if this is your proxy, name it in TRUSTED_PROXIES: all who come through it count as one client"
            log.warning("web.proxy_not_trusted", address=client[0], advice=advice)


def plain(address: str) -> str:
    """An address without its port, brackets and the prefix of IPv4 in IPv6, so that one client has one."""
    if match := _WITH_PORT.fullmatch(address.strip()):
        address = match["six"] or match["four"]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)

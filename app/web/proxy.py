"""Who the client is and how it came, where a reverse proxy on this machine says so."""

from __future__ import annotations

from typing import Any

from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar.types import ASGIApp, Receive, Scope, Send


class TrustedProxyMiddleware:
    """Believes `X-Forwarded-For` and `X-Forwarded-Proto` from loopback only, so that rate limits count real clients."""

    def __init__(self, app: ASGIApp) -> None:
        self._app: Any = wrap_asgi_with_proxy_headers(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with the client's address and scheme."""
        await self._app(scope, receive, send)

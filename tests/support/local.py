"""Where the visitors of an application come from in tests that run it in their own process."""

from __future__ import annotations

from typing import Final

from litestar import Litestar
from litestar.types import Receive, Scope, Send

PEER: Final = b"x-test-peer"


def visited(app: Litestar) -> Litestar:
    """The application, with connections from this machine, or from the address in the header `x-test-peer`."""
    inner = app.asgi_handler

    async def connected(scope: Scope, receive: Receive, send: Send) -> None:
        if "client" in scope:  # not the lifespan's
            scope["client"] = dict(scope["headers"]).get(PEER, b"127.0.0.1").decode(), 1
        await inner(scope, receive, send)

    app.asgi_handler = connected
    return app

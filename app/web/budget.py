"""What one address may change a minute: each POST has a weight, so that a class comes in and a script does not."""

from __future__ import annotations

import ipaddress
import math
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import TooManyRequestsException
from litestar.types import ASGIApp, Receive, Scope, Send

from app.auth.login_throttle import source
from app.limits.shared import SharedRecent
from app.web.security import FOR_PROGRAMS

WEIGHT: Final = "weight"
"""Option of routes: what a POST there weighs."""
USUAL: Final = 10.0
JOINING: Final = 3.0
"""What people do as they come in."""
CHOOSING: Final = 2.0
"""What a page does by itself, or a person does again and again in a call."""
RENEWING: Final = 0.5
"""What pages ask for by themselves, again and again while an SFU is being restarted: all those of a class at once."""
A_MINUTE: Final = 600.0
"""Of one address: sixty forms, or a hundred and seventy people who come in with a token each."""


class BudgetMiddleware:
    """Refuses POSTs of an address that has spent its budget; those of programs have limits of their own."""

    def __init__(self, app: ASGIApp, spent: SharedRecent) -> None:
        """`spent`: what addresses have spent, of `A_MINUTE`; each route has a middleware of its own."""
        self._app = app
        self._spent = spent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == ScopeType.HTTP and scope["method"] == "POST":
            options = scope["route_handler"].opt
            if not options.get(FOR_PROGRAMS) and (
                wait := await self._spent.wait(household(ASGIConnection(scope)), options.get(WEIGHT, USUAL))
            ):
                raise TooManyRequestsException(headers={"Retry-After": str(math.ceil(wait))})
        await self._app(scope, receive, send)


def household(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """What counts as one visitor's address: of IPv6 the network of a household (/64); "" is this machine."""
    address = connection.client.host if connection.client else ""
    try:
        return "" if ipaddress.ip_address(address).is_loopback else source(address)
    except ValueError:
        return source(address)

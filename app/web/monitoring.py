"""What is for the machine itself and those who watch over it, and for nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard


def watchers_only(networks: Iterable[str]) -> Guard:
    """A guard that lets clients from these networks in; for others there is nothing (404)."""
    allowed = [ipaddress.ip_network(network) for network in networks]

    def admit(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        try:
            address = ipaddress.ip_address(connection.client.host if connection.client else "")
        except ValueError:
            raise NotFoundException from None
        if not any(address in network for network in allowed):
            raise NotFoundException

    return admit

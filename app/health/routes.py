"""`/health`, `/ready` and `/metrics`; monitors ask the first two, and the front page, by HEAD too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, head
from litestar.di import NamedDependency
from litestar.exceptions import ServiceUnavailableException

from app.health.checks import Check, Checks

NO_STORE = {"Cache-Control": "no-store"}


@get("/health")
async def health() -> Response[dict[str, str]]:
    """Whether this process answers."""
    return Response({"status": "ok"}, headers=NO_STORE)


@get("/ready")
async def ready(checks: NamedDependency[Checks]) -> Response[dict[str, Any]]:
    """Every dependency; 503 only where pages cannot be served, so that balancers keep a plain call's edge in use."""
    found = await checks.run()
    states = {check.state for check in found.values()}
    cannot_serve = not _serves(found)
    state = "down" if cannot_serve else "ok" if states == {"ok"} else "degraded"
    body = {"state": state, "dependencies": {name: _shown(check) for name, check in found.items()}}
    return Response(body, status_code=503 if cannot_serve else 200, headers=NO_STORE)


@head(["/", "/health"])
async def answers() -> None:
    """As `/health`, without a body."""


@head("/ready")
async def serving(checks: NamedDependency[Checks]) -> None:
    """As `/ready`, without a body.

    Raises:
        ServiceUnavailableException: pages cannot be served.
    """
    if not _serves(await checks.run()):
        raise ServiceUnavailableException


def _serves(found: Mapping[str, Check]) -> bool:
    """Whether pages can be served."""
    return found["database"].state != "down"


def _shown(check: Check) -> dict[str, Any]:
    return {"state": check.state, "detail": check.detail, "action": check.action, **check.more}

"""`/health`, `/ready` and `/metrics`."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

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
    cannot_serve = found["database"].state == "down"
    state = "down" if cannot_serve else "ok" if states == {"ok"} else "degraded"
    body = {"state": state, "dependencies": {name: _shown(check) for name, check in found.items()}}
    return Response(body, status_code=503 if cannot_serve else 200, headers=NO_STORE)


def _shown(check: Check) -> dict[str, Any]:
    return {"state": check.state, "detail": check.detail, "action": check.action, **check.more}

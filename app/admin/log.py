"""The page of the audit log."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from app.admin.access import OperatorRequest
from app.admin.audit import ACTIONS, ENTRIES_PER_PAGE
from app.admin.pages import page
from app.admin.services import AdminServices


@get("/audit")
async def audit_log(
    request: OperatorRequest,
    admin: NamedDependency[AdminServices],
    number: FromQuery[int] = 0,
    action: FromQuery[str] = "",
) -> Template:
    """What administrators did, the newest first."""
    chosen = action if action in ACTIONS else ""
    number = max(0, number)
    entries, count = await admin.audit.page(number, chosen)
    last = max(0, (count - 1) // ENTRIES_PER_PAGE)
    shown: dict[str, Any] = {"entries": entries, "count": count, "number": number, "last": last}
    return page(request, "audit", "audit", actions=ACTIONS, action=chosen, **shown)

"""What every page of the administration is drawn with."""

from __future__ import annotations

from typing import Any, Final

from litestar.response import Template

from app.admin.access import OperatorRequest

NAVIGATION: Final = (
    ("rooms", "/admin/rooms", "Rooms"),
    ("audit", "/admin/audit", "Audit log"),
    ("account", "/admin/account", "Account"),
)
"""Section, address, what it is called."""


def page(request: OperatorRequest, name: str, section: str, *, status: int = 200, **context: Any) -> Template:  # noqa: ANN401
    """A page of `templates/admin`, with the navigation around it."""
    shared = {"operator": request.user, "navigation": NAVIGATION, "section": section}
    return Template(f"admin/{name}.html", context=shared | context, status_code=status)

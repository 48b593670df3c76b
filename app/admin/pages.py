"""What every page of the administration is drawn with."""

from __future__ import annotations

from typing import Any, Final

from litestar.response import Template

from app.admin.access import OperatorRequest
from app.i18n import N_

NAVIGATION: Final = (
    ("rooms", "/admin/rooms", N_("Rooms")),
    ("invitations", "/admin/invitations", N_("Invitations")),
    ("pairs", "/admin/pairs", N_("Language pairs")),
    ("models", "/admin/models", N_("Models")),
    ("glossary", "/admin/glossary", N_("Glossary")),
    ("voices", "/admin/voices", N_("Voices")),
    ("keys", "/admin/keys", N_("API keys")),
    ("workers", "/admin/workers", N_("Workers and queues")),
    ("storage", "/admin/storage", N_("Storage")),
    ("audit", "/admin/audit", N_("Audit log")),
    ("administrators", "/admin/administrators", N_("Administrators")),
    ("account", "/admin/account", N_("Account")),
)
"""Section, address, what it is called."""


def page(request: OperatorRequest, name: str, section: str, *, status: int = 200, **context: Any) -> Template:  # noqa: ANN401
    """A page of `templates/admin`, with the navigation around it."""
    shared = {"operator": request.user, "navigation": NAVIGATION, "section": section}
    return Template(f"admin/{name}.html", context=shared | context, status_code=status)

"""What every page of the administration is drawn with."""

from __future__ import annotations

from typing import Any, Final

from litestar.response import Template

from app.admin.access import OperatorRequest
from app.auth import roles
from app.auth.roles import Role
from app.i18n import N_
from tasks.languages import FIRST_LANGUAGES

ROLES: Final[dict[Role, str]] = {
    "owner": N_("owner: everything"),
    "operator": N_("operator: rooms, invitations, language pairs and glossary"),
    "auditor": N_("auditor: reads"),
}
"""What each may do, in words."""
NAVIGATION: Final = (
    ("rooms", "/admin/rooms", N_("Rooms")),
    ("invitations", "/admin/invitations", N_("Invitations")),
    ("pairs", "/admin/pairs", N_("Language pairs")),
    ("models", "/admin/models", N_("Models")),
    ("glossary", "/admin/glossary", N_("Glossary")),
    ("voices", "/admin/voices", N_("Voices")),
    ("keys", "/admin/keys", N_("API keys")),
    ("workers", "/admin/workers", N_("Workers and queues")),
    ("kept", "/admin/kept", N_("Recordings")),
    ("storage", "/admin/storage", N_("Storage")),
    ("audit", "/admin/audit", N_("Audit log")),
    ("administrators", "/admin/administrators", N_("Administrators")),
    ("account", "/admin/account", N_("Account")),
)
"""Section, address, what it is called."""


def among_first(*languages: str) -> bool:
    """Whether these are always listed; further languages are where something here could serve them."""
    return set(languages) <= set(FIRST_LANGUAGES)


def page(request: OperatorRequest, name: str, section: str, *, status: int = 200, **context: Any) -> Template:  # noqa: ANN401
    """A page of `templates/admin`, with the navigation around it; without what the role may neither open nor change."""
    role = request.user.role
    shared = {
        "operator": request.user,
        "navigation": [one for one in NAVIGATION if roles.may(role, "GET", one[1])],
        "section": section,
        "changes": roles.may(role, "POST", f"/admin/{section}"),
        "role": next((words for one, words in ROLES.items() if one == role), role),
    }
    return Template(f"admin/{name}.html", context=shared | context, status_code=status)

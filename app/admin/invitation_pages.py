"""The page of the invitations to make rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.pages import page
from app.admin.services import AdminServices
from app.i18n import gettext as _
from app.rooms.invitations import MAX_DAYS, MAX_USES
from app.rooms.making import Makers
from app.tables import Invitation
from app.visible import clean
from app.web.origin import page_origin

Services = NamedDependency[AdminServices]
NAME_LENGTH = 80


@dataclass
class InvitationForm:
    """A new one, as it is typed."""

    name: str = ""
    uses: str = "10"
    days: str = "30"
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> InvitationForm:
        """Check what was sent."""
        uses, days = (str(data.get(name) or "").strip()[:20] for name in ("uses", "days"))
        form = cls(clean(data.get("name"), NAME_LENGTH), uses, days)
        if not 0 < len(form.name) <= NAME_LENGTH:
            form.errors["name"] = _("Say whom it is for, in at most %(limit)d characters.", limit=NAME_LENGTH)
        for name, most in (("uses", MAX_USES), ("days", MAX_DAYS)):
            if (value := getattr(form, name)) and not (value.isascii() and value.isdigit() and 0 < int(value) <= most):
                form.errors[name] = _("A whole number from 1 to %(most)d, or nothing.", most=most)
        return form


@get("/invitations")
async def invitations_page(
    request: OperatorRequest, makers: NamedDependency[Makers], told: FromQuery[str] = ""
) -> Template:
    """Every invitation there is, without the links themselves."""
    return await _page(request, makers, told=_("The invitation is revoked.") if told == "revoked" else "")


@post("/invitations", status_code=HTTP_200_OK)
async def make_invitation(request: OperatorRequest, admin: Services, makers: NamedDependency[Makers]) -> Template:
    """Make an invitation and show its link, this once."""
    form = InvitationForm.parse(await request.form())
    if form.errors:
        return await _page(request, makers, form=form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    uses, days = (int(value) if value else None for value in (form.uses, form.days))
    token = await makers.invitations.make(form.name, uses, days)
    detail = f"{uses or 'any number of'} rooms, {days or 'any number of'} days"
    await admin.audit.note(request.user.name, "invitation.made", form.name, detail, address=address(request))
    return await _page(request, makers, link=f"{page_origin(request)}/invitations/{token}")


@post("/invitations/{invitation:int}/revoke")
async def revoke_invitation(
    request: OperatorRequest, admin: Services, makers: NamedDependency[Makers], invitation: FromPath[int]
) -> Redirect:
    """Revoke one: no room is made with it any more."""
    name = await makers.invitations.revoke(invitation)
    if name is None:
        raise NotFoundException
    await admin.audit.note(request.user.name, "invitation.revoked", name, address=address(request))
    return Redirect("/admin/invitations?told=revoked", status_code=HTTP_303_SEE_OTHER)


async def _page(
    request: OperatorRequest,
    makers: Makers,
    *,
    form: InvitationForm | None = None,
    link: str = "",
    told: str = "",
    status: int = 200,
) -> Template:
    context: dict[str, Any] = {
        "invitations": [(one, _state(one)) for one in await makers.invitations.all()],
        "needed": makers.rooms_by == "link",
        "form": form or InvitationForm(),
        "link": link,
        "told": told,
    }
    return page(request, "invitations", "invitations", status=status, **context)


def _state(one: Invitation) -> str:
    if one.revoked_at:
        return _("revoked")
    if one.expires_at and one.expires_at <= datetime.now(UTC):
        return _("expired")
    return _("used up") if one.uses is not None and one.used >= one.uses else ""

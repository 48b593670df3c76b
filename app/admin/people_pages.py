"""Administrators: who there is, with which role; making and removing them. For owners alone (`app.auth.roles`)."""

from __future__ import annotations

from collections.abc import Awaitable

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.pages import ROLES, page
from app.admin.services import AdminServices
from app.auth.admins import AdminNameError, LastOwnerError
from app.auth.passwords import PasswordError
from app.auth.roles import Role
from app.i18n import gettext as _

Services = NamedDependency[AdminServices]


@get("/administrators")
async def people(request: OperatorRequest, admin: Services, told: FromQuery[str] = "") -> Template:
    """Everybody who may log in."""
    return await _page(request, admin, told=told)


@post("/administrators")
async def add_person(request: OperatorRequest, admin: Services) -> Redirect | Template:
    """Make an administrator with a first password."""
    form = await request.form()
    name, password = str(form.get("name") or "")[:1_000], str(form.get("password") or "")[:1_000]
    try:
        await admin.admins.add(name, password, _role(form.get("role")))
    except AdminNameError as error:
        return await _page(request, admin, {"name": str(error)}, name, status=HTTP_422_UNPROCESSABLE_ENTITY)
    except PasswordError as error:
        return await _page(request, admin, {"password": str(error)}, name, status=HTTP_422_UNPROCESSABLE_ENTITY)
    await admin.audit.note(request.user.name, "admin.made", name, _role(form.get("role")), address=address(request))
    return _back()


@post("/administrators/{person:int}/role")
async def change_role(request: OperatorRequest, admin: Services, person: FromPath[int]) -> Redirect:
    """Give somebody another role, from their next request on."""
    role = _role((await request.form()).get("role"))
    return await _done(request, admin, "admin.role", admin.admins.set_role(person, role), role)


@post("/administrators/{person:int}/remove")
async def remove_person(request: OperatorRequest, admin: Services, person: FromPath[int]) -> Redirect:
    """Remove somebody; their sessions end at once."""
    return await _done(request, admin, "admin.removed", admin.admins.remove(person))


@post("/administrators/{person:int}/disable")
async def disable_person(request: OperatorRequest, admin: Services, person: FromPath[int]) -> Redirect:
    """Let somebody in no more, in whatever way; their sessions end at once."""
    return await _done(request, admin, "admin.disabled", admin.admins.set_disabled(person, disabled=True))


@post("/administrators/{person:int}/enable")
async def enable_person(request: OperatorRequest, admin: Services, person: FromPath[int]) -> Redirect:
    """Let somebody in again."""
    return await _done(request, admin, "admin.enabled", admin.admins.set_disabled(person, disabled=False))


@post("/administrators/{person:int}/second-factor/remove")
async def remove_factor(request: OperatorRequest, admin: Services, person: FromPath[int]) -> Redirect:
    """Ask somebody who has lost their second factor for none any more."""
    known = await admin.admins.find(person)
    if known is None or not await admin.factors.remove(person):
        raise NotFoundException
    await admin.audit.note(request.user.name, "factor.removed", known.name, address=address(request))
    return _back()


async def _done(
    request: OperatorRequest, admin: AdminServices, action: str, change: Awaitable[str | None], detail: str = ""
) -> Redirect:
    """Change something about somebody, whose name comes of it, and note it."""
    try:
        name = await change
    except LastOwnerError:
        return _back("last_owner")
    if name is None:
        raise NotFoundException
    await admin.audit.note(request.user.name, action, name, detail, address=address(request))
    return _back()


def _role(given: object) -> Role:
    """The role of a form; what is none is the least."""
    return next((role for role in ROLES if role == given), "auditor")


def _back(told: str = "") -> Redirect:
    return Redirect(f"/admin/administrators{told and f'?told={told}'}", status_code=HTTP_303_SEE_OTHER)


async def _page(
    request: OperatorRequest,
    admin: AdminServices,
    errors: dict[str, str] | None = None,
    name: str = "",
    *,
    told: str = "",
    status: int = 200,
) -> Template:
    known = await admin.admins.everybody()
    problem = _("Somebody must own the installation: make another owner first.") if told == "last_owner" else ""
    context = {
        "people": known,
        "roles": ROLES,
        "with_factor": await admin.factors.holders(),
        "errors": errors or {},
        "typed": name,
        "problem": problem,
    }
    return page(request, "administrators", "administrators", status=status, **context)

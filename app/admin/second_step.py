"""The second step of logging in: a code of the app, or a recovery code."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_429_TOO_MANY_REQUESTS

from app.admin import brake
from app.admin.access import LOGIN, AnyRequest, address, written
from app.admin.entering import WRONG_CODE, begin, waiting_for_code
from app.admin.services import AdminServices
from app.i18n import gettext as _

Services = NamedDependency[AdminServices]


@get("/login/code")
async def code_page(request: AnyRequest, admin: Services) -> Redirect | Template:
    """The form for the code, for whoever has just typed a password that is right."""
    return _form() if await waiting_for_code(admin, request) else _from_the_beginning()


@post("/login/code")
async def take_code(request: AnyRequest, admin: Services) -> Response[Any]:
    """Begin a session, unless the code is wrong, was used before, or too many were wrong."""
    form = await request.form()
    code, recovery = written(form, "code"), written(form, "recovery")
    async with admin.door:
        waiting = await waiting_for_code(admin, request)
        if waiting is None:
            return _from_the_beginning()
        known, wanted = waiting
        field = "recovery" if recovery else "code"
        if refused := await brake.on_code(admin, request, known.name):
            return _form({field: refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if await admin.factors.passes(known.id, code):
            return await begin(admin, request, known, wanted)
        if recovery and await admin.factors.recovers(known.id, recovery):
            return await begin(admin, request, known, wanted, "recovery code")
        await admin.audit.note(known.name, "login.code_failed", address=address(request))
    return _form({field: _wrong(field)}, status=HTTP_422_UNPROCESSABLE_ENTITY)


def _wrong(field: str) -> str:
    if field == "recovery":
        return _("That is no recovery code of yours, or you have used it before.")
    return _(WRONG_CODE)


def _form(errors: dict[str, str] | None = None, *, status: int = 200) -> Template:
    return Template("admin/code.html", context={"errors": errors or {}}, status_code=status)


def _from_the_beginning() -> Redirect:
    return Redirect(LOGIN, status_code=HTTP_303_SEE_OTHER)

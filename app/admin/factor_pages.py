"""An administrator's own second factor: set up, recovery codes, turned off."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_429_TOO_MANY_REQUESTS

from app.admin import brake
from app.admin.access import FACTOR_PAGE, OperatorRequest, address, written
from app.admin.entering import WRONG_CODE
from app.admin.pages import page
from app.admin.services import AdminServices
from app.auth.second_factor import otpauth
from app.embed.qr import qr_svg
from app.i18n import gettext as _

Services = NamedDependency[AdminServices]
Form = Any
Answer = Redirect | Template
CONFIRM_WITHIN: Final = 600
"""Seconds between the password and the first code, in the same browser."""
_BEGUN: Final = "factor_begun"


@get("/account/second-factor")
async def factor_page(request: OperatorRequest, admin: Services) -> Template:
    """Whether there is one, and what can be done about it."""
    return await _page(request, admin)


@post("/account/second-factor")
async def change_factor(request: OperatorRequest, admin: Services) -> Answer:
    """Do what the form's button says."""
    form = await request.form()
    do = _DO.get(written(form, "do"))
    if do is None or (do is _begin and not admin.factors.offered):
        raise NotFoundException
    return await do(request, admin, form)


async def _begin(request: OperatorRequest, admin: AdminServices, form: Form) -> Answer:
    """Show a secret to whoever knows the password: nobody sets one up in a browser that was left open."""
    who = request.user
    async with admin.door:
        if refused := await brake.on_address(admin, request):
            return await _page(request, admin, {"current": refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if await admin.admins.check(who.name, written(form, "current")) is None:
            await admin.audit.note(who.name, "login.failed", address=address(request))
            wrong = {"current": _("That is not your password.")}
            return await _page(request, admin, wrong, status=HTTP_422_UNPROCESSABLE_ENTITY)
        secret = await admin.factors.begin(who.admin_id)
    request.session[_BEGUN] = time.time()
    return await _page(request, admin, secret=secret or "")


async def _confirm(request: OperatorRequest, admin: AdminServices, form: Form) -> Answer:
    """Let it count, for whoever has a code of it; their sessions elsewhere end."""
    who = request.user
    if not 0 <= time.time() - request.session.get(_BEGUN, 0.0) < CONFIRM_WITHIN:  # the page below shows the secret
        return Redirect(FACTOR_PAGE, status_code=HTTP_303_SEE_OTHER)
    codes = await admin.factors.confirm(who.admin_id, written(form, "code"))
    if codes is None:
        secret = await admin.factors.begun(who.admin_id) or ""
        wrong = {"code": _("That is not the code that the app shows now. Is the clock of your phone right?")}
        return await _page(request, admin, wrong, secret=secret, status=HTTP_422_UNPROCESSABLE_ENTITY)
    request.session.pop(_BEGUN, None)
    await admin.admins.end_others(who.admin_id, who.session_id)
    await admin.audit.note(who.name, "factor.set", who.name, address=address(request))
    return await _page(request, admin, codes=codes)


async def _codes(request: OperatorRequest, admin: AdminServices, form: Form) -> Answer:
    """Make other recovery codes."""
    if refused := await _refused(request, admin, form, "fresh"):
        return refused
    codes = await admin.factors.new_codes(request.user.admin_id)
    await admin.audit.note(request.user.name, "factor.codes", request.user.name, address=address(request))
    return await _page(request, admin, codes=codes)


async def _off(request: OperatorRequest, admin: AdminServices, form: Form) -> Answer:
    """Ask for none any more."""
    if refused := await _refused(request, admin, form, "last"):
        return refused
    await admin.factors.remove(request.user.admin_id)
    await admin.audit.note(request.user.name, "factor.removed", request.user.name, address=address(request))
    return Redirect(FACTOR_PAGE, status_code=HTTP_303_SEE_OTHER)


_DO: Final[dict[str, Callable[[OperatorRequest, AdminServices, Form], Awaitable[Answer]]]] = {
    "begin": _begin,
    "confirm": _confirm,
    "codes": _codes,
    "off": _off,
}


async def _refused(request: OperatorRequest, admin: AdminServices, form: Form, field: str) -> Template | None:
    """The page with what is wrong with a code in this field, of the app or for recovery; None where it is good."""
    who, code = request.user, written(form, field)
    async with admin.door:
        if refused := await brake.on_code(admin, request, who.name):
            return await _page(request, admin, {field: refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if await admin.factors.passes(who.admin_id, code) or await admin.factors.recovers(who.admin_id, code):
            return None
        await admin.audit.note(who.name, "login.code_failed", address=address(request))
    return await _page(request, admin, {field: _(WRONG_CODE)}, status=HTTP_422_UNPROCESSABLE_ENTITY)


async def _page(
    request: OperatorRequest,
    admin: AdminServices,
    errors: dict[str, str] | None = None,
    *,
    secret: str = "",
    codes: list[str] | None = None,
    status: int = 200,
) -> Template:
    who, context = request.user, dict[str, Any]()
    if secret:
        grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        context = {"picture": qr_svg(otpauth(secret, who.name, request.url.netloc)), "grouped": grouped}
    answer = page(
        request,
        "factor",
        "account",
        status=status,
        errors=errors or {},
        offered=admin.factors.offered,
        required=admin.settings.second_factor_required,
        since=await admin.factors.since(who.admin_id),
        left=await admin.factors.left(who.admin_id),
        secret=secret,
        codes=codes or [],
        **context,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer

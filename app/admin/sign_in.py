"""Signing in by another service, as an administrator or to make rooms as their host; and out again."""

from __future__ import annotations

import math
import time
from typing import Annotated, Any, Final, cast

import structlog
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, TooManyRequestsException
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_403_FORBIDDEN, HTTP_502_BAD_GATEWAY

from app.admin.access import AnyRequest, address, where_to
from app.admin.entering import begin
from app.admin.services import AdminServices
from app.auth.admins import SESSION_LIFETIME, DisabledError, subject
from app.auth.roles import Role
from app.i18n import gettext as _
from app.rooms.making import SIGNED_IN, SIGNED_OUT
from app.sign_in.provider import UnreachableError, UntrustedError
from app.sign_in.under_way import StrangeError
from app.visible import clean
from app.web.budget import household
from app.web.origin import page_origin

BACK: Final = "/sign-in/back"
"""What the service has to know of us."""
_GONE: Final = "sign_in"
Services = NamedDependency[AdminServices]

log = structlog.get_logger(__name__)


@get("/sign-in")
async def go(
    request: AnyRequest,
    admin: Services,
    purpose: FromQuery[str] = "host",
    next: FromQuery[str] = "",  # noqa: A002 - in addresses
) -> Response[Any]:
    """Send the browser to the service. By a link: our policy lets no form lead to another site."""
    await _counted(request, admin)
    as_what = "admin" if purpose == "admin" else "host"
    try:
        url, kept = await admin.sign_ins.begin(page_origin(request) + BACK, purpose=as_what, next=where_to(next))
    except UnreachableError:
        return _unreachable(admin, as_what)
    request.session[_GONE] = kept
    return Redirect(url, status_code=HTTP_303_SEE_OTHER)


@get(BACK)
async def back(
    request: AnyRequest,
    admin: Services,
    code: FromQuery[str] = "",
    sent: Annotated[str, QueryParameter(name="state")] = "",
    error: FromQuery[str] = "",
    iss: FromQuery[str | None] = None,
) -> Response[Any]:
    """Take whoever comes back from the service for whom it says they are."""
    await _counted(request, admin)
    kept = request.session.pop(_GONE, None)
    purpose = kept["purpose"] if isinstance(kept, dict) else "host"
    host = admin.settings.oidc.host
    if isinstance(kept, dict) and error and sent == kept["state"]:
        said = clean(error, 60)
        advice = _("%(host)s says: %(said)s. Try again, or ask whoever runs it.", host=host, said=said)
        return _failed(admin, purpose, advice)
    try:
        claims = await admin.sign_ins.finish(kept, sent, code, iss)
    except StrangeError:
        advice = _("This sign-in was begun in another browser, more than ten minutes ago, or is over. Begin again.")
        return _failed(admin, purpose, advice)
    except UnreachableError:
        return _unreachable(admin, purpose)
    except UntrustedError as distrust:
        log.warning("web.sign_in_untrusted", why=str(distrust))
        await admin.audit.note("", "login.refused", host, address=address(request))
        advice = _(
            "What %(host)s sent cannot be trusted. Try again; whoever runs this server finds the reason in the log of "
            "web.",
            host=host,
        )
        return _failed(admin, purpose, advice)
    return await _arrived(request, admin, claims, cast("dict[str, Any]", kept))


@post("/sign-out")
async def sign_out(request: AnyRequest, admin: Services) -> Redirect:
    """Forget who has signed in to make rooms."""
    if request.session.pop(SIGNED_IN, None):
        request.session[SIGNED_OUT] = admin.sign_ins.provider.sign_out_address()
    return Redirect("/", status_code=HTTP_303_SEE_OTHER)


async def _arrived(
    request: AnyRequest, admin: AdminServices, claims: dict[str, Any], kept: dict[str, Any]
) -> Response[Any]:
    settings = admin.settings.oidc
    role, who = settings.role_of(claims), subject(settings.issuer, str(claims["sub"]))
    address_first = ("email",) if claims.get("email_verified") is True else ()  # else it may be somebody else's
    names = (claims.get(claim) for claim in (*address_first, "preferred_username", "name", "sub"))
    name = clean(next((str(one) for one in names if one), ""), 60)[:60]
    purpose = kept["purpose"]
    try:
        if not await admin.admins.may(who):
            raise DisabledError
        if purpose == "host" and role:
            until = time.time() + SESSION_LIFETIME.total_seconds()
            request.session[SIGNED_IN] = {"who": who, "name": name, "until": until}
            return Redirect("/", status_code=HTTP_303_SEE_OTHER)
        if purpose == "admin" and role not in ("", "host"):
            known = await admin.admins.signed_in(who, name, cast("Role", role))
            began = await begin(admin, request, known, kept["next"], settings.host)
            return _onward(began, kept["next"])
    except DisabledError:
        await admin.audit.note(name, "login.refused", "disabled", address=address(request))
        return _failed(admin, purpose, _("Your account is disabled here. Ask an owner of this installation."))
    await admin.audit.note(name, "login.refused", "no role", address=address(request))
    advice = _(
        "You are %(name)s at %(host)s, and nobody has given you access here. Ask whoever runs this server for it: "
        "OIDC_ROLES says who has it.",
        name=name,
        host=settings.host,
    )
    return _failed(admin, purpose, advice)


def _onward(began: Response[Any], wanted: str) -> Template:
    """A page of ours that goes on by itself: straight from another site browsers keep our strict cookie back."""
    page = Template("admin/signed_in.html", context={"wanted": wanted}, headers={"Cache-Control": "no-store"})
    page.cookies.extend(began.cookies)
    return page


async def _counted(request: AnyRequest, admin: AdminServices) -> None:
    if not admin.settings.oidc.issuer:
        raise NotFoundException
    visitor = household(request)
    if visitor and (wait := await admin.sign_ins.tries.wait(visitor)):
        raise TooManyRequestsException(headers={"Retry-After": str(math.ceil(wait))})


def _unreachable(admin: AdminServices, purpose: str) -> Template:
    advice = _(
        "%(host)s does not answer as a sign-in service. Try again in a moment; whoever runs this server looks at "
        "OIDC_ISSUER, and at the log of web.",
        host=admin.settings.oidc.host,
    )
    return _failed(admin, purpose, advice, HTTP_502_BAD_GATEWAY)


def _failed(admin: AdminServices, purpose: str, advice: str, status: int = HTTP_403_FORBIDDEN) -> Template:
    context = {"advice": advice, "purpose": purpose, "host": admin.settings.oidc.host}
    return Template("admin/sign_in_failed.html", context=context, status_code=status)

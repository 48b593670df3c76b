"""Setting the first password, logging in and out, changing the password, and ending sessions."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_429_TOO_MANY_REQUESTS

from app.admin import brake
from app.admin.access import AnyRequest, OperatorRequest, address, cookie, where_to, written
from app.admin.agents import in_words
from app.admin.entering import ask_for_code, begin
from app.admin.pages import page
from app.admin.services import AdminServices
from app.auth import setup_code
from app.auth.admins import AdminNameError
from app.auth.passwords import PasswordError
from app.i18n import gettext as _
from app.rooms.making import SIGNED_IN
from app.visible import clean

Services = NamedDependency[AdminServices]


@get("/login")
async def login_page(
    admin: Services,
    next: FromQuery[str] = "",  # noqa: A002 - in addresses
    left: FromQuery[str] = "",
) -> Redirect | Template:
    """The form to log in; before there is an owner, the one that makes one. `left`: they had signed in by a service."""
    if not await admin.admins.owned():
        return Redirect("/admin/setup", status_code=HTTP_303_SEE_OTHER)
    return _login(wanted=where_to(next), sign_out=admin.sign_ins.provider.sign_out_address() if left else "")


@post("/login")
async def log_in(request: AnyRequest, admin: Services) -> Response[Any]:
    """Begin a session, unless the password is wrong or too many were."""
    form = await request.form()
    name, password, wanted = written(form, "name"), written(form, "password"), where_to(form.get("next"))
    async with admin.door:
        if refused := await brake.on_address(admin, request) or await brake.on_name(admin, request, name):
            return _login(name=name, wanted=wanted, error=refused, status=HTTP_429_TOO_MANY_REQUESTS)
        known = await admin.admins.check(name, password)
        if known is None:
            tried = clean(name, 60)  # as it is looked up
            who = tried if tried in await admin.admins.names() else ""  # another word may be a password typed there
            await admin.audit.note(who, "login.failed", address=address(request))
            error = _("The name or the password is wrong. `jbcalling admin set-password` sets a new one.")
            return _login(name=name, wanted=wanted, error=error, status=HTTP_422_UNPROCESSABLE_ENTITY)
        if await admin.factors.since(known.id):
            return ask_for_code(request, known, wanted)
        return await begin(admin, request, known, wanted)


@get("/setup")
async def setup_page(admin: Services) -> Redirect | Template:
    """The form that sets the first password."""
    if await admin.admins.owned():
        return Redirect("/admin/login", status_code=HTTP_303_SEE_OTHER)
    return _setup()


@post("/setup")
async def set_up(request: AnyRequest, admin: Services) -> Response[Any]:
    """Make the first administrator, for somebody who can read the setup code."""
    form = await request.form()
    name, password, errors = written(form, "name"), written(form, "password"), dict[str, str]()
    async with admin.door:
        if await admin.admins.owned():
            return Redirect("/admin/login", status_code=HTTP_303_SEE_OTHER)
        if refused := await brake.on_address(admin, request):
            return _setup(name=name, errors={"code": refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if not setup_code.matches(admin.settings.var_dir, written(form, "code")):
            await admin.audit.note("", "login.failed", "setup code", address=address(request))
            errors["code"] = _("That is not the code. `jbcalling admin setup-code` prints it.")
        elif password != written(form, "again"):
            errors["again"] = _("The two passwords differ: type the same twice.")
        else:
            errors = await _set(admin, name, password, new=True)
        if errors:
            return _setup(name=name, code=written(form, "code"), errors=errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
        setup_code.discard(admin.settings.var_dir)
        await admin.audit.note(name, "password.set", name, address=address(request))
    return await _begin(admin, request, name, password, "/admin")


@post("/logout")
async def log_out(request: OperatorRequest, admin: Services) -> Response[Any]:
    """End this session, and what this browser may do because its person has signed in to make rooms."""
    request.session.pop(SIGNED_IN, None)
    await admin.admins.end(request.user.session_id)
    await admin.audit.note(request.user.name, "logout", address=address(request))
    left = "?left=service" if request.user.by_service else ""
    answer = Redirect(f"/admin/login{left}", status_code=HTTP_303_SEE_OTHER)
    answer.cookies.append(cookie(admin, None))
    return answer


@get("/account")
async def account(request: OperatorRequest, admin: Services) -> Template:
    """The password, and where one is logged in."""
    return await _account(request, admin)


@post("/account/password")
async def change_password(request: OperatorRequest, admin: Services) -> Response[Any]:
    """Set another password: every session of this administrator ends, and a new one begins here."""
    form, name = await request.form(), request.user.name
    password, errors = written(form, "password"), dict[str, str]()
    async with admin.door:
        if refused := await brake.on_address(admin, request):
            return await _account(request, admin, {"current": refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if await admin.admins.check(name, written(form, "current")) is None:
            await admin.audit.note(name, "login.failed", address=address(request))
            errors["current"] = _("That is not your password.")
        elif password != written(form, "again"):
            errors["again"] = _("The two passwords differ: type the same twice.")
        else:
            errors = await _set(admin, name, password)
    if errors:
        return await _account(request, admin, errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    await admin.audit.note(name, "password.set", name, address=address(request))
    return await _begin(admin, request, name, password, "/admin/account")


@post("/sessions/{session:int}/end")
async def end_session(request: OperatorRequest, admin: Services, session: FromPath[int]) -> Redirect:
    """End a session, one's own or another's."""
    if not await admin.admins.end(session, None if request.user.role == "owner" else request.user.admin_id):
        raise NotFoundException
    await admin.audit.note(request.user.name, "session.ended", address=address(request))
    return Redirect("/admin/account", status_code=HTTP_303_SEE_OTHER)


async def _set(admin: AdminServices, name: str, password: str, *, new: bool = False) -> dict[str, str]:
    try:
        if new:
            await admin.admins.add(name, password, "owner")
        else:
            await admin.admins.set_password(name, password)
    except PasswordError as error:
        return {"password": str(error)}
    except AdminNameError as error:
        return {"name": str(error)}
    return {}


async def _begin(admin: AdminServices, request: AnyRequest, name: str, password: str, wanted: str) -> Response[Any]:
    known = await admin.admins.check(name, password)
    if known is None:  # changed between two looks
        return _login(name=name, wanted=wanted, error=_("The password has just been changed: log in with the new one."))
    return await begin(admin, request, known, wanted)


async def _account(
    request: OperatorRequest, admin: AdminServices, errors: dict[str, str] | None = None, *, status: int = 200
) -> Template:
    sessions, since = await admin.admins.sessions(), await admin.factors.since(request.user.admin_id)
    context = {"errors": errors or {}, "sessions": sessions, "in_words": in_words, "since": since}
    return page(request, "account", "account", status=status, **context)


def _login(*, wanted: str, name: str = "", error: str = "", sign_out: str = "", status: int = 200) -> Template:
    errors = {"password": error} if error else {}
    context = {"name": name, "wanted": wanted, "errors": errors, "sign_out": sign_out}
    return Template("admin/login.html", context=context, status_code=status)


def _setup(*, name: str = "admin", code: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Template:
    context = {"name": name, "code": code, "errors": errors or {}}
    return Template("admin/setup.html", context=context, status_code=status)

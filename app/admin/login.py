"""Setting the first password, logging in and out, changing the password, and ending sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_429_TOO_MANY_REQUESTS

from app.admin.access import OperatorRequest, address, cookie, where_to
from app.admin.agents import in_words
from app.admin.pages import page
from app.admin.services import AdminServices
from app.auth import login_throttle, setup_code
from app.auth.admins import AdminNameError
from app.auth.passwords import PasswordError
from app.i18n import gettext as _
from app.visible import clean

AnyRequest = Request[Any, Any, Any]
Services = NamedDependency[AdminServices]


@get("/login")
async def login_page(admin: Services, next: FromQuery[str] = "") -> Redirect | Template:  # noqa: A002 - in addresses
    """The form to log in; before there is a password, the one to set it."""
    if not await admin.admins.any():
        return Redirect("/admin/setup", status_code=HTTP_303_SEE_OTHER)
    return _login(wanted=where_to(next))


@post("/login")
async def log_in(request: AnyRequest, admin: Services) -> Response[Any]:
    """Begin a session, unless the password is wrong or too many were."""
    form = await request.form()
    name, password, wanted = _text(form, "name"), _text(form, "password"), where_to(form.get("next"))
    async with admin.door:
        if refused := await _braked(admin, request, "login.failed") or await _name_braked(admin, request, name):
            return _login(name=name, wanted=wanted, error=refused, status=HTTP_429_TOO_MANY_REQUESTS)
        known = await admin.admins.check(name, password)
        if known is None:
            tried = clean(name, 60)  # as it is looked up
            who = tried if tried in await admin.admins.names() else ""  # another word may be a password typed there
            await admin.audit.note(who, "login.failed", address=address(request))
            error = _("The name or the password is wrong. `jbcalling admin set-password` sets a new one.")
            return _login(name=name, wanted=wanted, error=error, status=HTTP_422_UNPROCESSABLE_ENTITY)
    return await _begin(admin, request, known.name, password, wanted)


@get("/setup")
async def setup_page(admin: Services) -> Redirect | Template:
    """The form that sets the first password."""
    if await admin.admins.any():
        return Redirect("/admin/login", status_code=HTTP_303_SEE_OTHER)
    return _setup()


@post("/setup")
async def set_up(request: AnyRequest, admin: Services) -> Response[Any]:
    """Make the first administrator, for somebody who can read the setup code."""
    form = await request.form()
    name, password, errors = _text(form, "name"), _text(form, "password"), dict[str, str]()
    async with admin.door:
        if await admin.admins.any():
            return Redirect("/admin/login", status_code=HTTP_303_SEE_OTHER)
        if refused := await _braked(admin, request, "login.failed"):
            return _setup(name=name, errors={"code": refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if not setup_code.matches(admin.settings.var_dir, _text(form, "code")):
            await admin.audit.note("", "login.failed", "setup code", address=address(request))
            errors["code"] = _("That is not the code. `jbcalling admin setup-code` prints it.")
        elif password != _text(form, "again"):
            errors["again"] = _("The two passwords differ: type the same twice.")
        else:
            errors = await _set(admin, name, password)
        if errors:
            return _setup(name=name, code=_text(form, "code"), errors=errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
        setup_code.discard(admin.settings.var_dir)
        await admin.audit.note(name, "password.set", name, address=address(request))
    return await _begin(admin, request, name, password, "/admin")


@post("/logout")
async def log_out(request: OperatorRequest, admin: Services) -> Response[Any]:
    """End this session."""
    await admin.admins.end(request.user.session_id)
    await admin.audit.note(request.user.name, "logout", address=address(request))
    answer = Redirect("/admin/login", status_code=HTTP_303_SEE_OTHER)
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
    password, errors = _text(form, "password"), dict[str, str]()
    async with admin.door:
        if refused := await _braked(admin, request, "login.failed"):
            return await _account(request, admin, {"current": refused}, status=HTTP_429_TOO_MANY_REQUESTS)
        if await admin.admins.check(name, _text(form, "current")) is None:
            await admin.audit.note(name, "login.failed", address=address(request))
            errors["current"] = _("That is not your password.")
        elif password != _text(form, "again"):
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


async def _braked(admin: AdminServices, request: AnyRequest, action: str) -> str:
    """Why this address may not try now; empty when it may."""
    now, here = datetime.now(UTC), address(request)
    left = login_throttle.wait(await admin.audit.recent(action, now - login_throttle.WINDOW, here), now)
    if not left:
        return ""
    if not await admin.audit.recent("login.blocked", now - login_throttle.WINDOW, here):
        await admin.audit.note("", "login.blocked", address=here)
    minutes = max(1, round(left.total_seconds() / 60))
    return _("Too many wrong passwords came from your address. Try again in %(minutes)d min.", minutes=minutes)


async def _name_braked(admin: AdminServices, request: AnyRequest, name: str) -> str:
    """Why nobody may try this name now, unless they have logged in from here; empty when they may."""
    now, here, name = datetime.now(UTC), address(request), clean(name, 60)
    if not name:
        return ""
    failures = await admin.audit.recent("login.failed", now - login_throttle.WINDOW, who=name)
    left = login_throttle.wait(failures, now, login_throttle.MAX_FAILURES_BY_NAME)
    if not left or await admin.audit.recent("login.done", now - login_throttle.KNOWN_FOR, here, name):
        return ""
    minutes = max(1, round(left.total_seconds() / 60))
    return _("Too many wrong passwords were tried for this name. Try again in %(minutes)d min.", minutes=minutes)


async def _set(admin: AdminServices, name: str, password: str) -> dict[str, str]:
    try:
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
    token = await admin.admins.log_in(known, address(request), request.headers.get("user-agent", ""))
    await admin.audit.note(known.name, "login.done", address=address(request))
    answer = Redirect(wanted, status_code=HTTP_303_SEE_OTHER)
    answer.cookies.append(cookie(admin, token))
    return answer


async def _account(
    request: OperatorRequest, admin: AdminServices, errors: dict[str, str] | None = None, *, status: int = 200
) -> Template:
    sessions = await admin.admins.sessions()
    return page(request, "account", "account", status=status, errors=errors or {}, sessions=sessions, in_words=in_words)


def _text(form: Any, name: str) -> str:  # noqa: ANN401  (values may be uploads)
    value = form.get(name)
    return value[:1_000] if isinstance(value, str) else ""


def _login(*, wanted: str, name: str = "", error: str = "", status: int = 200) -> Template:
    context = {"name": name, "wanted": wanted, "errors": {"password": error} if error else {}}
    return Template("admin/login.html", context=context, status_code=status)


def _setup(*, name: str = "admin", code: str = "", errors: dict[str, str] | None = None, status: int = 200) -> Template:
    context = {"name": name, "code": code, "errors": errors or {}}
    return Template("admin/setup.html", context=context, status_code=status)

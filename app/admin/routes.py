"""Every route of the administration: two that anybody may ask for, and the rest behind the guard."""

from __future__ import annotations

from litestar import Router, get
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from app.admin import log, login, room_pages
from app.admin.access import NotLoggedInError, guard, to_login
from app.admin.services import AdminServices

NO_STORE = {"Cache-Control": "no-store"}


@get("/", status_code=HTTP_303_SEE_OTHER)
async def start() -> Redirect:
    """Where one begins."""
    return Redirect("/admin/rooms", status_code=HTTP_303_SEE_OTHER)


def routers(services: AdminServices) -> list[Router]:
    """The routes. What is not in the first router is open to administrators only."""
    anybody = Router("/admin", route_handlers=[login.login_page, login.log_in, login.setup_page, login.set_up])
    administrators = Router(
        "/admin",
        route_handlers=[
            start,
            room_pages.room_list,
            room_pages.make_room,
            room_pages.room_page,
            room_pages.room_now,
            room_pages.change_room,
            room_pages.close_room,
            room_pages.open_room,
            log.audit_log,
            login.account,
            login.change_password,
            login.end_session,
            login.log_out,
        ],
        guards=[guard(services)],
        exception_handlers={NotLoggedInError: to_login},
    )
    return [anybody, administrators]

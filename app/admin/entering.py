"""Beginning a session: at once, or, with a second factor, after a code."""

from __future__ import annotations

import time
from typing import Any, Final

from litestar import Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from app.admin.access import AnyRequest, address, cookie, where_to
from app.admin.services import AdminServices
from app.i18n import N_
from app.tables import Admin

CODE_PAGE: Final = "/admin/login/code"
CODE_WITHIN: Final = 600
"""Seconds between the password and the code."""
WRONG_CODE: Final = N_(
    "That code is wrong, or was used before: wait for the next one. Is the clock of your phone right?"
)
_WAITING: Final = "second_factor"


async def begin(
    admin: AdminServices, request: AnyRequest, known: Admin, wanted: str, detail: str = ""
) -> Response[Any]:
    """Begin a session in this browser, with its cookie, and go on to the page that was wanted."""
    request.session.pop(_WAITING, None)
    token = await admin.admins.log_in(known, address(request), request.headers.get("user-agent", ""))
    await admin.audit.note(known.name, "login.done", detail=detail, address=address(request))
    answer = Redirect(wanted, status_code=HTTP_303_SEE_OTHER)
    answer.cookies.append(cookie(admin, token))
    return answer


def ask_for_code(request: AnyRequest, known: Admin, wanted: str) -> Redirect:
    """Remember in this browser, where nobody can read or change it, that the password was right; ask for the code."""
    password = known.changed_at.isoformat()  # another password, and the one that was typed has opened nothing
    request.session[_WAITING] = {"of": known.id, "password": password, "at": time.time(), "wanted": wanted}
    return Redirect(CODE_PAGE, status_code=HTTP_303_SEE_OTHER)


async def waiting_for_code(admin: AdminServices, request: AnyRequest) -> tuple[Admin, str] | None:
    """Whose password was typed in this browser just now, and the page that they want; None where nobody's was."""
    waiting = request.session.get(_WAITING)
    if not isinstance(waiting, dict) or not 0 <= time.time() - waiting["at"] < CODE_WITHIN:
        return None
    known = await admin.admins.find(waiting["of"])
    if known is None or known.disabled_at or known.changed_at.isoformat() != waiting["password"]:
        return None
    return known, where_to(waiting["wanted"])

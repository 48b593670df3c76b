"""Whom hosts let interpret, and from which language into which."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK

from app.i18n import gettext
from app.rooms.forms import MISMATCHED, chosen_pairs
from app.rooms.hosting import SFU_DOWN, area, by_htmx, host_of, to_call
from app.rooms.moderation import Moderation
from app.rooms.service import RoomService
from app.rooms.sfu import SfuDownError

AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger(__name__)


@post("/rooms/{code:str}/host/interpreter", status_code=HTTP_200_OK)
async def let_interpret(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    moderation: NamedDependency[Moderation],
    code: FromPath[str],
) -> Template | Redirect | Response[None]:
    """Let somebody interpret a pair of languages, or, where the form names none, no longer.

    Raises:
        PermissionDeniedException: this browser is no host here.
        NotFoundException: there is nobody with this id.
    """
    room, host = await host_of(request, rooms, code)
    data = await request.form()
    person = await moderation.person(room, str(data.get("who", ""))[:32])
    if person is None:
        raise NotFoundException
    pairs, told = chosen_pairs(data), ""
    if pairs is None:
        told = gettext(MISMATCHED)
    else:
        try:
            await moderation.let_interpret(room, person, pairs)
        except SfuDownError as error:
            log.error("rooms.host_not_obeyed", error=str(error))
            told = gettext(SFU_DOWN)
        log.info("rooms.interpreter", room=room.code, pairs=" ".join(pairs))
    return await area(moderation, room, host, told=told) if by_htmx(request) else to_call(code)

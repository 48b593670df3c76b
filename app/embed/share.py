"""The share page of a room: its link, and read-only links to its captions. For participants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.auth.read_tokens import ReadTokens
from app.embed.links import DEFAULT_LIFETIME, LIFETIMES, links
from app.embed.qr import qr_svg
from app.i18n import gettext as _
from app.rooms import visitor
from app.rooms.service import RoomService
from app.tables import Participant, Room
from app.web.origin import page_origin
from tasks.languages import LANGUAGES

AnyRequest = Request[Any, Any, Any]


@get("/rooms/{code:str}/share")
async def share_page(
    request: AnyRequest, rooms: NamedDependency[RoomService], code: FromPath[str]
) -> Redirect | Template:
    """How to let others in, and how to let them read."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    return _page(request, room, {"lang": person.read, "lifetime": DEFAULT_LIFETIME})


@post("/rooms/{code:str}/share", status_code=HTTP_200_OK)
async def make_links(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    read_tokens: NamedDependency[ReadTokens],
    code: FromPath[str],
) -> Redirect | Template:
    """Links that read this room's captions in one language, for a time."""
    room = await visitor.open_room(rooms, code)
    person: Participant | None = await visitor.participant_of(request, rooms, room)
    if person is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    form = await request.form()
    chosen = {"lang": str(form.get("lang", ""))[:10], "lifetime": str(form.get("lifetime", ""))[:10]}
    errors = {}
    if chosen["lang"] not in LANGUAGES:
        errors["lang"] = _("Choose the language of the captions.")
    if chosen["lifetime"] not in LIFETIMES:
        errors["lifetime"] = _("Choose how long the links work.")
    if errors:
        return _page(request, room, chosen, errors=errors)
    token = read_tokens.make(room.code, chosen["lang"], LIFETIMES[chosen["lifetime"]])
    return _page(request, room, chosen, token=token)


def _page(
    request: AnyRequest,
    room: Room,
    form: dict[str, str],
    *,
    token: str = "",
    errors: dict[str, str] | None = None,
) -> Template:
    origin = page_origin(request)
    link = f"{origin}/rooms/{room.code}"
    made = links(origin, room.code, token, _("Captions of %(room)s", room=room.name)) if token else None
    context = {
        "room": room,
        "link": link,
        "link_code": qr_svg(link),
        "form": form,
        "errors": errors or {},
        "lifetimes": tuple(LIFETIMES),
        "made": made,
        "made_code": qr_svg(made.page) if made else "",
        "until": datetime.now(UTC) + LIFETIMES[form["lifetime"]] if made else None,
    }
    status = HTTP_422_UNPROCESSABLE_ENTITY if errors else HTTP_200_OK
    return Template("share.html", context=context, status_code=status, headers={"Cache-Control": "no-store"})

"""A room's invitation: what to send to people, its date, and the calendar entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.planning.calendar import Event, entry
from app.planning.date_form import LENGTHS, DateForm, zones
from app.planning.dates import Dates
from app.planning.invitation import invitations, words
from app.rooms import visitor
from app.rooms.abilities import Abilities
from app.rooms.links import RoomLinks
from app.rooms.service import RoomService
from app.tables import Participant, Room, RoomLink
from app.web.errors import RoomClosedError
from app.web.origin import page_origin
from tasks.languages import FIRST_LANGUAGES

AnyRequest = Request[Any, Any, Any]
Rooms = NamedDependency[RoomService]
Links = NamedDependency[RoomLinks]
Here = NamedDependency[Abilities]


@get("/rooms/{code:str}/invitation")
async def invitation_page(
    request: AnyRequest, rooms: Rooms, links: Links, abilities: Here, code: FromPath[str]
) -> Template:
    """What to send to people, for whoever has the room's code; its date, for hosts to set."""
    room = await _room(rooms, code)
    may_plan = await _may_plan(request, rooms, links, room)
    return await _page(request, room, abilities, DateForm.of(room), may_plan=may_plan)


@post("/rooms/{code:str}/invitation", status_code=HTTP_200_OK)
async def set_date(
    request: AnyRequest,
    rooms: Rooms,
    links: Links,
    abilities: Here,
    dates: NamedDependency[Dates],
    code: FromPath[str],
) -> Template | Redirect:
    """Give the room a date, or none any more.

    Raises:
        PermissionDeniedException: this browser is no host here.
    """
    room = await _room(rooms, code)
    if not await _may_plan(request, rooms, links, room):
        raise PermissionDeniedException("Only a host of this room can do that.")
    data = await request.form()
    form = None if data.get("remove") else DateForm.parse(data, datetime.now(UTC))
    if form and form.errors:
        return await _page(request, room, abilities, form, may_plan=True)
    await dates.set(room, form)
    return Redirect(f"/rooms/{code}/invitation", status_code=HTTP_303_SEE_OTHER)


@get("/rooms/{code:str}/calendar.ics")
async def calendar_entry(request: AnyRequest, rooms: Rooms, abilities: Here, code: FromPath[str]) -> Response[bytes]:
    """The room's date for a calendar, in the reader's language.

    Raises:
        NotFoundException: it has none.
    """
    room = await _room(rooms, code)
    if room.starts_at is None:
        raise NotFoundException
    link = f"{page_origin(request)}/rooms/{room.code}"
    ends = room.starts_at + timedelta(minutes=room.lasts)
    told = words(room, link, await _spoken(abilities))
    event = Event(room.code, room.date_changes, room.starts_at, ends, room.name, told, link)
    headers = {"Content-Disposition": f'attachment; filename="{room.code}.ics"', "Cache-Control": "no-store"}
    body = entry(event, datetime.now(UTC))
    return Response(body, media_type="text/calendar; method=PUBLISH", headers=headers)


async def _room(rooms: RoomService, code: str) -> Room:
    """A room that people are invited to, also before it opens.

    Raises:
        NotFoundException: there is none.
        RoomClosedError: it is closed.
    """
    room = await rooms.find(code)
    if room is None or room.kind != "call":
        raise NotFoundException
    if room.door(datetime.now(UTC)) == "closed":
        raise RoomClosedError
    return room


async def _may_plan(request: AnyRequest, rooms: RoomService, links: RoomLinks, room: Room) -> bool:
    known = await visitor.known_in(request, rooms, room)
    kept = visitor.link_kept(request, room.code)
    return plans(known, await links.opened(room, kept) if kept else None)


def plans(known: Participant | None, link: RoomLink | None) -> bool:
    """Whether somebody is host here, or comes as one by a link; what a host has made of them since counts more."""
    inside = known if known and known.standing == "in" else None
    if inside and (link is None or inside.link_id == link.id):
        return inside.hosts
    return bool(inside and inside.hosts) or (link is not None and link.kind == "host")


async def _spoken(abilities: Abilities) -> list[str]:
    return [*FIRST_LANGUAGES, *(await abilities.here()).more_languages]


async def _page(request: AnyRequest, room: Room, abilities: Abilities, form: DateForm, *, may_plan: bool) -> Template:
    link = f"{page_origin(request)}/rooms/{room.code}"
    context = {
        "room": room,
        "form": form,
        "errors": form.errors,
        "may_plan": may_plan,
        "invitations": invitations(room, link, await _spoken(abilities)),
        "zones": zones(),
        "lengths": LENGTHS,
    }
    status = HTTP_422_UNPROCESSABLE_ENTITY if form.errors else HTTP_200_OK
    return Template("invitation.html", context=context, status_code=status, headers={"Cache-Control": "no-store"})

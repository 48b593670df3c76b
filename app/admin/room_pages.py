"""The pages of the rooms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.pages import page
from app.admin.room_form import RoomSettings
from app.admin.rooms import ROOMS_PER_PAGE, Show
from app.admin.services import AdminServices
from app.captions.reader import CaptionServices
from app.i18n import N_
from app.i18n import gettext as _
from app.rooms import visitor
from app.rooms.links import RoomLinks
from app.rooms.texts import texts
from app.tables import Room
from app.transcripts.retention import Retention

Services = NamedDependency[AdminServices]
LEVELS = {
    "voice": N_("translated voice"),
    "translated_captions": N_("translated captions"),
    "source_captions": N_("captions in the spoken language"),
    "original": N_("original voices only"),
}
INTERPRETER_SILENT: Final = N_("The interpreter is silent: the machine interprets {source} into {target}.")
ENTER_WITHIN: Final = timedelta(minutes=10)
"""An administrator's link serves this one entry."""
NOT_ENDED: Final = "the SFU did not answer: the call goes on"


@get("/rooms")
async def room_list(
    request: OperatorRequest,
    admin: Services,
    words: FromQuery[str] = "",
    show: FromQuery[str] = "open",
    number: FromQuery[int] = 0,
    told: FromQuery[str] = "",
) -> Template:
    """Rooms, with who is in them now, and the form of a new one."""
    return await _list(request, admin, words[:200].strip(), show, max(0, number), RoomSettings.of(None), told=told)


@post("/rooms")
async def make_room(request: OperatorRequest, admin: Services) -> Redirect | Template:
    """Make a room."""
    form = RoomSettings.parse(await request.form())
    if form.errors:
        return await _list(request, admin, "", "open", 0, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    room = await admin.rooms.make(form)
    await admin.audit.note(request.user.name, "room.made", room.name, form.summary(), address=address(request))
    return _to(room)


@get("/rooms/{room:int}")
async def room_page(
    request: OperatorRequest, admin: Services, room: FromPath[int], told: FromQuery[str] = ""
) -> Template:
    """One room."""
    found = await _found(admin, room)
    return await _room(request, admin, found, RoomSettings.of(found), told=told)


@get("/rooms/{room:int}/now")
async def room_now(request: OperatorRequest, admin: Services, room: FromPath[int]) -> Template:
    """Who is in, and where the ladder stands: a part of the page that is fetched every few seconds."""
    found = await _found(admin, room)
    return page(request, "partials/room_now", "rooms", room=found, **await _now(admin, found))


@post("/rooms/{room:int}")
async def change_room(request: OperatorRequest, admin: Services, room: FromPath[int]) -> Redirect | Template:
    """Change a room's settings."""
    found, form = await _found(admin, room), RoomSettings.parse(await request.form())
    if form.errors:
        return await _room(request, admin, found, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    await admin.rooms.change(found.id, form)
    await admin.audit.note(request.user.name, "room.changed", form.name, form.summary(), address=address(request))
    return _to(found, "changed")


@post("/rooms/{room:int}/close")
async def close_room(
    request: OperatorRequest, admin: Services, captions: NamedDependency[CaptionServices], room: FromPath[int]
) -> Redirect:
    """Close it, and end its call and its caption feeds."""
    found = await _found(admin, room)
    ended = await admin.rooms.close(found)
    captions.feeds.close_room(found.code)
    detail = "" if ended else NOT_ENDED
    await admin.audit.note(request.user.name, "room.closed", found.name, detail, address=address(request))
    return _to(found, "closed" if ended else "not_ended")


@post("/rooms/{room:int}/enter")
async def enter_room(
    request: OperatorRequest, admin: Services, links: NamedDependency[RoomLinks], room: FromPath[int]
) -> Redirect:
    """Let this browser enter it as a host, which its share page tells whoever is in it."""
    found = await _found(admin, room)
    maker = _("Administrator %(name)s", name=request.user.name)[:60]
    visitor.keep_link(request, found.code, await links.make(found, "host", maker, lifetime=ENTER_WITHIN))
    await admin.audit.note(request.user.name, "room.entered", found.name, address=address(request))
    return Redirect(f"/rooms/{found.code}", status_code=HTTP_303_SEE_OTHER)


@post("/rooms/{room:int}/open")
async def open_room(request: OperatorRequest, admin: Services, room: FromPath[int]) -> Redirect:
    """Let people in again, now."""
    found = await _found(admin, room)
    await admin.rooms.open(found)
    await admin.audit.note(request.user.name, "room.opened", found.name, address=address(request))
    return _to(found, "opened")


@post("/rooms/{room:int}/transcript/delete")
async def delete_transcript(
    request: OperatorRequest, admin: Services, retention: NamedDependency[Retention], room: FromPath[int]
) -> Redirect | Template:
    """Delete all that was said in it, for ever, if the form says that this is meant."""
    found = await _found(admin, room)
    if not (await request.form()).get("sure"):
        return await _unsure(request, admin, found, "transcript")
    captions = await retention.delete_transcript(found)
    detail = f"{captions} captions"
    await admin.audit.note(request.user.name, "transcript.deleted", found.name, detail, address=address(request))
    return _to(found, "transcript_deleted")


@post("/rooms/{room:int}/delete")
async def delete_room(
    request: OperatorRequest,
    admin: Services,
    captions: NamedDependency[CaptionServices],
    retention: NamedDependency[Retention],
    room: FromPath[int],
) -> Redirect | Template:
    """Delete it with everybody's names and all that was said, for ever, if the form says that this is meant.

    It is closed first. Where the SFU does not answer it stays so: a call that goes on would fill Redis with its words.
    """
    found = await _found(admin, room)
    if not (await request.form()).get("sure"):
        return await _unsure(request, admin, found, "room")
    ended = await admin.rooms.close(found)
    captions.feeds.close_room(found.code)
    if not ended:
        await admin.audit.note(request.user.name, "room.closed", found.name, NOT_ENDED, address=address(request))
        return _to(found, "not_deleted")
    detail = f"{await retention.delete_room(found)} captions"
    await admin.audit.note(request.user.name, "room.deleted", found.name, detail, address=address(request))
    return Redirect("/admin/rooms?told=deleted", status_code=HTTP_303_SEE_OTHER)


async def _found(admin: AdminServices, room: int) -> Room:
    found = await admin.rooms.get(room)
    if found is None:
        raise NotFoundException
    return found


def _to(room: Room, told: str = "") -> Redirect:
    return Redirect(f"/admin/rooms/{room.id}{told and f'?told={told}'}", status_code=HTTP_303_SEE_OTHER)


async def _unsure(
    request: OperatorRequest, admin: AdminServices, room: Room, what: Literal["transcript", "room"]
) -> Template:
    form = RoomSettings.of(room)
    return await _room(request, admin, room, form, unsure=what, status=HTTP_422_UNPROCESSABLE_ENTITY)


async def _list(
    request: OperatorRequest,
    admin: AdminServices,
    words: str,
    show: str,
    number: int,
    form: RoomSettings,
    *,
    told: str = "",
    status: int = 200,
) -> Template:
    chosen: Show = next((show_name for show_name in get_args(Show) if show_name == show), "open")
    rooms, count = await admin.rooms.find(words, chosen, number)
    context: dict[str, Any] = {
        "rooms": [(room, room.door(datetime.now(UTC))) for room in rooms],
        "count": count,
        "number": number,
        "last": max(0, (count - 1) // ROOMS_PER_PAGE),
        "words": words,
        "show": chosen,
        "form": form,
        "told": told,
        "state": await admin.rooms.now(),
    }
    return page(request, "rooms", "rooms", status=status, **context)


async def _room(
    request: OperatorRequest,
    admin: AdminServices,
    room: Room,
    form: RoomSettings,
    *,
    told: str = "",
    unsure: str = "",
    status: int = 200,
) -> Template:
    context: dict[str, Any] = {
        "room": room,
        "form": form,
        "told": told,
        "unsure": unsure,
        "counts": await admin.rooms.counts(room.id),
    }
    return page(request, "room", "rooms", status=status, **context, **await _now(admin, room))


async def _now(admin: AdminServices, room: Room) -> dict[str, Any]:
    state = await admin.rooms.now()
    now = state.rooms.get(room.code) if state else None
    names = (
        {participant.id: participant.known.name for participant in now.participants if participant.known} if now else {}
    )
    return {
        "state": state,
        "now": now,
        "names": names,
        "door": room.door(datetime.now(UTC)),
        "levels": LEVELS,
        "reasons": texts() | {"interpreter_silent": _(INTERPRETER_SILENT)},
    }

"""Keeping a call, in the call: hosts begin and end it, everybody answers for their own voice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import structlog
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from app.i18n import N_, gettext
from app.keeping.service import KeptCalls, NotOfferedError, latest
from app.rooms import visitor
from app.rooms.service import RoomService
from app.rooms.sfu import SfuDownError
from app.tables import Ending, KeptCall, Participant, Room
from app.web.budget import CHOOSING, WEIGHT

ENDINGS: Final[dict[Ending, str]] = {
    "host": N_("A host has stopped recording this call."),
    "left": N_("This call was recorded until everybody had left."),
    "full": N_(
        "This call is recorded no longer: this server has no room for more. What was recorded until then stays."
    ),
    "long": N_(
        "This call is recorded no longer: it was recorded for as long as this server allows. A host can begin again."
    ),
    "off": N_(
        "This call is recorded no longer: that has been turned off on this server. What was recorded until then stays."
    ),
    "closed": N_("This call was recorded until the room was closed."),
}
"""Why a call is kept no longer, in words."""
SAID_FOR: Final = 600.0
"""Seconds for which it is said."""
SFU_DOWN: Final = N_("The SFU does not answer. What you decided counts as soon as it does, within seconds.")
NOT_NOW: Final = N_("This call cannot be recorded now: it has been turned off, or this server has no room for more.")
OVER: Final = N_("This call is not being recorded any more.")
ANOTHER: Final = N_("The recording that you agreed to is over, and another one has begun: please answer once more.")
HOSTS_ONLY: Final = frozenset({"begin", "end"})
ACTIONS: Final = HOSTS_ONLY | {"agree", "refuse"}

AnyRequest = Request[Any, Any, Any]
Rooms = NamedDependency[RoomService]
Calls = NamedDependency[KeptCalls]
log = structlog.get_logger(__name__)


@get("/rooms/{code:str}/keeping")
async def keeping_area(request: AnyRequest, rooms: Rooms, kept_calls: Calls, code: FromPath[str]) -> Template:
    """What is kept of the call, and what one can answer: a part of the call page."""
    room, person = await _who(request, rooms, code)
    return await _area(kept_calls, room, person)


@post("/rooms/{code:str}/keeping/{action:str}", status_code=HTTP_200_OK, opt={WEIGHT: CHOOSING})
async def change_keeping(
    request: AnyRequest, rooms: Rooms, kept_calls: Calls, code: FromPath[str], action: FromPath[str]
) -> Template | Redirect:
    """Begin, end, agree or refuse.

    Raises:
        PermissionDeniedException: they are no host, or have no voice here.
        NotFoundException: there is no such action.
    """
    room, person = await _who(request, rooms, code)
    if action not in ACTIONS:
        raise NotFoundException
    if action in HOSTS_ONLY and not person.hosts:
        raise PermissionDeniedException("Only a host of this room can do that.")
    told = ""
    try:
        await _act(kept_calls, room, person, action, str((await request.form()).get("call", "")))
    except NotOfferedError:
        going = await kept_calls.current(room)
        why = NOT_NOW if action == "begin" else ANOTHER if going else OVER
        told = gettext(why)
    except SfuDownError as error:
        log.error("kept.not_told", error=str(error))
        told = gettext(SFU_DOWN)
    if request.headers.get("hx-request") != "true":
        return Redirect(f"/rooms/{code}/call", status_code=HTTP_303_SEE_OTHER)
    return await _area(kept_calls, room, person, told=told)


async def _act(calls: KeptCalls, room: Room, person: Participant, action: str, asked: str) -> None:
    """`asked`: id of the kept call that the page asked about, to which they agree and to no other."""
    if action == "begin":
        await calls.begin(room, person)
    elif action == "end":
        call = await calls.current(room)
        if call is None:
            raise NotOfferedError
        await calls.end(room.code, call, "host")
    elif action == "agree" and not _speaks(room, person):
        raise PermissionDeniedException("You have no voice in this room.")
    else:
        await calls.answer(room, person, asked if action == "agree" else None)


async def _who(request: AnyRequest, rooms: RoomService, code: str) -> tuple[Room, Participant]:
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        raise PermissionDeniedException(f"Join the room first: send the form of /rooms/{code}.")
    return room, person


def _speaks(room: Room, person: Participant) -> bool:
    return "captions" in person.rights(room)


async def _area(calls: KeptCalls, room: Room, person: Participant, *, told: str = "") -> Template:
    call = await calls.current(room)
    answers = latest(await calls.consents(call)) if call else {}
    mine = answers.get(person.id)
    last = None if call else await _said(calls, room, person)
    context = {
        "room": room,
        "host": person.hosts,
        "offered": person.hosts and await calls.offered(room),
        "call": call,
        "speaks": _speaks(room, person),
        "asks": call is not None and mine is None and _speaks(room, person),
        "mine": mine is not None and mine.until is None,
        "names": [one.name for one in answers.values() if one.until is None],
        "last": last,
        "ended": gettext(ENDINGS[last.ended_by or "host"]) if last else "",
        "told": told,
    }
    return Template("partials/keeping.html", context=context, headers={"Cache-Control": "no-store"})


async def _said(calls: KeptCalls, room: Room, person: Participant) -> KeptCall | None:
    """The call of this room that has just been kept, where this person may hear it."""
    last = await calls.last(room)
    if last is None or last.ended_at is None or last.since < person.sees_from(room):
        return None
    return last if (datetime.now(UTC) - last.ended_at).total_seconds() < SAID_FOR else None

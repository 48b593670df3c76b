"""What hosts do in a call, and what those who wait at the door see."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_204_NO_CONTENT,
    HTTP_303_SEE_OTHER,
    HTTP_422_UNPROCESSABLE_ENTITY,
)

from app.auth.tokens import ORIGINAL
from app.i18n import N_, gettext
from app.rooms import visitor
from app.rooms.holding import HoldingForm
from app.rooms.moderation import Moderation, Scene
from app.rooms.service import RoomService
from app.rooms.sfu import SfuDownError
from app.tables import Participant, Room
from app.web.errors import KeptOutError
from tasks.languages import FIRST_LANGUAGES

SFU_DOWN: Final = N_(
    "The SFU does not answer. What you decided holds for everybody who comes, and in the call as soon as it answers."
)

AnyRequest = Request[Any, Any, Any]
Rooms = NamedDependency[RoomService]
Hosting = NamedDependency[Moderation]
log = structlog.get_logger(__name__)


@get("/rooms/{code:str}/wait")
async def waiting_page(
    request: AnyRequest,
    rooms: Rooms,
    moderation: Hosting,
    code: FromPath[str],
) -> Redirect | Template:
    """Where somebody waits until a host lets them in."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.known_in(request, rooms, room)
    if person is None or person.standing == "in":
        return Redirect(f"/rooms/{code}" if person is None else f"/rooms/{code}/call", status_code=HTTP_303_SEE_OTHER)
    await moderation.knock(person)
    return Template("waiting.html", context={"room": room, "person": person}, headers={"Cache-Control": "no-store"})


@get("/rooms/{code:str}/wait/state")
async def waiting_state(
    request: AnyRequest,
    rooms: Rooms,
    moderation: Hosting,
    code: FromPath[str],
) -> Response[None] | Template:
    """Nothing new (204), a way in, or that there is none; asked for every few seconds."""
    room = await visitor.open_room(rooms, code)
    try:
        person = await visitor.known_in(request, rooms, room)
    except KeptOutError:
        return Template("partials/refused.html", context={"room": room}, headers={"Cache-Control": "no-store"})
    if person is None or person.standing == "in":
        to = f"/rooms/{code}/call" if person else f"/rooms/{code}"
        return Response(None, status_code=HTTP_200_OK, headers={"HX-Redirect": to})
    await moderation.knock(person)
    return Response(None, status_code=HTTP_204_NO_CONTENT)


@get("/rooms/{code:str}/host")
async def host_area(
    request: AnyRequest,
    rooms: Rooms,
    moderation: Hosting,
    code: FromPath[str],
    have: FromQuery[str] = "",
) -> Template | Response[None]:
    """Who waits and who is in, with what a host can do about them; nothing (204) where it is as the page has it."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        raise PermissionDeniedException
    if not person.hosts:
        return Template("partials/host.html", context={"room": room, "host": None})
    return await area(moderation, room, person, have=have)


@post("/rooms/{code:str}/host/{action:str}", status_code=HTTP_200_OK)
async def host_action(
    request: AnyRequest,
    rooms: Rooms,
    moderation: Hosting,
    code: FromPath[str],
    action: FromPath[str],
) -> Template | Redirect | Response[None]:
    """Do one thing to somebody, or to all.

    Raises:
        PermissionDeniedException: this browser is no host here.
        NotFoundException: there is no such action, or nobody with this id.
    """
    room, host = await host_of(request, rooms, code)
    if action not in ACTIONS:
        raise NotFoundException
    who = str((await request.form()).get("who", ""))[:32]
    if action in _FOR_ONE and not who:
        raise NotFoundException
    told = ""
    try:
        people = [] if action in _FOR_THE_ROOM else await _people(moderation, room, host, who)
        await ACTIONS[action](moderation, room, people)
    except SfuDownError as error:
        log.error("rooms.host_not_obeyed", error=str(error))
        told = gettext(SFU_DOWN)
    log.info("rooms.host_acted", action=action, room=room.code)
    if action == "close":
        return Response(None, headers={"HX-Redirect": "/"}) if by_htmx(request) else _to("/")
    if not by_htmx(request):
        return to_call(code)
    return await area(moderation, room, host, told=told)


@get("/rooms/{code:str}/holding")
async def holding(request: AnyRequest, rooms: Rooms, code: FromPath[str]) -> Template:
    """The form of how this room is held."""
    room, _host = await host_of(request, rooms, code)
    return _holding(room, HoldingForm.of(room))


@post("/rooms/{code:str}/holding", status_code=HTTP_200_OK)
async def change_holding(
    request: AnyRequest,
    rooms: Rooms,
    moderation: Hosting,
    code: FromPath[str],
) -> Template | Redirect:
    """Hold the room otherwise from now on."""
    room, _host = await host_of(request, rooms, code)
    form = HoldingForm.parse(await request.form())
    if form.errors:
        status = HTTP_200_OK if by_htmx(request) else HTTP_422_UNPROCESSABLE_ENTITY  # htmx shows what succeeds
        return _holding(room, form, status=status)
    told = gettext("Saved.")
    try:
        await moderation.change(room, **await form.columns())
    except SfuDownError as error:
        log.error("rooms.host_not_obeyed", error=str(error))
        told = gettext(SFU_DOWN)
    if not by_htmx(request):
        return to_call(code)
    room = await visitor.open_room(rooms, code)
    return _holding(room, HoldingForm.of(room), told=told)


async def host_of(request: AnyRequest, rooms: RoomService, code: str) -> tuple[Room, Participant]:
    """The room, and this browser's participant, who is a host of it.

    Raises:
        PermissionDeniedException: they are none.
    """
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None or not person.hosts:
        raise PermissionDeniedException("Only a host of this room can do that.")
    return room, person


async def _people(moderation: Moderation, room: Room, host: Participant, who: str) -> list[Participant]:
    """Whom an action is about: one, or, where nobody is named, everybody but the hosts."""
    if who:
        person = await moderation.person(room, who)
        if person is None:
            raise NotFoundException
        return [person]
    scene = await moderation.scene(room)
    return [person for person in [*scene.inside, *scene.waiting] if not person.hosts and person.id != host.id]


Act = Callable[[Moderation, Room, list[Participant]], Awaitable[object]]


async def _mute(moderation: Moderation, room: Room, people: list[Participant]) -> None:
    await moderation.mute(room, {person.id for person in people})


async def _remove(moderation: Moderation, room: Room, people: list[Participant]) -> None:
    for person in people:
        await moderation.remove(room, person)


async def _let_in(moderation: Moderation, room: Room, people: list[Participant]) -> None:
    await moderation.settle(room, people, "in")


async def _refuse(moderation: Moderation, room: Room, people: list[Participant]) -> None:
    await moderation.settle(room, people, "refused")


async def _name(moderation: Moderation, room: Room, people: list[Participant]) -> None:
    for person in people:
        await moderation.name(room, person, host=True)


async def _unname(moderation: Moderation, room: Room, people: list[Participant]) -> None:
    for person in people:
        await moderation.name(room, person, host=False)


async def _end(moderation: Moderation, room: Room, _people: list[Participant]) -> None:
    await moderation.end(room)


async def _close(moderation: Moderation, room: Room, _people: list[Participant]) -> None:
    await moderation.close(room)


ACTIONS: Final[dict[str, Act]] = {
    "mute": _mute,
    "remove": _remove,
    "let-in": _let_in,
    "refuse": _refuse,
    "name": _name,
    "unname": _unname,
    "end": _end,
    "close": _close,
}
"""By what stands in the address."""
_FOR_THE_ROOM: Final = {"end", "close"}
_FOR_ONE: Final = {"remove", "refuse", "name", "unname"}


async def area(
    moderation: Moderation, room: Room, host: Participant, *, have: str = "", told: str = ""
) -> Template | Response[None]:
    """Who waits and who is in, with what `host` can do about them; nothing where it is as the page has it (`have`)."""
    try:
        scene = await moderation.scene(room)
    except SfuDownError:
        scene, told = Scene([], [], []), gettext(SFU_DOWN)
    everybody = _everybody(scene)
    state = repr(
        [(one.id, one.name, one.role, one.stands_in, one.standing, one.interprets, one.offers) for one in everybody]
    )
    version = hashlib.blake2b(f"{state}{sorted(scene.speaking)}{told}".encode(), digest_size=6).hexdigest()
    if have == version:
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    context = {"room": room, "host": host, "scene": scene, "version": version, "told": told}
    context["tongues"] = _tongues(scene)
    return Template("partials/host.html", context=context, headers={"Cache-Control": "no-store"})


def _tongues(scene: Scene) -> list[str]:
    """Those that somebody may be let interpret: the first, then the others that people here speak, read or hear."""
    others = {code for one in scene.inside for code in (one.speak, one.read, one.hear)} - {*FIRST_LANGUAGES, ORIGINAL}
    return [*FIRST_LANGUAGES, *sorted(others)]


def _everybody(scene: Scene) -> list[Participant]:
    return [*scene.inside, *scene.waiting, *scene.kept_out]


def _holding(room: Room, form: HoldingForm, *, told: str = "", status: int = HTTP_200_OK) -> Template:
    context = {"room": room, "form": form, "errors": form.errors, "told": told}
    return Template("partials/holding.html", context=context, status_code=status)


def by_htmx(request: AnyRequest) -> bool:
    """Whether a part of a page is asked for."""
    return request.headers.get("hx-request") == "true"


def to_call(code: str) -> Redirect:
    """Back to the call, for a browser without htmx."""
    return _to(f"/rooms/{code}/call")


def _to(path: str) -> Redirect:
    return Redirect(path, status_code=HTTP_303_SEE_OTHER)

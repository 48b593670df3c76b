"""The front page, new rooms, and the form with which people enter one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_204_NO_CONTENT,
    HTTP_303_SEE_OTHER,
    HTTP_404_NOT_FOUND,
    HTTP_422_UNPROCESSABLE_ENTITY,
)

from app.auth.tokens import ORIGINAL
from app.i18n import gettext as _
from app.i18n import locale
from app.i18n.accept_language import preferred
from app.rights import Role
from app.rooms import visitor
from app.rooms.abilities import Abilities, Here
from app.rooms.busy import Busy
from app.rooms.choices import suggested
from app.rooms.codes import read_code
from app.rooms.demos import DEMOS, FIRST, Demo
from app.rooms.door import (
    Entry,
    Passwords,
    WrongPasswordError,
    address_of,
    asks_password,
    interprets_of,
    mark,
    role_of,
    standing_of,
)
from app.rooms.forms import JoinForm, RoomForm
from app.rooms.installing import Installations, Shown
from app.rooms.links import REVOKED, RoomLinks
from app.rooms.making import SIGNED_OUT, Makers, Making
from app.rooms.service import RoomService
from app.settings.web import WebSettings
from app.tables import Participant, Room, RoomLink
from app.web.budget import JOINING, WEIGHT
from app.web.errors import LinkRefusedError
from app.web.origin import page_origin
from tasks.languages import FIRST_LANGUAGES

AnyRequest = Request[Any, Any, Any]


@get("/")
async def front_page(
    request: AnyRequest,
    makers: NamedDependency[Makers],
    installations: NamedDependency[Installations],
    abilities: NamedDependency[Abilities],
) -> Template:
    """Start a room, enter one by its code, or try a demo."""
    making, shown = await makers.making(request), await installations.look()
    sign_out = str(request.session.pop(SIGNED_OUT, ""))
    return _front(making, shown, more_demos=await abilities.demos(), sign_out=sign_out)


@post("/rooms")
async def create_room(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    makers: NamedDependency[Makers],
    links: NamedDependency[RoomLinks],
    installations: NamedDependency[Installations],
) -> Redirect | Template:
    """Make a room, with this browser as its host, and go to its form."""
    form = RoomForm.parse(await request.form())
    if form.errors:
        making = await makers.making(request)
        return _front(making, await installations.look(), form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    await makers.admit(request)
    room = await rooms.create(form.name or _("Room"))
    visitor.keep_link(request, room.code, await links.make(room, "host", _("whoever made the room")))
    request.session["made"] = room.code
    return Redirect(f"/rooms/{room.code}", status_code=HTTP_303_SEE_OTHER)


@get("/join")
async def find_room(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    makers: NamedDependency[Makers],
    installations: NamedDependency[Installations],
    code: FromQuery[str] = "",
) -> Redirect | Template:
    """Go to the room whose code or link was typed on the front page."""
    known = read_code(code)
    if known is None:
        error = _("That is no room code. It has twelve letters and digits, as kqzp-7wma-x3td; or paste the whole link.")
        making, shown = await makers.making(request), await installations.look()
        return _front(making, shown, typed=code[:200], code_error=error, status=HTTP_422_UNPROCESSABLE_ENTITY)
    if await rooms.find(known) is None:
        error = _("There is no room with this code. Ask for it again: one letter may be wrong.")
        making, shown = await makers.making(request), await installations.look()
        return _front(making, shown, typed=code[:200], code_error=error, status=HTTP_404_NOT_FOUND)
    return Redirect(f"/rooms/{known}", status_code=HTTP_303_SEE_OTHER)


@get("/rooms/{code:str}")
async def lobby(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    busy: NamedDependency[Busy],
    abilities: NamedDependency[Abilities],
    installations: NamedDependency[Installations],
    links: NamedDependency[RoomLinks],
    code: FromPath[str],
    key: FromQuery[str] = "",
) -> Template | Redirect:
    """The form with which a person enters the room; by a link with a key, as what that link makes of them.

    Raises:
        LinkRefusedError: the link has been revoked, or is none.
    """
    room = await visitor.open_room(rooms, code)
    visitor.recognise(request)
    if key:
        if await links.opened(room, key) is None:
            raise LinkRefusedError(REVOKED)
        visitor.keep_link(request, code, key)
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)  # it stands in no address any more
    if room.kind == "talk":
        return Redirect(f"/rooms/{code}/talk", status_code=HTTP_303_SEE_OTHER)
    known = await visitor.known_in(request, rooms, room)
    link = await _link(request, links, room)
    role = role_of(room, link, known)
    here, shown = await abilities.here(), await installations.look()
    entering = _entering(room, role, link, known)
    if request.session.get("made") == code:
        del request.session["made"]
        entering["host_link"] = f"{page_origin(request)}/rooms/{code}?key={visitor.link_kept(request, code)}"
    form = _first_choices(request, here)
    if entering["interprets"] and known is None:
        form.hear = ORIGINAL
    form.among = form.among or suggested(form.speak, await rooms.languages(room))
    return _lobby(room, form, here, shown, busy=await busy.words(), entering=entering)


@post("/rooms/{code:str}/join", opt={WEIGHT: JOINING})
async def join_room(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    abilities: NamedDependency[Abilities],
    installations: NamedDependency[Installations],
    links: NamedDependency[RoomLinks],
    room_passwords: NamedDependency[Passwords],
    settings: NamedDependency[WebSettings],
    code: FromPath[str],
) -> Redirect | Template:
    """Enter the room or wait at its door, or show the form again with what is wrong.

    Raises:
        KeptOutError: a host has removed or refused them.
        RoomLockedError: nobody new comes in.
        PersonalLinkError: nobody comes in by the plain link.
    """
    data, address = await request.form(), address_of(request)
    room = await visitor.open_room(rooms, code)
    if room.kind == "talk":  # one device is in it
        return Redirect(f"/rooms/{code}/talk", status_code=HTTP_303_SEE_OTHER)
    known = await visitor.known_in(request, rooms, room)
    link = await _link(request, links, room)
    role = role_of(room, link, known)
    form = JoinForm.parse(data)
    asks = asks_password(room, role, link, known)
    if asks and not form.errors:
        try:
            await room_passwords.check(room, str(data.get("password", "")), address)
        except WrongPasswordError as error:
            form.errors["password"] = str(error)
    if form.errors:
        here, shown = await abilities.here(), await installations.look()
        entering = _entering(room, role, link, known)
        return _lobby(room, form, here, shown, entering=entering, status=HTTP_422_UNPROCESSABLE_ENTITY)
    visitor.recognise(request)
    marked = mark(settings.session_secret, room, address)
    standing = standing_of(room, role, known, marked=await rooms.removed_from(room, marked))
    entry = Entry(role, standing, link, marked)
    person = await rooms.join(room, form, visitor.earlier_participant(request, code), entry)
    visitor.remember(request, code, person)
    visitor.remember_choices(request, form)
    if standing == "waiting":
        return Redirect(f"/rooms/{code}/wait", status_code=HTTP_303_SEE_OTHER)
    as_reader = "?reader=true" if "reader" in data else ""
    return Redirect(f"/rooms/{code}/call{as_reader}", status_code=HTTP_303_SEE_OTHER)


@get(["/rooms", "/rooms/{code:str}/join"])
async def back_to_form(code: FromPath[str] = "") -> Redirect:
    """Where a form's address was opened as a page: to the page that has the form."""
    return Redirect(f"/rooms/{code}" if code else "/", status_code=HTTP_303_SEE_OTHER)


@get("/demos")
async def show_demos(
    installations: NamedDependency[Installations], abilities: NamedDependency[Abilities]
) -> Template | Response[None]:
    """The demos that have become possible since the front page was opened; 204 while there are none."""
    found = await abilities.demos()
    if not found:
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    context = {"more_demos": found, "installing": await installations.look()}
    return Template("partials/demos.html", context=context, headers={"Cache-Control": "no-store"})


@post(["/demo", "/demo/{speaks:str}"])
async def try_demo(
    request: AnyRequest, rooms: NamedDependency[RoomService], speaks: FromPath[str] = FIRST.speaks
) -> Redirect:
    """Enter a room where a recording speaks.

    Raises:
        NotFoundException: there is no recording in that language.
    """
    if speaks not in DEMOS:
        raise NotFoundException
    room, person = await rooms.join_demo(_("Visitor"), DEMOS[speaks])
    visitor.remember(request, room.code, person)
    return Redirect(f"/rooms/{room.code}/call", status_code=HTTP_303_SEE_OTHER)


def _first_choices(request: AnyRequest, here: Here) -> JoinForm:
    """What the browser chose last time, else the language that it prefers for everything.

    Where its only voice here is not understood, captions come first: hearing that voice is for the person to choose.
    """
    offered = [*FIRST_LANGUAGES, *here.more_languages]
    own = preferred(request.headers.get("accept-language", ""), offered, locale())
    last = visitor.choices(request)
    hear = ORIGINAL if own in here.unclear else own
    return JoinForm(
        name=last.get("name", ""),
        speak=last.get("speak", own),
        read=last.get("read", own),
        hear=last.get("hear", hear),
        hear_drafts=last.get("hear_drafts", False),
        whole_sentences=last.get("whole_sentences", False),
        shares=bool(last.get("among")),
        among=list(last.get("among", [])),
    )


def _front(
    making: Making,
    shown: Shown,
    form: RoomForm | None = None,
    *,
    typed: str = "",
    code_error: str = "",
    more_demos: Sequence[Demo] = (),
    sign_out: str = "",
    status: int = HTTP_200_OK,
) -> Template:
    context: dict[str, Any] = {
        "making": making,
        "form": form or RoomForm(),
        "typed": typed,
        "code_error": code_error,
        "installing": shown,
        "sign_out": sign_out,
    }
    context["more_demos"] = more_demos
    return Template("front.html", context=context, status_code=status)


def _lobby(
    room: Room,
    form: JoinForm,
    here: Here,
    shown: Shown,
    *,
    entering: dict[str, Any],
    busy: str = "",
    status: int = HTTP_200_OK,
) -> Template:
    context = {"room": room, "form": asdict(form), "errors": form.errors, "busy": busy, **here._asdict()}
    context["installing"] = shown
    return Template("lobby.html", context=context | entering, status_code=status)


def _entering(room: Room, role: Role, link: RoomLink | None, known: Participant | None) -> dict[str, Any]:
    """As what somebody enters, for the lobby."""
    return {
        "role": role,
        "asks_password": asks_password(room, role, link, known),
        "interprets": interprets_of(link, known),
        "host_link": "",
    }


async def _link(request: AnyRequest, links: RoomLinks, room: Room) -> RoomLink | None:
    """The link by which this browser has come."""
    kept = visitor.link_kept(request, room.code)
    return await links.opened(room, kept) if kept else None

"""`/talk`: two people, each with a language, at one device, which is the one participant of a room."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_204_NO_CONTENT,
    HTTP_303_SEE_OTHER,
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
)

from app.captions.page_captions import page_captions
from app.captions.reader import CaptionServices
from app.i18n import gettext as _
from app.i18n import locale
from app.i18n.accept_language import preferred
from app.rooms import visitor
from app.rooms.abilities import Abilities
from app.rooms.links import RoomLinks
from app.rooms.making import Makers
from app.rooms.service import RoomService
from app.rooms.talk_form import TalkForm, languages_of
from app.tables import Participant, Room
from app.talk.texts import talk_texts
from app.talk.words import words_of
from app.transcripts.retention import Retention
from app.web.budget import CHOOSING, WEIGHT
from app.web.errors import PersonalLinkError
from app.web.origin import page_origin
from tasks.languages import FIRST_LANGUAGES
from tasks.wire.messages import segment_id

AnyRequest = Request[Any, Any, Any]


@get("/talk")
async def talk_form(
    request: AnyRequest, makers: NamedDependency[Makers], abilities: NamedDependency[Abilities]
) -> Template:
    """The form that begins a talk, for whoever may make rooms."""
    return await _form(request, makers, abilities, await _first_choices(request, abilities))


@post("/talk")
async def begin_talk(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    makers: NamedDependency[Makers],
    links: NamedDependency[RoomLinks],
    abilities: NamedDependency[Abilities],
) -> Redirect | Template:
    """Make the talk's room, with this device in it."""
    form = TalkForm.parse(await request.form())
    if form.errors:
        return await _form(request, makers, abilities, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    await makers.admit(request)
    room, device = await rooms.create_talk(_("Talk"), form)
    visitor.remember(request, room.code, device)
    visitor.keep_link(request, room.code, await links.make(room, "host", _("whoever made the room")))
    request.session["talk"] = {"near": form.near, "far": form.far, "keep": form.keep, "hear_drafts": form.hear_drafts}
    return Redirect(f"/rooms/{room.code}/talk", status_code=HTTP_303_SEE_OTHER)


@get("/rooms/{code:str}/talk")
async def talk_page(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    links: NamedDependency[RoomLinks],
    captions: NamedDependency[CaptionServices],
    code: FromPath[str],
) -> Template:
    """The talk, in two halves; also for a device that comes by its link and takes the place of the one before.

    Raises:
        PersonalLinkError: this browser has not begun the talk, nor come by its link.
    """
    room = await _talk(rooms, code)
    device = await visitor.participant_of(request, rooms, room)
    link = visitor.link_kept(request, code)
    if device is None and link:
        opened = await links.opened(room, link)
        device = await rooms.talker(room) if opened and opened.kind == "host" else None
    if device is None:
        raise PersonalLinkError
    visitor.remember(request, code, device)
    context = {
        "room": room,
        "link": f"{page_origin(request)}/rooms/{code}?key={link}" if link else "",
        "config": await _config(room, device, captions),
    }
    return Template("talk.html", context=context, headers={"Cache-Control": "no-store"})


@post("/rooms/{code:str}/talk/mistaken", status_code=HTTP_204_NO_CONTENT, opt={WEIGHT: CHOOSING})
async def mistaken(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    retention: NamedDependency[Retention],
    code: FromPath[str],
) -> None:
    """Take back an utterance of which a line was taken for the other language, with the other line where it was cut.

    With its next token the page has it recognised again.

    Raises:
        HTTPException: 409, there is no such line whose language was found out.
    """
    room = await _talk(rooms, code)
    device = await _device(request, rooms, room)
    segment = segment_id(str((await request.form()).get("segment", ""))[:96])
    if not await retention.withdraw(room, segment, languages_of(device)):
        raise HTTPException("There is no such line any more, or its language was said.", status_code=HTTP_409_CONFLICT)


@post("/rooms/{code:str}/talk/over", status_code=HTTP_204_NO_CONTENT)
async def talk_over(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    retention: NamedDependency[Retention],
    code: FromPath[str],
) -> None:
    """The two have gone: nothing of what they said stays, unless it is to be kept."""
    room = await _talk(rooms, code)
    await _device(request, rooms, room)
    if not room.stores:
        await retention.delete_transcript(room)


async def _first_choices(request: AnyRequest, abilities: Abilities) -> TalkForm:
    """What this browser chose last time, else the language that it prefers, beside another."""
    if last := request.session.get("talk"):
        return TalkForm.parse(last)
    offered = [*FIRST_LANGUAGES, *(await abilities.here()).more_languages]
    near = preferred(request.headers.get("accept-language", ""), offered, locale())
    return TalkForm(near=near, far=next(code for code in FIRST_LANGUAGES if code != near))


async def _form(
    request: AnyRequest, makers: Makers, abilities: Abilities, form: TalkForm, status: int = HTTP_200_OK
) -> Template:
    here = await abilities.here()
    context = {"making": await makers.making(request), "form": form, "more_languages": here.more_languages}
    return Template("talk_form.html", context=context, status_code=status)


async def _talk(rooms: RoomService, code: str) -> Room:
    room = await visitor.open_room(rooms, code)
    if room.kind != "talk":
        raise NotFoundException
    return room


async def _device(request: AnyRequest, rooms: RoomService, room: Room) -> Participant:
    device = await visitor.participant_of(request, rooms, room)
    if device is None:
        raise PermissionDeniedException(f"Open the talk first: /rooms/{room.code}/talk.")
    return device


async def _config(room: Room, device: Participant, captions: CaptionServices) -> dict[str, Any]:
    near, far = languages_of(device)
    after = (await page_captions(captions, room, near)).after if room.stores else ""  # or what is not forgotten yet
    path = f"/rooms/{room.code}"
    return {
        "room": room.code,
        "participant": device.id,
        "name": device.name,
        "speak": near,
        "read": near,
        "hear": "original",
        "hearDrafts": device.hear_drafts,
        "between": [near, far],
        "halves": [{"language": near, "words": words_of(near, far)}, {"language": far, "words": words_of(far, near)}],
        "tokenUrl": f"{path}/token",
        "mistakenUrl": f"{path}/talk/mistaken",
        "overUrl": f"{path}/talk/over",
        "feedUrl": f"{path}/captions?format=json&sentences=soon",
        "after": after,
        "texts": talk_texts(),
    }

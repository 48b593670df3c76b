"""What somebody speaks, reads and hears, changed in the middle of a call, without reloading the page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from app.auth.tokens import ORIGINAL
from app.captions.page_captions import page_captions
from app.captions.reader import CaptionServices
from app.rooms import visitor
from app.rooms.abilities import Abilities, Choices
from app.rooms.forms import MOST_AMONG, JoinForm
from app.rooms.service import RoomService
from app.tables import Participant, Room
from app.web.budget import CHOOSING, WEIGHT
from tasks.languages import FIRST_LANGUAGES, LANGUAGES

AnyRequest = Request[Any, Any, Any]


@post("/rooms/{code:str}/choices", status_code=HTTP_200_OK, opt={WEIGHT: CHOOSING})
async def change_choices(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    captions: NamedDependency[CaptionServices],
    abilities: NamedDependency[Abilities],
    code: FromPath[str],
) -> Template:
    """Write new choices down; the page's script tells the SFU, and with it the bridge and everybody else.

    The answer is the form as it is now, with what this installation can do about it, and where somebody reads
    otherwise than before, all captions so far.
    """
    room, person = await _who(request, rooms, code)
    data = await request.form()
    form = JoinForm.parse({**data, "name": person.name})
    others = _languages(str(data.get("others", "")))
    if form.errors:
        choices = Choices.of(person)
        context = await _context(rooms, room, choices, abilities, others) | {"errors": form.errors}
        return Template("partials/choices.html", context=context, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
    before = person.read, person.whole_sentences
    person = await rooms.join(room, form, person.id)
    visitor.remember_choices(request, form)
    choices = Choices.of(person)
    context = await _context(rooms, room, choices, abilities, others)
    if (person.read, person.whole_sentences) != before:  # another feed
        context |= {"so_far": await page_captions(captions, room, person.read, person.sees_from(room))}
    trigger = json.dumps({"choices": choices._asdict()})
    return Template("partials/choices.html", context=context, headers={"HX-Trigger": trigger})


@get("/rooms/{code:str}/abilities")
async def show_abilities(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    abilities: NamedDependency[Abilities],
    code: FromPath[str],
    speak: FromQuery[str],
    read: FromQuery[str],
    hear: FromQuery[str],
    hear_drafts: FromQuery[bool] = False,
    others: FromQuery[str] = "",
) -> Template:
    """What could be done about choices that are not made yet."""
    _room, person = await _who(request, rooms, code)
    wanted = Choices(
        speak if speak in LANGUAGES else person.speak,
        read if read in LANGUAGES else person.read,
        hear if hear in LANGUAGES or hear == ORIGINAL else person.hear,
        hear_drafts,
    )
    context = {"abilities": await abilities.of(wanted, _languages(others))}
    return Template("partials/abilities.html", context=context, headers={"Cache-Control": "no-store"})


async def call_context(rooms: RoomService, room: Room, person: Participant, abilities: Abilities) -> dict[str, Any]:
    """What templates/partials/choices.html needs in the call page."""
    return await _context(rooms, room, Choices.of(person), abilities, [])


def suggested(own: str, spoken: Sequence[str]) -> list[str]:
    """The languages to begin with where several people say which they speak at one microphone.

    Args:
        own: that of whoever fills in the form.
        spoken: those of the room.
    """
    found = list(dict.fromkeys([own, *spoken]))[:MOST_AMONG]
    return found if len(found) > 1 else list(dict.fromkeys([own, *FIRST_LANGUAGES]))


async def _context(
    rooms: RoomService, room: Room, choices: Choices, abilities: Abilities, others: list[str]
) -> dict[str, Any]:
    here = await abilities.here()
    return {
        "room": room,
        "more_languages": here.more_languages,
        "choices": choices._asdict(),
        "suggested": suggested(choices.speak, await rooms.languages(room)),
        "abilities": await abilities.of(choices, others),
        "others": " ".join(others),
        "errors": {},
        "so_far": None,
    }


async def _who(request: AnyRequest, rooms: RoomService, code: str) -> tuple[Room, Participant]:
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        raise PermissionDeniedException(f"Join the room first: send the form of /rooms/{code}.")
    return room, person


def _languages(typed: str) -> list[str]:
    return [language for language in typed[:200].split() if language in LANGUAGES]

"""Our own API: rooms, made by programs with a key that is good for it."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.rooms.links import RoomLinks
from app.rooms.service import RoomService
from app.settings.web import WebSettings
from app.speech_api.errors import ApiError
from app.speech_api.services import SpeechServices
from app.visible import clean
from app.web.origin import page_origin

AnyRequest = Request[Any, Any, Any]


class RoomBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A new room."""

    name: Annotated[str, Meta(max_length=80)] = ""


class RoomAnswer(Struct, frozen=True):
    """The room that was made."""

    code: str
    name: str
    link: str
    """For those who are to come in."""
    host_link: str
    """For whoever is to be its host; it is not told again."""


@post("/rooms", status_code=201, tags=["rooms"])
async def make_room(
    request: AnyRequest,
    data: JSONBody[RoomBody],
    speech: NamedDependency[SpeechServices],
    rooms: NamedDependency[RoomService],
    links: NamedDependency[RoomLinks],
    settings: NamedDependency[WebSettings],
) -> RoomAnswer:
    """Make a room."""
    holder = await speech.access.admit(request, "rooms")
    if settings.rooms_by == "admin":
        raise ApiError(403, "rooms_by_admin", "Only the administration makes rooms here (ROOMS_BY=admin).")
    with speech.access.working(holder):
        room = await rooms.create(clean(data.name, 80) or "Room")
        secret = await links.make(room, "host", holder.name[:60])
    link = f"{page_origin(request)}/rooms/{room.code}"
    return RoomAnswer(room.code, room.name, link, f"{link}?key={secret}")

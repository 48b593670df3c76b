"""What this installation knows of a browser: which participant it is in which room, by a secret in its session cookie.

Who it is in a room follows from the secret and the room's code. So nothing is forgotten however many rooms there are,
two tabs that enter rooms in the same moment overwrite nothing of each other's, and nobody can tell from the database
that the participants of two rooms are one person.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request
from litestar.exceptions import NotFoundException

from app.rooms.forms import JoinForm
from app.rooms.service import RoomService
from app.tables import Participant, Room
from app.web.errors import KeptOutError, RoomClosedError, RoomNotOpenError

LINKS_KEPT: Final = 20
"""Links into rooms that a browser has followed and keeps."""
ROOMS_KEPT: Final = 20
"""Demos that a browser stays known in, whose rooms come after their visitors: the cookie must stay small."""
SECRET_BYTES: Final = 16

AnyRequest = Request[Any, Any, Any]


def earlier_participant(request: AnyRequest, code: str) -> str | None:
    """Id under which this browser is in the room, if it has entered it; None for one that has entered none."""
    return _rooms(request).get(code) or _id_in(request, code)


def recognise(request: AnyRequest) -> None:
    """Give the browser its secret, before it enters anything in two tabs at once."""
    if "browser" not in request.session:
        request.session["browser"] = secrets.token_hex(SECRET_BYTES)


def _id_in(request: AnyRequest, code: str) -> str | None:
    secret: str | None = request.session.get("browser")
    return secret and hmac.new(secret.encode(), code.encode(), hashlib.sha256).hexdigest()[:32]


def remember(request: AnyRequest, code: str, person: Participant) -> None:
    """Keep who this browser is in the room, where that does not follow from its secret."""
    if person.id == _id_in(request, code):
        return
    rooms = _rooms(request)
    rooms.pop(code, None)
    rooms[code] = person.id
    request.session["rooms"] = dict(list(rooms.items())[-ROOMS_KEPT:])


def remember_choices(request: AnyRequest, form: JoinForm) -> None:
    """Fill the next form of this browser with the same values."""
    request.session["choices"] = {
        "name": form.name,
        "speak": form.speak,
        "read": form.read,
        "hear": form.hear,
        "hear_drafts": form.hear_drafts,
        "whole_sentences": form.whole_sentences,
        "among": form.spoken,
    }


def choices(request: AnyRequest) -> dict[str, Any]:
    """What this browser chose last; empty at first."""
    kept: dict[str, Any] = request.session.get("choices", {})
    return kept


async def open_room(rooms: RoomService, code: str) -> Room:
    """The room with this code.

    Raises:
        NotFoundException: there is none.
        RoomClosedError: it is closed.
        RoomNotOpenError: it opens later.
    """
    room = await rooms.find(code)
    if room is None:
        raise NotFoundException
    door = room.door(datetime.now(UTC))
    if door == "closed":
        raise RoomClosedError
    if door == "early" and room.opens_at is not None:
        raise RoomNotOpenError(room.opens_at)
    return room


async def participant_of(request: AnyRequest, rooms: RoomService, room: Room) -> Participant | None:
    """Who this browser is in the room; None before it has joined, and while it waits to be let in.

    Raises:
        KeptOutError: a host has removed or refused them.
    """
    person = await known_in(request, rooms, room)
    return person if person and person.standing == "in" else None


async def known_in(request: AnyRequest, rooms: RoomService, room: Room) -> Participant | None:
    """Who this browser is in the room, or would be if it were let in.

    Raises:
        KeptOutError: a host has removed or refused them.
    """
    known = earlier_participant(request, room.code)
    person = await rooms.participant(known, room) if known else None
    if person and person.standing in {"refused", "removed"}:
        raise KeptOutError
    return person


def keep_link(request: AnyRequest, code: str, secret: str) -> None:
    """Let this browser enter the room by a link that it has followed, or made."""
    links = dict(request.session.get("links", {}))
    links.pop(code, None)
    links[code] = secret
    request.session["links"] = dict(list(links.items())[-LINKS_KEPT:])


def link_kept(request: AnyRequest, code: str) -> str | None:
    """The secret of that link."""
    kept: str | None = request.session.get("links", {}).get(code)
    return kept


def _rooms(request: AnyRequest) -> dict[str, str]:
    kept: dict[str, str] = dict(request.session.get("rooms", {}))
    return kept

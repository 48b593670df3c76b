"""What this installation knows of a browser: which participant it is in which room, kept in its session cookie."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request
from litestar.exceptions import NotFoundException

from app.rooms.forms import JoinForm
from app.rooms.service import RoomService
from app.tables import Participant, Room
from app.web.errors import RoomClosedError, RoomNotOpenError

ROOMS_KEPT: Final = 20
"""Rooms that a browser stays known in: the cookie must stay small."""

AnyRequest = Request[Any, Any, Any]


def earlier_participant(request: AnyRequest, code: str) -> str | None:
    """Id under which this browser has been in the room."""
    return _rooms(request).get(code)


def remember(request: AnyRequest, code: str, person: Participant) -> None:
    """Keep who this browser is in the room, and what it chose, for the next form."""
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
    """Who this browser is in the room; None before it has joined."""
    known = earlier_participant(request, room.code)
    return await rooms.participant(known, room) if known else None


def _rooms(request: AnyRequest) -> dict[str, str]:
    kept: dict[str, str] = dict(request.session.get("rooms", {}))
    return kept

"""`GET /rooms/{code}/captions`: the captions of a room as server-sent events."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException, ValidationException
from litestar.params import FromPath, FromQuery, HeaderParameter
from litestar.response import ServerSentEvent

from app.captions import event_ids
from app.captions.reader import CaptionServices, Format, Reader, ReaderRequest
from app.languages import LANGUAGES
from app.rooms import visitor
from app.rooms.service import RoomService

AnyRequest = Request[Any, Any, Any]


@get("/rooms/{code:str}/captions")
async def caption_feed(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    captions: NamedDependency[CaptionServices],
    code: FromPath[str],
    lang: FromQuery[str] = "",
    after: FromQuery[str] = "",
    last_event_id: Annotated[str, HeaderParameter(name="Last-Event-ID")] = "",
    format: FromQuery[Format] = "html",  # noqa: A002 - the name that clients use
) -> ServerSentEvent:
    """Everything after a caption, then captions as they come.

    Without `after` and `Last-Event-ID` it begins with the room's first caption (`history.LIMIT` at most); with both,
    after the later one.

    Raises:
        PermissionDeniedException: this browser has not joined the room.
        ValidationException: the language or a caption id is none.
    """
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        raise PermissionDeniedException(f"Join the room first: send the form of /rooms/{code}.")
    language = lang or person.read
    if language not in LANGUAGES:
        raise ValidationException(f"lang must be one of {', '.join(LANGUAGES)}.")
    try:
        position = max(event_ids.padded(after), event_ids.padded(last_event_id))
    except ValueError as error:
        raise ValidationException(str(error)) from error
    wanted = ReaderRequest(
        room=room.code,
        began=room.created_at.timestamp(),
        participant=person.id,
        language=language,
        after=position,
        format=format,
    )
    return ServerSentEvent(Reader(captions, wanted).events(), headers={"Cache-Control": "no-store"})

"""The transcript of a room, for those who took part (`docs/transcripts.md`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast
from urllib.parse import urlencode

import structlog
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.captions import event_ids
from app.captions.published import taken_back
from app.captions.reader import CaptionServices
from app.captions.rows import from_row
from app.rooms import visitor
from app.rooms.service import RoomService
from app.tables import Participant, Room, StoredCaption
from app.transcripts.exports import MEDIA_TYPES, VIEWS, View, attachment, export, shown
from app.transcripts.retention import Retention
from app.transcripts.search import marked, matches
from app.transcripts.service import CorrectedMeanwhileError, CorrectionError, Transcript, Transcripts
from tasks.languages import LANGUAGES

MAX_LINES: Final = 500
"""On the page, the newest, unless all are asked for."""
MAX_SEARCH_CHARACTERS: Final = 100

AnyRequest = Request[Any, Any, Any]
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TranscriptRequest:
    """Whose transcript, in which language, seen how."""

    room: Room
    person: Participant
    language: str
    view: View
    words: str

    @property
    def since(self) -> float:
        """From when on they are shown what was said, epoch seconds."""
        return self.person.sees_from(self.room)

    def query(self, **changes: str) -> str:
        """The query of a page like this one, with `changes`."""
        values = {"lang": self.language, "view": self.view, "q": self.words} | changes
        return urlencode({name: value for name, value in values.items() if value})


@get("/rooms/{code:str}/transcript")
async def transcript_page(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
) -> Template | Redirect:
    """All that was said, to read and search; while the call runs, new lines come by themselves."""
    asked = await _asked(request, rooms, code)
    if asked is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    found = await transcripts.read(asked.room, asked.language, asked.since)
    matching = [line for line in found.lines if matches(line, asked.words)] if asked.words else found.lines
    everything = "all" in request.query_params
    context = _context(asked) | {
        "zero": _zero(found),
        "lines": matching if everything or asked.words else matching[-MAX_LINES:],
        "earlier": 0 if everything or asked.words else max(0, len(matching) - MAX_LINES),
        "count": len(matching),
        "after": event_ids.shown(found.newest),
        "live": asked.room.door(datetime.now(UTC)) == "open" and asked.room.stores and not asked.words,
        "own": request.query_params.get("own", ""),
        "suffixes": tuple(MEDIA_TYPES),
        "views": VIEWS,
    }
    return Template("transcript/page.html", context=context)


@get("/rooms/{code:str}/transcript/new")
async def new_lines(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
    after: FromQuery[str] = "",
    zero: FromQuery[float] = 0.0,
) -> Template | Response[None]:
    """What came after a caption, as a fragment for htmx; nothing (204) where nothing did.

    Raises:
        PermissionDeniedException: this browser has not joined the room.
    """
    asked = await _asked(request, rooms, code)
    if asked is None:
        raise PermissionDeniedException
    try:
        known = await transcripts.position(after)
    except ValueError as error:
        raise NotFoundException(str(error)) from error
    found = await transcripts.since(asked.room, asked.language, known, zero, asked.since)
    if found.newest <= known:  # an open page asks every few seconds
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    context = (
        _context(asked)
        | {"zero": zero or _zero(found), "after": event_ids.shown(found.newest)}
        | _differences(found, known)
    )
    return Template("transcript/new.html", context=context)


@get("/rooms/{code:str}/transcript/files/{suffix:str}")
async def transcript_file(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
    suffix: FromPath[str],
) -> Response[str] | Redirect:
    """The transcript as a file.

    Raises:
        NotFoundException: there is no such format.
    """
    if suffix not in MEDIA_TYPES:
        raise NotFoundException
    asked = await _asked(request, rooms, code)
    if asked is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    found = await transcripts.read(asked.room, asked.language, asked.since)
    return Response(
        export(asked.room, found.lines, asked.language, asked.view, suffix),
        media_type=f"{MEDIA_TYPES[suffix]}; charset=utf-8",
        headers={
            "Content-Disposition": attachment(asked.room, asked.language, asked.view, suffix),
            "Cache-Control": "no-store",
        },
    )


@get("/rooms/{code:str}/transcript/lines/{caption:int}")
async def line(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
    caption: FromPath[int],
    edit: FromQuery[bool] = False,
) -> Template | Redirect:
    """One text of a line, as it stands or, with `edit`, in a form to correct it."""
    asked, found = await _stored(request, rooms, transcripts, code, caption)
    return _cell(request, asked, found, text=found.shown_text if edit else None, seen=found.counting)


@post("/rooms/{code:str}/transcript/lines/{caption:int}", status_code=HTTP_200_OK)
async def correct(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
    caption: FromPath[int],
) -> Template | Redirect:
    """Correct one text; what was heard stays beside it."""
    asked, found = await _stored(request, rooms, transcripts, code, caption)
    form = await request.form()
    typed, seen = str(form.get("text", "")), _number(form.get("seen"))
    try:
        corrected = await transcripts.correct(asked.room, found, typed, asked.person, seen)
    except CorrectedMeanwhileError as error:
        return _cell(request, asked, error.caption, text=typed, error=str(error), seen=error.caption.counting)
    except CorrectionError as error:
        return _cell(request, asked, found, text=typed, error=str(error), seen=seen)
    if _by_htmx(request):
        return _cell(request, asked, corrected)
    return Redirect(f"/rooms/{code}/transcript?{asked.query()}#c-{caption}", status_code=HTTP_303_SEE_OTHER)


@post("/rooms/{code:str}/transcript/own/delete", status_code=HTTP_303_SEE_OTHER)
async def delete_own(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    retention: NamedDependency[Retention],
    captions: NamedDependency[CaptionServices],
    code: FromPath[str],
) -> Redirect:
    """Delete what this browser's participant said, for ever, if the form says that this is meant."""
    asked = await _asked(request, rooms, code)
    if asked is None:
        raise PermissionDeniedException
    page = f"/rooms/{code}/transcript"
    if not (await request.form()).get("sure"):
        return Redirect(f"{page}?own=unsure#own", status_code=HTTP_303_SEE_OTHER)
    for gone in await retention.delete_words(asked.room, asked.person):
        captions.feeds.send(taken_back(from_row(gone, code).caption))
    log.info("transcripts.own_deleted", room=code)
    return Redirect(f"{page}?own=deleted#own", status_code=HTTP_303_SEE_OTHER)


async def _stored(
    request: AnyRequest, rooms: RoomService, transcripts: Transcripts, code: str, caption: int
) -> tuple[TranscriptRequest, StoredCaption]:
    asked = await _asked(request, rooms, code)
    if asked is None:
        raise PermissionDeniedException
    found = await transcripts.caption(asked.room, caption, asked.since)
    if found is None:
        raise NotFoundException
    return asked, found


async def _asked(request: AnyRequest, rooms: RoomService, code: str) -> TranscriptRequest | None:
    """What this browser asked for; None where it has never joined the room. Rooms that are closed can be read."""
    room = await rooms.find(code)
    if room is None:
        raise NotFoundException
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        return None
    query = request.query_params
    language = query.get("lang", "")
    view = query.get("view", "")
    return TranscriptRequest(
        room,
        person,
        language if language in LANGUAGES else person.read,
        cast("View", view) if view in VIEWS else "both",
        " ".join(query.get("q", "").split())[:MAX_SEARCH_CHARACTERS],
    )


def _context(asked: TranscriptRequest) -> dict[str, Any]:
    return {
        "asked": asked,
        "room": asked.room,
        "shown": lambda line: shown(line, asked.view),
        "marked": lambda text: marked(text, asked.words),
    }


def _differences(found: Transcript, known: str) -> dict[str, Any]:
    """What a page that has everything up to `known` lacks of these lines.

    A corrected text changes in its place, so that whatever somebody is typing beside it stays.
    """
    fresh, grown, corrected = [], [], []
    for line in found.lines:
        newer = [caption for caption in line.captions if caption.event_id > known]
        if len(newer) == len(line.captions):
            fresh.append(line)
        elif all(caption.correction for caption in newer):
            corrected += newer
        else:
            grown.append(line)
    return {"lines": fresh, "grown": grown, "changed": corrected}


def _zero(found: Transcript) -> float:
    """Where the clocks of lines that come later begin."""
    return found.lines[0].zero if found.lines else 0.0


def _cell(
    request: AnyRequest,
    asked: TranscriptRequest,
    caption: StoredCaption,
    *,
    text: str | None = None,
    error: str = "",
    seen: int = 0,
) -> Template:
    name = "transcript/cell.html" if _by_htmx(request) else "transcript/cell_page.html"
    context = _context(asked) | {"caption": caption, "text": text, "error": error, "seen": seen}
    # htmx shows what is wrong only in an answer that succeeded.
    wrong = error and not _by_htmx(request)
    return Template(name, context=context, status_code=HTTP_422_UNPROCESSABLE_ENTITY if wrong else HTTP_200_OK)


def _number(value: object) -> int:
    """A number of our own in a form; 0 for what is none."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else 0


def _by_htmx(request: AnyRequest) -> bool:
    return request.headers.get("hx-request") == "true"

"""The pages of what was kept: a list, a player, and what it plays (`docs/keeping.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect, Stream, Template
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_206_PARTIAL_CONTENT,
    HTTP_303_SEE_OTHER,
    HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE,
)
from msgspec.structs import replace

from app.captions.lines import Line
from app.keeping import ranges
from app.keeping.reading import KeptReading
from app.keeping.service import KeptCalls
from app.rooms import visitor
from app.rooms.service import RoomService
from app.tables import KeptCall, KeptConsent, KeptTrack, Participant, Room, StoredCaption
from app.transcripts.exports import attachment, export, named
from app.transcripts.retention import Retention
from app.transcripts.service import Transcripts
from tasks.languages import LANGUAGES

NO_STORE: Final = {"Cache-Control": "no-store"}
OGG: Final = "audio/ogg"

AnyRequest = Request[Any, Any, Any]
Rooms = NamedDependency[RoomService]
Reading = NamedDependency[KeptReading]


@dataclass(frozen=True)
class Asked:
    """Whose call, read in which language."""

    room: Room
    person: Participant
    call: KeptCall
    language: str


@get("/rooms/{code:str}/kept")
async def kept_list(
    request: AnyRequest,
    rooms: Rooms,
    kept_reading: Reading,
    kept_calls: NamedDependency[KeptCalls],
    code: FromPath[str],
) -> Template | Redirect:
    """What was kept of a room's calls."""
    room, person = await _who(request, rooms, code)
    if person is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    since = person.sees_from(room)
    shown = [one for one, _ in await kept_reading.calls(room) if one.call.since >= since]
    context = {"room": room, "shown": shown, "now": datetime.now(UTC), "offered": await kept_calls.offered(room)}
    return Template("kept/list.html", context=context, headers=NO_STORE)


@get("/rooms/{code:str}/kept/{call:str}")
async def player(
    request: AnyRequest,
    rooms: Rooms,
    kept_reading: Reading,
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
    call: FromPath[str],
) -> Template | Redirect:
    """One kept call: its tracks, and its lines to be pressed."""
    room, person = await _who(request, rooms, code)
    if person is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    asked = await _found(request, kept_reading, room, person, call)
    tracks, consents = await kept_reading.tracks(asked.call), await kept_reading.consents(asked.call)
    lines = await _lines(transcripts, asked, consents)
    seconds = asked.call.seconds(datetime.now(UTC))
    context = {
        "asked": asked,
        "room": asked.room,
        "call": asked.call,
        "seconds": seconds,
        "tracks": tracks,
        "dubs": sorted({track.language for track in tracks if track.dubbed}),
        "lost": sum(track.lost for track in tracks),
        "lines": lines,
        "size": sum(track.size for track in tracks),
        "unsure": "unsure" in request.query_params,
        "config": _config(asked, tracks, seconds),
    }
    return Template("kept/player.html", context=context, headers=NO_STORE)


@get("/rooms/{code:str}/kept/{call:str}/picture")
async def picture(
    request: AnyRequest, rooms: Rooms, kept_reading: Reading, code: FromPath[str], call: FromPath[str]
) -> Response[dict[str, Any]]:
    """How loud each track is when, and where dubs of sentences begin."""
    asked = await _asked(request, rooms, kept_reading, code, call)
    seconds = asked.call.seconds(datetime.now(UTC))
    found = {
        track.id: await kept_reading.picture(asked.call, track, seconds)
        for track in await kept_reading.tracks(asked.call)
    }
    body = {
        "seconds": seconds,
        "tracks": {str(track): {"peaks": one.peaks, "cues": one.cues} for track, one in found.items()},
    }
    return Response(body, headers=NO_STORE)


@get("/rooms/{code:str}/kept/{call:str}/tracks/{track:int}")
async def track_sound(
    request: AnyRequest,
    rooms: Rooms,
    kept_reading: Reading,
    code: FromPath[str],
    call: FromPath[str],
    track: FromPath[int],
) -> Response[Any]:
    """A track as an Ogg file, or a part of it; with `download` to be saved."""
    asked = await _asked(request, rooms, kept_reading, code, call)
    found = next((one for one in await kept_reading.tracks(asked.call) if one.id == track), None)
    if found is None:
        raise NotFoundException
    headers = {**NO_STORE, "Accept-Ranges": "bytes"}
    if "download" in request.query_params:
        kind = "dub" if found.dubbed else "voice"
        headers["Content-Disposition"] = named(f"{asked.room.name} {found.name}", f"{kind}-{found.language}.ogg")
    try:
        part = ranges.asked(request.headers.get("range", ""), found.size)
    except ValueError:
        outside = {**headers, "Content-Range": f"bytes */{found.size}"}
        return Response(None, status_code=HTTP_416_REQUESTED_RANGE_NOT_SATISFIABLE, headers=outside)
    first, end = part or (0, found.size)
    headers["Content-Length"] = str(end - first)
    if part:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{found.size}"
    status = HTTP_206_PARTIAL_CONTENT if part else HTTP_200_OK
    sound = kept_reading.sound(asked.call, found, first, end)
    return Stream(sound, status_code=status, media_type=OGG, headers=headers)


@get("/rooms/{code:str}/kept/{call:str}/transcript")
async def kept_transcript(
    request: AnyRequest,
    rooms: Rooms,
    kept_reading: Reading,
    transcripts: NamedDependency[Transcripts],
    code: FromPath[str],
    call: FromPath[str],
) -> Response[str]:
    """The lines as WebVTT, on the clock of the tracks."""
    asked = await _asked(request, rooms, kept_reading, code, call)
    lines = await _lines(transcripts, asked, await kept_reading.consents(asked.call))
    disposition = attachment(asked.room, asked.language, "both", "vtt")
    return Response(
        export(asked.room, lines, asked.language, "both", "vtt"),
        media_type="text/vtt; charset=utf-8",
        headers={**NO_STORE, "Content-Disposition": disposition},
    )


@post("/rooms/{code:str}/kept/{call:str}/delete", status_code=HTTP_303_SEE_OTHER)
async def delete_kept(
    request: AnyRequest,
    rooms: Rooms,
    kept_reading: Reading,
    retention: NamedDependency[Retention],
    code: FromPath[str],
    call: FromPath[str],
) -> Redirect:
    """Delete what was kept of a call, for everybody and for ever, if the form says that this is meant.

    Raises:
        PermissionDeniedException: this browser is no host here.
    """
    asked = await _asked(request, rooms, kept_reading, code, call)
    if not asked.person.hosts:
        raise PermissionDeniedException("Only a host of this room can do that.")
    if not (await request.form()).get("sure"):
        return Redirect(f"/rooms/{code}/kept/{call}?unsure=1#deleting", status_code=HTTP_303_SEE_OTHER)
    await retention.delete_kept(asked.room, asked.call)
    return Redirect(f"/rooms/{code}/kept", status_code=HTTP_303_SEE_OTHER)


async def _who(request: AnyRequest, rooms: RoomService, code: str) -> tuple[Room, Participant | None]:
    """The room, open or closed, and this browser's participant; None where it has never joined."""
    room = await rooms.find(code)
    if room is None:
        raise NotFoundException
    return room, await visitor.participant_of(request, rooms, room)


async def _asked(request: AnyRequest, rooms: RoomService, kept_reading: KeptReading, code: str, call: str) -> Asked:
    """A call that this browser may hear, all of it.

    Raises:
        PermissionDeniedException: it has never joined the room.
        NotFoundException: as `_found`.
    """
    room, person = await _who(request, rooms, code)
    if person is None:
        raise PermissionDeniedException
    return await _found(request, kept_reading, room, person, call)


async def _found(request: AnyRequest, kept_reading: KeptReading, room: Room, person: Participant, call: str) -> Asked:
    """A call that somebody may hear.

    Raises:
        NotFoundException: there is none, or it began before they were shown anything.
    """
    found = await kept_reading.call(room, call)
    if found is None or found.since < person.sees_from(room):
        raise NotFoundException
    language = request.query_params.get("lang", "")
    return Asked(room, person, found, language if language in LANGUAGES else person.read)


async def _lines(transcripts: Transcripts, asked: Asked, consents: Sequence[KeptConsent]) -> list[Line[StoredCaption]]:
    """What was said by those who had agreed, while they had, on the call's clock."""
    found = await transcripts.read(asked.room, asked.language, asked.call.since)
    kept = []
    for line in found.lines:
        theirs = [one for one in consents if one.participant_id == line.captions[0].speaker]
        if any(one.holds(line.start) for one in theirs):
            kept.append(replace(line, zero=asked.call.since))
    return kept


def _config(asked: Asked, tracks: Sequence[KeptTrack], seconds: float) -> dict[str, Any]:
    """What the player's script needs."""
    base = f"/rooms/{asked.room.code}/kept/{asked.call.id}"
    return {
        "picture": f"{base}/picture",
        "seconds": seconds,
        "tracks": [
            {
                "id": track.id,
                "url": f"{base}/tracks/{track.id}",
                "speaker": track.speaker,
                "language": track.language,
                "dubbed": track.dubbed,
            }
            for track in tracks
        ],
    }

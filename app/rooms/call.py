"""The call page, and the token with which its script enters the SFU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from app.auth.tokens import LIFETIME, ParticipantMeta, participant_token
from app.captions.page_captions import page_captions
from app.captions.reader import CaptionServices
from app.rooms import choices, visitor
from app.rooms.abilities import Abilities
from app.rooms.demos import DEMOS
from app.rooms.ice import IceServer, ice_servers
from app.rooms.installing import Installations
from app.rooms.placing import Places
from app.rooms.service import RoomService
from app.rooms.talk_form import Spoken, talk_meta
from app.rooms.texts import texts
from app.settings.web import WebSettings
from app.tables import Participant, Room
from app.web.budget import RENEWING, WEIGHT
from app.web.origin import page_origin, sfu_url

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Token:
    """What the script needs to enter the SFU."""

    token: str
    url: str
    """The signalling socket, ws:// or wss://."""
    expires_in: int
    """Seconds in which the token must be presented."""
    ice_servers: list[IceServer]
    ice_policy: Literal["all", "relay"]
    ice_expires_in: int
    """Seconds for which the credentials in `ice_servers` are good."""


@get("/rooms/{code:str}/call")
async def call_page(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    captions: NamedDependency[CaptionServices],
    abilities: NamedDependency[Abilities],
    installations: NamedDependency[Installations],
    settings: NamedDependency[WebSettings],
    code: FromPath[str],
    reader: FromQuery[bool] = False,
) -> Redirect | Template:
    """The call, with everything that has been said so far; a reader is never asked for a microphone."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None or room.kind == "talk":
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    context = await choices.call_context(rooms, room, person, abilities) | {
        "person": person,
        "so_far": await page_captions(captions, room, person.read, person.sees_from(room)),
        "link": f"{page_origin(request)}/rooms/{code}",
        "config": _config(room, person, settings, reader),
        "installing": await installations.look(),
        "recorded": await rooms.recorded_speaker(room) if room.kind == "demo" else None,
    }
    return Template("call.html", context=context)


@post("/rooms/{code:str}/token", status_code=HTTP_200_OK, opt={WEIGHT: RENEWING})
async def sfu_token(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    places: NamedDependency[Places],
    settings: NamedDependency[WebSettings],
    code: FromPath[str],
    speak: FromQuery[str] = "",
    segment: FromQuery[str] = "",
    language: FromQuery[str] = "",
) -> Response[Token]:
    """A token for this browser's participant of the room; a talk says with it who speaks (`talk_form.Spoken`)."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        raise PermissionDeniedException(f"Join the room first: send the form of /rooms/{code}.")
    await rooms.note_use(room, person)
    if room.kind == "talk":
        meta = talk_meta(person, Spoken(speak, segment, language))
    else:
        meta = await _meta(rooms, room, person)
    token = participant_token(
        settings.sfu_token_keys.newest,
        room=room.code,
        participant=person.id,
        meta=meta,
        rights=person.rights(room),
        capacity=None if person.role == "listener" else room.capacity,
    )
    policy: Literal["all", "relay"] = "relay" if settings.ice_relay_only else "all"
    servers = ice_servers(settings, person.id)
    url = await places.of(room.code) or sfu_url(settings, request.scope)
    body = Token(token, url, LIFETIME, servers, policy, settings.turn_lifetime)
    return Response(body, headers={"Cache-Control": "no-store"})


async def _meta(rooms: RoomService, room: Room, person: Participant) -> ParticipantMeta:
    recording = await rooms.recorded_speaker(room) if room.kind == "demo" else None
    return ParticipantMeta(
        name=person.name,
        speak=person.speak,
        among=person.shared_languages,
        read=person.read,
        hear=person.hear,
        hear_drafts=person.hear_drafts,
        whole_sentences=person.whole_sentences,
        recording=DEMOS[recording.speak].recording if recording else None,
        recording_id=recording.id if recording else None,
    )


def _config(room: Room, person: Participant, settings: WebSettings, reader: bool) -> dict[str, Any]:
    demo = room.kind == "demo"
    return {
        "room": room.code,
        "participant": person.id,
        "name": person.name,
        "speak": person.speak,
        "among": person.shared_languages,
        "read": person.read,
        "hear": person.hear,
        "hearDrafts": person.hear_drafts,
        "wholeSentences": person.whole_sentences,
        "tokenUrl": f"/rooms/{room.code}/token",
        "reader": demo or reader,
        "demo": demo,
        "cameraHeight": settings.camera_height,
        "texts": texts(),
    }

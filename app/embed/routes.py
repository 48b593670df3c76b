"""Captions in a frame of another site, and on a projector (`docs/embeds.md`)."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER

from app.auth.read_tokens import ReadTokens
from app.captions.page_captions import page_captions
from app.captions.reader import CaptionServices
from app.embed.framing import framed_headers
from app.embed.qr import qr_svg
from app.embed.style import EmbedStyle, StyleError
from app.i18n import N_, gettext
from app.rooms import visitor
from app.rooms.caption_feed import Sentences, token_grant
from app.rooms.links import RoomLinks
from app.rooms.service import RoomService
from app.settings.web import WebSettings
from app.tables import Room
from app.web.errors import Problem, problem_of
from app.web.origin import page_origin
from app.web.security import FOR_PROGRAMS
from tasks.languages import LANGUAGES

STYLE_CACHE_CONTROL = "public, max-age=86400"

AnyRequest = Request[Any, Any, Any]


@get("/embed/{code:str}", opt={FOR_PROGRAMS: True})
async def embed(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    captions: NamedDependency[CaptionServices],
    read_tokens: NamedDependency[ReadTokens],
    links: NamedDependency[RoomLinks],
    settings: NamedDependency[WebSettings],
    code: FromPath[str],
    token: FromQuery[str] = "",
    lang: FromQuery[str] = "",
) -> Template:
    """Captions in one language, for whoever has a token; what is wrong is said within the frame."""
    headers = framed_headers(settings)
    try:
        style = EmbedStyle.parse(request.query_params)
        room = await visitor.open_room(rooms, code)
        grant = await token_grant(request, read_tokens, links, room, token, lang)
    except StyleError as error:
        return _problem(Problem(400, N_("This embed's address cannot be understood"), str(error)), headers)
    except HTTPException as error:
        return _problem(problem_of(error, explain=True), headers)
    reading = await _reading(captions, room, grant.language, token, style.sentences, grant.since)
    context = reading | {"style": asdict(style), "style_query": style.query()}
    return Template("embed/embed.html", context=context, headers=headers)


@get("/embed.css", opt={FOR_PROGRAMS: True}, media_type="text/css")
async def embed_style(request: AnyRequest) -> Response[str]:
    """The stylesheet of an embed's parameters; empty where they are wrong, which the page itself says."""
    try:
        css = EmbedStyle.parse(request.query_params).css()
    except StyleError:
        css = ""
    return Response(css, media_type="text/css", headers={"Cache-Control": STYLE_CACHE_CONTROL})


@get("/rooms/{code:str}/projector")
async def projector(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    captions: NamedDependency[CaptionServices],
    read_tokens: NamedDependency[ReadTokens],
    links: NamedDependency[RoomLinks],
    code: FromPath[str],
    token: FromQuery[str] = "",
    lang: FromQuery[str] = "",
    sentences: FromQuery[Sentences | None] = None,
) -> Template | Redirect:
    """Captions large enough for a room, for participants and for whoever has a token.

    Raises:
        PermissionDeniedException: the token opens nothing here.
    """
    room = await visitor.open_room(rooms, code)
    link = ""
    if token:
        grant = await token_grant(request, read_tokens, links, room, token, lang)
        language, since = grant.language, grant.since
        link = f"{page_origin(request)}/embed/{code}?{_query(token=token, sentences=sentences)}"
    else:
        person = await visitor.participant_of(request, rooms, room)
        if person is None:
            return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
        language, since = lang if lang in LANGUAGES else person.read, person.sees_from(room)
        sentences = sentences or ("whole" if person.whole_sentences else "soon")
    context = await _reading(captions, room, language, token, sentences, since) | {
        "code_svg": qr_svg(link) if link else ""
    }
    return Template("embed/projector.html", context=context, headers={"Referrer-Policy": "no-referrer"})


def _problem(problem: Problem, headers: dict[str, str]) -> Template:
    translated = replace(problem, title=gettext(problem.title), advice=gettext(problem.advice))
    return Template("embed/problem.html", context={"problem": translated}, status_code=problem.status, headers=headers)


async def _reading(
    captions: CaptionServices, room: Room, language: str, token: str, sentences: str | None, since: float
) -> dict[str, Any]:
    past = await page_captions(captions, room, language, since)
    query = _query(token=token, lang=language, sentences=sentences, after=past.after)
    return {
        "room": room,
        "language": language,
        "lines": past.lines,
        "translates": past.translates,
        "feed": f"/rooms/{room.code}/captions?{query}",
    }


def _query(**values: str | None) -> str:
    """Those that say something."""
    return urlencode({name: value for name, value in values.items() if value})

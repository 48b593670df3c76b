"""`GET /rooms/{code}/captions`: the captions of a room as server-sent events (`docs/feed.md`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Annotated, Any, Final, Literal

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, PermissionDeniedException, ValidationException
from litestar.params import FromPath, FromQuery, HeaderParameter
from litestar.response import Stream

from app.auth.bearer import bearer
from app.auth.read_tokens import ReadTokenError, ReadTokens
from app.captions import metrics, sse
from app.captions.feed_limits import Client
from app.captions.feeds import Wish
from app.captions.reader import CaptionServices, Format, Reader, ReaderRequest
from app.rooms import visitor
from app.rooms.links import REVOKED, RoomLinks
from app.rooms.service import RoomService
from app.tables import Room
from app.web.budget import household
from app.web.errors import LinkRefusedError
from tasks.languages import LANGUAGES

FEED_PATH: Final = "/rooms/{code}/captions"
"""Its template, as the request's scope holds it."""
RETRY_AFTER_SECONDS: Final = 30
"""What a reader who is refused is told to wait."""
MEDIA_TYPES: Final[dict[str, Format]] = {"text/html": "html", "application/json": "json"}

Sentences = Literal["soon", "whole"]
"""How translations come: while a sentence is being spoken, or when it is over."""

AnyRequest = Request[Any, Any, Any]


@dataclass(frozen=True)
class Grant:
    """What somebody may read."""

    client: Client
    language: str
    whole_sentences: bool
    """What is chosen where the address says nothing."""
    until: float
    """Epoch seconds; infinite where only the room's end ends it."""
    since: float
    """They are shown what was said since then, epoch seconds."""


@get("/rooms/{code:str}/captions")
async def caption_feed(
    request: AnyRequest,
    rooms: NamedDependency[RoomService],
    captions: NamedDependency[CaptionServices],
    read_tokens: NamedDependency[ReadTokens],
    links: NamedDependency[RoomLinks],
    code: FromPath[str],
    token: FromQuery[str] = "",
    lang: FromQuery[str] = "",
    after: FromQuery[str] = "",
    last_event_id: Annotated[str, HeaderParameter(name="Last-Event-ID")] = "",
    format: FromQuery[Format | None] = None,  # noqa: A002 - the name that clients use
    sentences: FromQuery[Sentences | None] = None,
) -> Stream:
    """Everything after a caption, then captions as they come.

    Without `after` and `Last-Event-ID` it begins with the room's first caption (`history.MAX_CAPTIONS` at most); with
    both, after the later one.

    Raises:
        PermissionDeniedException: there is no valid token for this room and language, and this browser has not joined.
        ValidationException: the language or a caption id is none.
        HTTPException: 429 or 503, too many feeds are open.
    """
    room = await visitor.open_room(rooms, code)
    token = token or bearer(request)

    async def granted() -> Grant:
        if token:
            return await token_grant(request, read_tokens, links, room, token, lang)
        return await _participant_grant(request, rooms, room, lang)

    async def allowed() -> bool:
        try:
            await granted()
        except PermissionDeniedException:
            return False
        return True

    grant = await granted()
    try:
        lives = captions.history.lives
        position = max(await lives.position(after), await lives.position(last_event_id))
    except ValueError as error:
        raise ValidationException(str(error)) from error
    _refuse_where_full(captions, grant.client)
    whole = grant.whole_sentences if sentences is None else sentences == "whole"
    wish = Wish(room.code, grant.language, whole)
    asked = replace(_reader_request(room, grant, wish, position, format or _accepted(request)), allowed=allowed)
    reader = Reader(captions, asked)
    return Stream(reader.events(), media_type=sse.MEDIA_TYPE, headers=sse.HEADERS)


def _reader_request(room: Room, grant: Grant, wish: Wish, after: str, media: Format) -> ReaderRequest:
    until = min(grant.until, room.closes_at.timestamp() if room.closes_at else inf)
    return ReaderRequest(
        wish=wish,
        began=room.created_at.timestamp(),
        stores=room.stores,
        client=grant.client,
        after=after,
        format=media,
        until=until,
        then="expired" if until == grant.until else "closed",
        since=grant.since,
    )


async def token_grant(
    request: AnyRequest, tokens: ReadTokens, links: RoomLinks, room: Room, token: str, lang: str = ""
) -> Grant:
    """What the bearer of `token` may read.

    Raises:
        LinkRefusedError: nothing; the detail says what to do.
        PermissionDeniedException: not in the language `lang`.
    """
    try:
        known = tokens.read(token, room.code)
    except ReadTokenError as error:
        raise LinkRefusedError(str(error)) from error
    if not await links.readable(room, known):
        raise LinkRefusedError(REVOKED)
    if lang not in {"", known.language}:
        raise PermissionDeniedException(f"This link is for lang={known.language}: leave out lang, or ask for another.")
    since = 0.0 if room.shows_all else known.issued
    return Grant(Client(household(request), token=known.id), known.language, False, known.expires, since)


async def _participant_grant(request: AnyRequest, rooms: RoomService, room: Room, lang: str) -> Grant:
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        raise PermissionDeniedException(
            f"Join the room first, with the form of /rooms/{room.code}, or give the token of a link to its captions."
        )
    language = lang or person.read
    if language not in LANGUAGES:
        raise ValidationException(f"lang must be one of {', '.join(LANGUAGES)}.")
    return Grant(
        Client(household(request), participant=person.id), language, person.whole_sentences, inf, person.sees_from(room)
    )


def _refuse_where_full(captions: CaptionServices, client: Client) -> None:
    refusal = captions.feeds.refusal(client)
    if refusal is not None:
        metrics.REFUSED.labels(refusal.limit).inc()
        raise HTTPException(
            refusal.advice, status_code=refusal.status, headers={"Retry-After": str(RETRY_AFTER_SECONDS)}
        )


def _accepted(request: AnyRequest) -> Format:
    """HTML, unless the client prefers JSON."""
    preferred = request.accept.best_match(list(MEDIA_TYPES))
    return MEDIA_TYPES[preferred] if preferred else "html"

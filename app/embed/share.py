"""The share page of a room: its link, read-only links to its captions, and, for hosts, links that let people in."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any, Final, cast, get_args

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.auth.read_tokens import ReadTokens
from app.captions.reader import CaptionServices
from app.embed import links as addresses
from app.embed.links import DEFAULT_LIFETIME, LIFETIMES
from app.embed.qr import qr_svg
from app.i18n import gettext as _
from app.rooms import visitor
from app.rooms.forms import MISMATCHED, chosen_pairs
from app.rooms.hosting import host_of
from app.rooms.links import EntryKind, RoomLinks, TooManyLinksError
from app.rooms.service import RoomService
from app.tables import Participant, Room, RoomLink
from app.web.origin import page_origin
from tasks.languages import LANGUAGES

ID_BYTES: Final = 6
"""Of a read-only link's id: it tells links apart."""

AnyRequest = Request[Any, Any, Any]
Rooms = NamedDependency[RoomService]
Links = NamedDependency[RoomLinks]


@get("/rooms/{code:str}/share")
async def share_page(request: AnyRequest, rooms: Rooms, links: Links, code: FromPath[str]) -> Redirect | Template:
    """How to let others in, and how to let them read."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    return await _page(request, room, person, links)


@post("/rooms/{code:str}/share", status_code=HTTP_200_OK)
async def make_links(
    request: AnyRequest,
    rooms: Rooms,
    links: Links,
    read_tokens: NamedDependency[ReadTokens],
    code: FromPath[str],
) -> Redirect | Template:
    """Links that read this room's captions in one language, for a time."""
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None:
        return Redirect(f"/rooms/{code}", status_code=HTTP_303_SEE_OTHER)
    form = await request.form()
    chosen = {"lang": str(form.get("lang", ""))[:10], "lifetime": str(form.get("lifetime", ""))[:10]}
    errors = {}
    if chosen["lang"] not in LANGUAGES:
        errors["lang"] = _("Choose the language of the captions.")
    if chosen["lifetime"] not in LIFETIMES:
        errors["lifetime"] = _("Choose how long the links work.")
    if not errors:
        lookup, lifetime = secrets.token_urlsafe(ID_BYTES), LIFETIMES[chosen["lifetime"]]
        maker = {"maker": person.name, "maker_id": person.id}
        try:
            await links.note(room, "read", lookup, language=chosen["lang"], lifetime=lifetime, **maker)
        except TooManyLinksError:
            errors["lang"] = _("This room has too many links: revoke some that nobody uses.")
    if errors:
        return await _page(request, room, person, links, form=chosen, errors=errors)
    token = read_tokens.make(room.code, chosen["lang"], lifetime, lookup)
    return await _page(request, room, person, links, form=chosen, token=token)


@post("/rooms/{code:str}/share/entry", status_code=HTTP_200_OK)
async def make_entry(request: AnyRequest, rooms: Rooms, links: Links, code: FromPath[str]) -> Template:
    """A link that makes a host, a speaker or a listener of whoever follows it, shown once.

    Raises:
        PermissionDeniedException: this browser is no host here.
    """
    room, person = await host_of(request, rooms, code)
    kind = str((await request.form()).get("kind", ""))[:10]
    if kind not in get_args(EntryKind):
        return await _page(request, room, person, links, errors={"kind": _("Choose whom the link is for.")})
    try:
        secret = await links.make(room, cast("EntryKind", kind), person.name, person.id)
    except TooManyLinksError:
        error = _("This room has too many links: revoke some that nobody uses.")
        return await _page(request, room, person, links, errors={"kind": error})
    entry = f"{page_origin(request)}/rooms/{room.code}?key={secret}"
    return await _page(request, room, person, links, entry=(kind, entry))


@post("/rooms/{code:str}/share/interpreter", status_code=HTTP_200_OK)
async def make_interpreters_link(request: AnyRequest, rooms: Rooms, links: Links, code: FromPath[str]) -> Template:
    """A link for somebody who interprets, good for a time, shown once.

    Raises:
        PermissionDeniedException: this browser is no host here.
    """
    room, person = await host_of(request, rooms, code)
    data = await request.form()
    chosen = {field: str(data.get(field, ""))[:10] for field in ("source", "target", "both", "works")}
    pairs, lifetime = chosen_pairs(chosen), LIFETIMES.get(chosen["works"])
    if not pairs or lifetime is None:
        error = _(MISMATCHED)
        return await _page(request, room, person, links, form=chosen, errors={"source": error})
    try:
        secret = await links.make(room, "speaker", person.name, person.id, interprets=pairs, lifetime=lifetime)
    except TooManyLinksError:
        error = _("This room has too many links: revoke some that nobody uses.")
        return await _page(request, room, person, links, form=chosen, errors={"source": error})
    entry = f"{page_origin(request)}/rooms/{room.code}?key={secret}"
    return await _page(request, room, person, links, entry=("interpreter", entry))


@post("/rooms/{code:str}/share/links/{link:int}/revoke")
async def revoke_link(
    request: AnyRequest,
    rooms: Rooms,
    links: Links,
    captions: NamedDependency[CaptionServices],
    code: FromPath[str],
    link: FromPath[int],
) -> Redirect:
    """Take a link back: it opens nothing from now on, and feeds that were opened with it end.

    Raises:
        NotFoundException: there is none that this browser may take back.
    """
    room = await visitor.open_room(rooms, code)
    person = await visitor.participant_of(request, rooms, room)
    if person is None or link not in {one.id for one in await _shown(links, room, person)}:
        raise NotFoundException
    if revoked := await links.revoke(room, link, person.id):
        captions.feeds.end_token(revoked.lookup)
    return Redirect(f"/rooms/{code}/share#links", status_code=HTTP_303_SEE_OTHER)


async def _shown(links: RoomLinks, room: Room, person: Participant) -> list[RoomLink]:
    """The links that somebody sees and can take back: hosts all, others their own."""
    return [link for link in await links.all(room) if person.hosts or link.maker_id == person.id]


async def _page(
    request: AnyRequest,
    room: Room,
    person: Participant,
    links: RoomLinks,
    *,
    form: dict[str, str] | None = None,
    token: str = "",
    entry: tuple[str, str] = ("", ""),
    errors: dict[str, str] | None = None,
) -> Template:
    first = {"lang": person.read, "lifetime": DEFAULT_LIFETIME}
    first |= {"source": "", "target": "", "both": "1", "works": DEFAULT_LIFETIME}
    form = first | (form or {})
    origin = page_origin(request)
    link = f"{origin}/rooms/{room.code}"
    made = addresses.links(origin, room.code, token, _("Captions of %(room)s", room=room.name)) if token else None
    context = {
        "room": room,
        "person": person,
        "link": link,
        "link_code": qr_svg(link),
        "form": form,
        "errors": errors or {},
        "lifetimes": tuple(LIFETIMES),
        "made": made,
        "made_code": qr_svg(made.page) if made else "",
        "until": datetime.now(UTC) + LIFETIMES[form["lifetime"]] if made else None,
        "entry_kind": entry[0],
        "entry": entry[1],
        "all_links": await _shown(links, room, person),
    }
    status = HTTP_422_UNPROCESSABLE_ENTITY if errors else HTTP_200_OK
    return Template("share.html", context=context, status_code=status, headers={"Cache-Control": "no-store"})

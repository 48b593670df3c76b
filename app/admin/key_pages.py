"""The page of the API keys, and the one of the voices that their owners cloned."""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.pages import page
from app.admin.services import AdminServices
from app.auth.api_keys import SCOPES, KeyNameError
from app.i18n import gettext as _
from app.speech_api import offers
from app.visible import clean

Services = NamedDependency[AdminServices]


@get("/keys")
async def keys_page(request: OperatorRequest, admin: Services, told: FromQuery[str] = "") -> Template:
    """Every key there ever was, without the keys themselves."""
    return await _keys(request, admin, told=told)


@post("/keys", status_code=HTTP_200_OK)
async def make_key(request: OperatorRequest, admin: Services) -> Template:
    """Make a key and show it, this once."""
    form = await request.form()
    name = clean(form.get("name"), 80)
    scopes = [scope for scope in SCOPES if form.get(scope)]
    try:
        key = await admin.api_keys.create(name, scopes)
    except KeyNameError as error:
        typed = {"name": name, "scopes": scopes}
        return await _keys(request, admin, typed=typed, problem=str(error), status=HTTP_422_UNPROCESSABLE_ENTITY)
    await admin.audit.note(request.user.name, "key.made", name, " ".join(scopes), address=address(request))
    return await _keys(request, admin, key=key)


@post("/keys/{key:int}/revoke")
async def revoke_key(request: OperatorRequest, admin: Services, key: FromPath[int]) -> Redirect:
    """Revoke a key: it stops working at once."""
    name = next((known.name for known in await admin.api_keys.all() if known.id == key and not known.revoked_at), None)
    if name is None or not await admin.api_keys.revoke(name):
        raise NotFoundException
    await admin.audit.note(request.user.name, "key.revoked", name, address=address(request))
    return Redirect("/admin/keys?told=revoked", status_code=HTTP_303_SEE_OTHER)


@get("/voices")
async def voices_page(request: OperatorRequest, admin: Services, told: FromQuery[str] = "") -> Template:
    """What speaks, and every cloned voice with its owner and the speaker's consent."""
    known = await offers.look(admin.redis)
    context: dict[str, Any] = {
        "engines": known.engines("speak"),
        "voices": await admin.voices.every(),
        "told": _("The voice is deleted, with its recording and what was learned from it.")
        if told == "deleted"
        else "",
    }
    return page(request, "voices", "voices", **context)


@post("/voices/{voice:str}/delete")
async def delete_voice(request: OperatorRequest, admin: Services, voice: FromPath[str]) -> Redirect:
    """Delete a cloned voice of anybody."""
    name = next((known.name for known, _key in await admin.voices.every() if known.id == voice), None)
    if name is None or not await admin.voices.erase(voice):
        raise NotFoundException
    await admin.audit.note(request.user.name, "voice.deleted", name, address=address(request))
    return Redirect("/admin/voices?told=deleted", status_code=HTTP_303_SEE_OTHER)


async def _keys(
    request: OperatorRequest,
    admin: AdminServices,
    *,
    key: str = "",
    typed: dict[str, Any] | None = None,
    problem: str = "",
    told: str = "",
    status: int = 200,
) -> Template:
    context: dict[str, Any] = {
        "keys": list(reversed(await admin.api_keys.all())),
        "scopes": SCOPES,
        "key": key,
        "typed": typed or {"name": "", "scopes": SCOPES},
        "errors": {"name": problem} if problem else {},
        "told": _("The key is revoked.") if told == "revoked" else "",
    }
    return page(request, "keys", "keys", status=status, **context)

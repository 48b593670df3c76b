"""The page of kept calls: whether there may be any, how much they take, and their end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER

from app.admin.access import OperatorRequest, address
from app.admin.pages import page
from app.admin.services import AdminServices
from app.keeping.reading import KeptReading
from app.keeping.service import KeptCalls
from app.transcripts.retention import Retention

Services = NamedDependency[AdminServices]
Calls = NamedDependency[KeptCalls]
Reading = NamedDependency[KeptReading]


@get("/kept")
async def kept_page(
    request: OperatorRequest, kept_calls: Calls, kept_reading: Reading, told: FromQuery[str] = ""
) -> Template:
    """Whether calls may be kept, and those that were."""
    context: dict[str, Any] = {
        "possible": kept_calls.possible,
        "on": await kept_calls.on(),
        "taken": await kept_calls.taken(),
        "most": kept_calls.most,
        "hours": int(kept_calls.longest // 3_600),
        "shown": await kept_reading.calls(),
        "now": datetime.now(UTC),
        "told": told,
    }
    return page(request, "kept", "kept", **context)


@post("/kept")
async def switch_keeping(request: OperatorRequest, admin: Services, kept_calls: Calls) -> Redirect:
    """Turn it on or off."""
    on = bool((await request.form()).get("on")) and kept_calls.possible
    await kept_calls.turn(on)
    await admin.audit.note(request.user.name, "kept.on" if on else "kept.off", address=address(request))
    return Redirect("/admin/kept", status_code=HTTP_303_SEE_OTHER)


@post("/kept/{call:str}/delete")
async def delete_kept(
    request: OperatorRequest,
    admin: Services,
    kept_reading: Reading,
    retention: NamedDependency[Retention],
    call: FromPath[str],
) -> Redirect:
    """Delete the sound of one call."""
    found = next(((one.call, room) for one, room in await kept_reading.calls() if one.call.id == call), None)
    if found is None:
        raise NotFoundException
    kept, room = found
    await retention.delete_kept(room, kept)
    await admin.audit.note(request.user.name, "kept.deleted", room.name, address=address(request))
    return Redirect("/admin/kept?told=deleted", status_code=HTTP_303_SEE_OTHER)

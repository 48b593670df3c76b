"""Who may make rooms, and how many (`ROOMS_BY`)."""

from __future__ import annotations

import math
import time
from typing import Any, Final, Literal, cast

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException, TooManyRequestsException
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from app.auth.admins import Admins
from app.i18n import N_
from app.limits.shared import Shared
from app.rooms.invitations import Invitations
from app.settings.web import WebSettings
from app.web.budget import household
from app.web.errors import LinkRefusedError

AN_HOUR: Final = 3_600.0
USED_UP: Final = N_("This invitation has been used up, has expired or was revoked. Ask for another one.")

AnyRequest = Request[Any, Any, Any]
Making = Literal["open", "invited", "signed", "link", "login", "admin", "key"]
"""What the front page says: a form, one for who has been invited or has signed in, or why there is none."""
SIGNED_IN: Final = "signed_in"
"""Where a session keeps who has signed in, and until when that counts."""
SIGNED_OUT: Final = "signed_out"
"""Where it keeps, for the next front page, where somebody who has signed out here does so at the service, too."""


class RoomMakingRefusedError(PermissionDeniedException):
    """Rooms are not made so here."""


class Makers:
    """Admits who makes a room."""

    def __init__(self, settings: WebSettings, invitations: Invitations, admins: Admins, shared: Shared) -> None:
        self.rooms_by = settings.rooms_by
        self.invitations = invitations
        self._admins = admins
        self._limited = settings.rooms_per_address > 0
        self._made = shared.recent("rooms", settings.rooms_per_address, AN_HOUR)

    async def making(self, request: AnyRequest) -> Making:
        """What this browser may do."""
        if self.rooms_by == "link":
            token = request.session.get("invitation", "")
            return "invited" if token and await self.invitations.good(token) else "link"
        if self.rooms_by == "login":
            return "signed" if await self._signed_in(request) else "login"
        return "open" if self.rooms_by == "anybody" else cast("Making", self.rooms_by)

    async def admit(self, request: AnyRequest) -> None:
        """Count a room that this browser is about to make, also as a use of its invitation.

        Raises:
            RoomMakingRefusedError: rooms are made by others here.
            TooManyRequestsException: this address has made as many as it may.
        """
        if (making := await self.making(request)) not in {"open", "invited", "signed"}:
            raise RoomMakingRefusedError(f"Rooms are made by {making} here, not with this form.")
        visitor = household(request)  # this machine makes as many as it likes
        if visitor and self._limited and (wait := await self._made.wait(visitor)):
            raise TooManyRequestsException(headers={"Retry-After": str(math.ceil(wait))})
        if making == "invited" and not await self.invitations.use(request.session["invitation"]):
            raise LinkRefusedError(USED_UP)

    async def _signed_in(self, request: AnyRequest) -> bool:
        """Whether somebody has signed in with this browser, a while ago at most, who has not been disabled since."""
        known = request.session.get(SIGNED_IN)
        if not isinstance(known, dict) or "who" not in known or time.time() >= known["until"]:
            return False
        return await self._admins.may(known["who"])


@get("/invitations/{token:str}")
async def accept_invitation(request: AnyRequest, makers: NamedDependency[Makers], token: FromPath[str]) -> Redirect:
    """Let this browser make rooms, on the front page.

    Raises:
        LinkRefusedError: it is good for nothing any more.
    """
    if makers.rooms_by == "link":
        if not await makers.invitations.good(token):
            raise LinkRefusedError(USED_UP)
        request.session["invitation"] = token[:200]
    return Redirect("/", status_code=HTTP_303_SEE_OTHER)

"""Why somebody may not try now: too many wrong passwords and codes came from their address, or for a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from app.admin.access import AnyRequest, address
from app.admin.services import AdminServices
from app.auth import login_throttle
from app.i18n import gettext as _
from app.visible import clean

FAILED: Final = ("login.failed", "login.code_failed")


async def on_address(admin: AdminServices, request: AnyRequest) -> str:
    """Why this address may not try now; empty when it may."""
    now, here = datetime.now(UTC), address(request)
    left = login_throttle.wait(await admin.audit.recent(FAILED, now - login_throttle.WINDOW, here), now)
    if not left:
        return ""
    if not await admin.audit.recent(("login.blocked",), now - login_throttle.WINDOW, here):
        await admin.audit.note("", "login.blocked", address=here)
    return _("Too many wrong passwords came from your address. Try again in %(minutes)d min.", minutes=_minutes(left))


async def on_name(admin: AdminServices, request: AnyRequest, name: str) -> str:
    """Why nobody may try this name now, unless they have logged in from here; empty when they may."""
    now, here, name = datetime.now(UTC), address(request), clean(name, 60)
    if not name:
        return ""
    failures = await admin.audit.recent(FAILED, now - login_throttle.WINDOW, who=name)
    left = login_throttle.wait(failures, now, login_throttle.MAX_FAILURES_BY_NAME)
    # Who gets as far as a code has the password: a million codes are few for somebody with many addresses and days.
    codes = await admin.audit.recent(("login.code_failed",), now - login_throttle.CODES_WINDOW, who=name)
    left = max(left, login_throttle.wait(codes, now, login_throttle.MAX_CODES_BY_NAME, login_throttle.CODES_WINDOW))
    if not left or await admin.audit.recent(("login.done",), now - login_throttle.KNOWN_FOR, here, name):
        return ""
    return _("Too many wrong passwords were tried for this name. Try again in %(minutes)d min.", minutes=_minutes(left))


async def on_code(admin: AdminServices, request: AnyRequest, name: str) -> str:
    """Why no code may be tried now; empty when one may."""
    return await on_address(admin, request) or await on_name(admin, request, name)


def _minutes(left: timedelta) -> int:
    return max(1, round(left.total_seconds() / 60))

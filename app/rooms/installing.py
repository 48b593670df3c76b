"""What pages say of translators that are being installed, or could not be (`tasks.wire.administration`)."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

import msgspec
import structlog
from babel.numbers import format_percent
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.status_codes import HTTP_204_NO_CONTENT
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.i18n import gettext as _
from app.i18n import locale, ngettext
from app.i18n.formats import language_name, number
from tasks.wire import keys, queues
from tasks.wire.administration import Hindrance, Installing
from tasks.wire.messages import decode

GB: Final = 1e9
MAX_LANGUAGES: Final = 20
"""That a page may ask about."""
AGAIN: Final = {"running": 5, "failed": 60, "unknown": 15, "done": 60}
"""State → seconds after which a page looks again.

Unknown: no installer has said anything yet, and may be starting. Done: the page has said so for long enough by then.
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Shown:
    """What a page says."""

    text: str = ""
    why: list[str] = field(default_factory=list)
    """A line for each source that failed."""
    percent: int | None = None
    state: str = ""
    """`running`, `failed`, `unknown`, `done`; empty where nothing more becomes of it."""
    languages: list[str] = field(default_factory=list)
    """Those that it is about."""

    @property
    def every(self) -> int:
        """Seconds after which to look again; 0: never."""
        return AGAIN.get(self.state, 0)

    @property
    def mark(self) -> str:
        """What a page gives back when it looks again, so that nothing is replaced, or read aloud, that is the same."""
        said = "\n".join([self.text, *self.why])
        return ".".join([self.state, *self.languages, f"{crc32(said.encode()):08x}"])


class Installations:
    """Asks Redis what the installers last said."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    async def look(self, seen: str = "") -> Shown:
        """What to say now to a page that shows what has the mark `seen`; empty: that shows nothing yet."""
        found = [said for said in await self.said() if said.languages or said.state != "running"]
        for state in ("running", "failed"):
            for said in found:
                if said.state == state:
                    return _shown(said)
        state, *languages = seen.split(".")[:-1] or [""]
        if found and state in ("running", "failed"):
            return await self._arrived(languages[:MAX_LANGUAGES])
        return Shown(state="" if found else "unknown")

    async def _arrived(self, languages: list[str]) -> Shown:
        """What to say once all is installed: a worker may still have to load it."""
        try:
            beats = await queues.workers(self._redis)
        except (RedisError, OSError) as error:
            log.debug("installing.unknown", error=repr(error))
            beats = []
        served = {pair for beat in beats for pair in beat.translate}
        if all(served & {f"{code}>en", f"en>{code}"} for code in languages):
            return Shown(
                _("Translation is installed: it works from now on, in calls that are open, too."), state="done"
            )
        return Shown(_("Translation is installed, and is being loaded now."), state="running", languages=languages)

    async def said(self) -> list[Installing]:
        """What each installer last said, but for those that have fallen silent; empty where Redis does not answer."""
        try:
            hosts: list[Any] = await self._redis.hvals(keys.INSTALLING)
        except (RedisError, OSError) as error:
            log.debug("installing.unknown", error=repr(error))
            return []
        found: list[Installing] = []
        for data in hosts:
            try:
                found.append(decode(data, Installing))
            except msgspec.DecodeError as error:
                log.warning("installing.unreadable", error=str(error))
        return [said for said in found if abs(time.time() - said.at) < 3 * keys.INSTALLING_TTL]


@get("/installing")
async def show_installing(
    installations: NamedDependency[Installations], seen: FromQuery[str] = ""
) -> Template | Response[None]:
    """What there is to say now, for pages that show it; 204 where it is the same as they have `seen`."""
    shown = await installations.look(seen)
    if shown.mark == seen:
        return Response(None, status_code=HTTP_204_NO_CONTENT)
    return Template("partials/installing.html", context={"installing": shown}, headers={"Cache-Control": "no-store"})


def _shown(said: Installing) -> Shown:
    named = ", ".join(language_name(code) for code in said.languages)
    if said.state == "running":
        return Shown(_progress(named, said), [], said.percent, said.state, said.languages)
    minutes = max(1, math.ceil(((said.again_at or 0) - time.time()) / 60))
    text = ngettext(
        "%(language)s translation could not be installed yet. It is tried again in about %(num)s minute.",
        "%(language)s translation could not be installed yet. It is tried again in about %(num)s minutes.",
        minutes,
        language=named,
    )
    return Shown(text, [_reason(one) for one in said.hindrances], None, said.state, said.languages)


def _progress(named: str, said: Installing) -> str:
    percent = format_percent(said.percent / 100, locale=locale())
    if said.seconds_left is None:
        return _("%(language)s translation is being installed: %(percent)s.", language=named, percent=percent)
    if said.seconds_left < 45:
        return _(
            "%(language)s translation is being installed: %(percent)s, less than a minute.",
            language=named,
            percent=percent,
        )
    return ngettext(
        "%(language)s translation is being installed: %(percent)s, about %(num)s minute.",
        "%(language)s translation is being installed: %(percent)s, about %(num)s minutes.",
        round(said.seconds_left / 60) or 1,
        language=named,
        percent=percent,
    )


def _reason(one: Hindrance) -> str:
    if one.why == "memory":
        return _(
            "%(model)s needs a machine with %(needed)s GB of memory; this one has %(present)s GB.",
            model=one.model,
            needed=number(one.needed / GB),
            present=number(one.present / GB, 1),
        )
    if one.why == "engine":
        return _("%(model)s: what runs it is not installed on this machine.", model=one.model)
    return f"{one.model}: {one.said}"

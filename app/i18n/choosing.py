"""Which language the pages are in: the one chosen on them, else the one that the browser prefers."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, get
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from litestar.types import ASGIApp, Receive, Scope, Send

from app.i18n.accept_language import preferred
from app.i18n.catalogue import INTERFACE, SOURCE, use

COOKIE: Final = "jbc_lang"
A_YEAR: Final = 31_536_000

Connection = ASGIConnection[Any, Any, Any, Any]


def chosen(connection: Connection) -> str:
    """The language to answer in."""
    kept = connection.cookies.get(COOKIE, "")
    return kept if kept in INTERFACE else preferred(connection.headers.get("accept-language", ""), INTERFACE, SOURCE)


class InterfaceLanguageMiddleware:
    """Answers every request in the language that its reader chose."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its language set."""
        use(chosen(ASGIConnection(scope)))
        await self._app(scope, receive, send)


@get("/language/{language:str}")
async def choose_language(
    request: Request[Any, Any, Any], language: FromPath[str], back: FromQuery[str] = "/"
) -> Redirect:
    """Remember a language for the pages, and go back to the page that it was chosen on.

    A link and not a form: it works on every page, error pages included, and what it changes harms nobody.

    Raises:
        NotFoundException: the pages are not in this language.
    """
    if language not in INTERFACE:
        raise NotFoundException
    cookie = Cookie(
        key=COOKIE, value=language, max_age=A_YEAR, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    return Redirect(_own_path(back), status_code=HTTP_303_SEE_OTHER, cookies=[cookie])


def _own_path(back: str) -> str:
    """`back` where it is a path of ours, else the front page."""
    parts = urlsplit(back)
    foreign = parts.scheme or parts.netloc or not back.startswith("/") or back[1:2] in {"/", "\\"}
    return "/" if foreign or any(ord(c) < 32 for c in back) else back

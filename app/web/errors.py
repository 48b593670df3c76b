"""Errors as pages that say what to do, and as JSON for other clients."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException, PermissionDeniedException
from litestar.response import Template
from litestar.types import ASGIApp, ExceptionHandlersMap, Message, Receive, Scope, Send
from sqlalchemy.exc import InterfaceError, OperationalError

from app.db import UnkeepableError
from app.i18n import N_, gettext, use
from app.i18n.choosing import chosen
from app.i18n.formats import moment

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]
Refused = Callable[[str, HTTPException], Response[Any] | None]
"""Answers for APIs at a path that no route of theirs takes; None where it is none of theirs."""


@dataclass(frozen=True)
class Problem:
    """One error as people and programs read it."""

    status: int
    title: str
    advice: str


class RoomClosedError(HTTPException):
    """The room was there and is closed for good."""

    status_code = 410


class RoomNotOpenError(HTTPException):
    """The room is there and opens later."""

    status_code = 423

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"It opens at {opens_at:%Y-%m-%d %H:%M} UTC.")
        self.opens_at = opens_at


class RoomLockedError(HTTPException):
    """A host lets nobody new in."""

    status_code = 423


class KeptOutError(PermissionDeniedException):
    """A host has not let this person in, or has removed them."""


class PersonalLinkError(PermissionDeniedException):
    """The room's plain link lets nobody in: somebody needs one that a host has made."""


class LinkRefusedError(PermissionDeniedException):
    """A link to captions opens nothing here; the detail, a text of the catalogue, says why and what to do."""


LINK_REFUSED: Final = N_("This link does not work")
LOCKED: Final = Problem(
    423,
    N_("This room is locked"),
    N_("A host lets nobody new in at the moment. Ask them to unlock it, then try again."),
)
PERSONAL_LINK: Final = Problem(
    403, N_("This link alone does not let you in"), N_("Ask a host of this room for a link of your own to enter with.")
)
KEPT_OUT: Final = Problem(
    403, N_("You cannot enter this room"), N_("A host of this room has not let you in, or has removed you from it.")
)

PROBLEMS: Final = {
    problem.status: problem
    for problem in (
        Problem(400, N_("That request could not be read"), N_("Go back and try again from the page itself.")),
        Problem(
            403,
            N_("This form is no longer valid"),
            N_(
                "It was open for too long, or cookies are blocked. Allow cookies for this site, reload the page and "
                "send it again."
            ),
        ),
        Problem(
            404,
            N_("There is nothing here"),
            N_(
                "If you followed a link to a room, ask for it again: one letter may be missing. Or start a room of "
                "your own."
            ),
        ),
        Problem(405, N_("That cannot be done here"), N_("Go to the front page and start from there.")),
        Problem(
            410,
            N_("This room is closed"),
            N_("Nobody can enter it any more. Start a new room and send its link to the others."),
        ),
        Problem(413, N_("That was too much at once"), N_("Shorten what you typed and send it again.")),
        Problem(
            422,
            N_("Something in the form is missing"),
            N_("Go back, correct the marked fields and send it again."),
        ),
        Problem(423, N_("This room is not open yet"), N_("Keep this link and come back when it opens.")),
        Problem(
            429,
            N_("Too many requests"),
            N_("Wait a minute, then try again. Everybody behind the same router shares this limit."),
        ),
        Problem(
            500,
            N_("Something went wrong on our side"),
            N_("Try again in a moment. If it stays, the operator finds the reason in the log of the web process."),
        ),
        Problem(
            503,
            N_("The database cannot be used at the moment"),
            N_("Running calls go on. Try again in a moment; the operator sees the reason at /ready."),
        ),
    )
}


EXPLAINED: Final = {400, 403, 422, 429, 503}
"""Errors whose cause only the place that raised them knows."""


def exception_handlers(refused: Refused) -> ExceptionHandlersMap:
    """Handlers for everything that a request can raise."""

    def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
        return refused(request.scope["path"], error) or _on_http_error(request, error)

    return {
        HTTPException: on_http_error,
        UnkeepableError: _on_unkeepable,
        OperationalError: _on_database_error,
        InterfaceError: _on_database_error,
        ConnectionError: _on_database_error,
        socket.gaierror: _on_database_error,
        TimeoutError: _on_database_error,
        Exception: _on_error,
    }


class AnswerRefusalsMiddleware:
    """Answers what middleware further in refuses, so that the log and the metrics outside see the answer.

    Litestar answers it outside of all middleware, where it looks like a failure of ours.
    """

    def __init__(self, app: ASGIApp, refused: Refused) -> None:
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except HTTPException as error:
            if scope["type"] != ScopeType.HTTP or started:
                raise
            request: AnyRequest = Request(scope, receive)
            answer = self._refused(scope["path"], error) or _on_http_error(request, error)
            await answer.to_asgi_response(app=None, request=request)(scope, receive, send)


def wants_page(request: AnyRequest) -> bool:
    """Whether a person with a browser made this request."""
    return "text/html" in request.headers.get("accept", "")


def respond(
    request: AnyRequest, problem: Problem, headers: dict[str, str] | None = None, opens_at: datetime | None = None
) -> Response[Any]:
    """The problem as a page in its reader's language, or as JSON in English."""
    if wants_page(request):
        use(chosen(request))  # an address that leads nowhere is answered before any middleware
        translated = replace(problem, title=gettext(problem.title), advice=gettext(problem.advice))
        if opens_at:
            when = gettext("It opens at %(moment)s.", moment=moment(opens_at))
            translated = replace(translated, advice=f"{when} {translated.advice}")
        return Template("error.html", context={"problem": translated}, status_code=problem.status, headers=headers)
    return Response(asdict(problem), status_code=problem.status, headers=headers)


def problem_of(error: HTTPException, *, explain: bool) -> Problem:
    """What to tell whoever caused the error; with `explain`, what the place that raised it knows of the cause."""
    known = PROBLEMS.get(error.status_code) or PROBLEMS[400 if error.status_code < 500 else 500]
    problem = replace(known, status=error.status_code)
    if isinstance(error, RoomLockedError):
        return LOCKED
    if isinstance(error, PersonalLinkError):
        return PERSONAL_LINK
    if isinstance(error, KeptOutError):
        return KEPT_OUT
    if isinstance(error, LinkRefusedError):
        return replace(problem, title=LINK_REFUSED, advice=error.detail)
    if explain and isinstance(error, RoomNotOpenError):
        return replace(problem, advice=f"{error.detail} {problem.advice}")
    if explain and error.status_code in EXPLAINED and error.detail != HTTPStatus(error.status_code).phrase:
        return replace(problem, advice=error.detail)
    return problem


def _on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    problem = problem_of(error, explain=not wants_page(request))  # a program's author is helped by details
    return respond(request, problem, dict(error.headers or {}), getattr(error, "opens_at", None))


def _on_unkeepable(request: AnyRequest, error: UnkeepableError) -> Response[Any]:
    return _on_http_error(request, ClientException(str(error)))


def _on_database_error(request: AnyRequest, error: Exception) -> Response[Any]:
    log.error("web.database_lost", handler=_handler(request), error=repr(error))
    return respond(request, PROBLEMS[503], {"Retry-After": "2"})


def _on_error(request: AnyRequest, error: Exception) -> Response[Any]:
    log.error("web.failed", handler=_handler(request), exc_info=error)
    return respond(request, PROBLEMS[500])


def _handler(request: AnyRequest) -> str:
    """What was asked for without the room's code, which opens the room."""
    return f"{request.method} {request.scope.get('path_template', '(no route)')}"

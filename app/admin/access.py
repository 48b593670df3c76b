"""Who may come in: the guard before every page of the administration, and the cookie that it looks at."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from litestar.types import Guard
from redis.exceptions import RedisError

from app.admin.services import AdminServices
from app.auth import login_throttle, roles
from app.auth.admins import SESSION_LIFETIME, Operator
from app.i18n import N_
from app.web.errors import Problem, respond
from app.web.security import cookie_name, secure
from tasks.wire.waiting import BrokerAwayError

COOKIE: Final = "admin"
"""What the cookie is for, which is in its name."""
LOGIN: Final = "/admin/login"
FACTOR_PAGE: Final = "/admin/account/second-factor"
NO_REDIS: Final = Problem(
    503,
    N_("Redis does not answer"),
    N_("Start the redis process, or check REDIS_URL, then reload this page. What was saved reaches the workers then."),
)
NO_BROKER: Final = Problem(
    503,
    N_("RabbitMQ does not answer"),
    N_("Start RabbitMQ, or check BROKER_URL, then try again: no worker can be asked for anything meanwhile."),
)
NOT_ALLOWED: Final = Problem(
    403, N_("Your role does not allow this"), N_("Ask an owner of this installation to do it, or for another role.")
)

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]
OperatorRequest = Request[Operator, Any, Any]
AnyConnection = ASGIConnection[Any, Any, Any, Any]


class NotAllowedError(PermissionDeniedException):
    """The role does not allow it."""


class NotLoggedInError(NotAuthorizedException):
    """There is no session, or it has ended."""


class SecondFactorMissingError(PermissionDeniedException):
    """This installation asks for a second factor, and there is none yet."""


def guard(services: AdminServices) -> Guard:
    """Lets nobody past who has no session; handlers find who it is in `request.user`."""

    async def check(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
        token = connection.cookies.get(cookie_name(services.settings.session_secret, COOKIE), "")
        operator = await services.admins.operator(token) if token else None
        if operator is None:
            raise NotLoggedInError
        if not roles.may(operator.role, str(connection.scope.get("method", "")), connection.url.path):
            raise NotAllowedError
        asked = services.settings.second_factor_required and not operator.by_service
        if asked and not (operator.second_factor or roles.own(connection.url.path)):
            raise SecondFactorMissingError
        connection.scope["user"] = operator

    return check


def to_login(request: AnyRequest, _error: NotLoggedInError) -> Response[Any]:
    """Send a browser to the form, and back to the page it wanted; htmx follows a header instead."""
    if request.headers.get("hx-request"):
        return Response(None, status_code=401, headers={"HX-Redirect": LOGIN})
    wanted = request.url.path if request.method == "GET" else "/admin"
    return Redirect(f"{LOGIN}?next={quote(wanted)}", status_code=HTTP_303_SEE_OTHER)


def not_allowed(request: AnyRequest, _error: NotAllowedError) -> Response[Any]:
    """Say so."""
    return respond(request, NOT_ALLOWED)


def to_second_factor(request: AnyRequest, _error: SecondFactorMissingError) -> Response[Any]:
    """Send a browser to where one is set up."""
    if request.headers.get("hx-request"):
        return Response(None, status_code=403, headers={"HX-Redirect": FACTOR_PAGE})
    return Redirect(FACTOR_PAGE, status_code=HTTP_303_SEE_OTHER)


def redis_lost(request: AnyRequest, error: RedisError) -> Response[Any]:
    """Say which process is missing; what was typed has been kept where the database was asked first."""
    log.error("admin.redis_lost", error=type(error).__name__)
    return respond(request, NO_REDIS, {"Retry-After": "2"})


def broker_lost(request: AnyRequest, _error: BrokerAwayError) -> Response[Any]:
    """Say which server is missing."""
    log.error("admin.broker_lost")
    return respond(request, NO_BROKER, {"Retry-After": "2"})


def where_to(wanted: object) -> str:
    """A page of the administration to go on to: never another site's."""
    path = wanted if isinstance(wanted, str) else ""
    inside = path.startswith("/admin/") and "//" not in path and "\\" not in path and path.isprintable()
    return path if inside and not path.startswith(LOGIN) else "/admin"


def cookie(services: AdminServices, token: str | None) -> Cookie:
    """The cookie that holds a session's token; None: the one that removes it."""
    return Cookie(
        cookie_name(services.settings.session_secret, COOKIE),
        path="/admin",
        value=token or "",
        max_age=int(SESSION_LIFETIME.total_seconds()) if token else 0,
        httponly=True,
        samesite="strict",
        secure=secure(services.settings),
    )


def address(request: AnyRequest) -> str:
    """Where a request comes from, for the log and for the login throttle."""
    return login_throttle.source(request.client.host if request.client else "unknown")


def written(form: Any, name: str) -> str:  # noqa: ANN401 - values may be uploads
    """What somebody has written into a field; of a text without end its beginning."""
    value = form.get(name)
    return value[:1_000] if isinstance(value, str) else ""

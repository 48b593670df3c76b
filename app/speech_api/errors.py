"""Errors of the speech APIs, each in the shape that the clients of its API read."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from typing import Any, Final

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError

from app.db import UnkeepableError
from tasks.wire.waiting import BrokerAwayError

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]


class ApiError(HTTPException):
    """Something that a caller can be told."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: float | None = None) -> None:
        """`code` is for programs, `message` for people: it says what to do."""
        headers = None if retry_after is None else {"Retry-After": str(max(1, math.ceil(retry_after)))}
        super().__init__(detail=message, status_code=status, headers=headers)
        self.code = code


def bad_request(message: str, code: str = "invalid_request") -> ApiError:
    """400: the request itself is at fault."""
    return ApiError(400, code, message)


def unavailable(code: str, message: str) -> ApiError:
    """503: nobody can do it now."""
    return ApiError(503, code, message, retry_after=5)


class NativeFault(Struct, frozen=True):
    """What went wrong."""

    status: int
    code: str
    """For programs."""
    message: str
    """For people: what to do."""


class Native(Struct, frozen=True):
    """Our own shape of an error."""

    error: NativeFault


class OpenAIFault(Struct, frozen=True):
    """What went wrong, in OpenAI's words."""

    message: str
    type: str
    code: str
    param: None = None


class OpenAI(Struct, frozen=True):
    """OpenAI's shape of an error."""

    error: OpenAIFault


class LibreTranslate(Struct, frozen=True):
    """LibreTranslate's shape of an error."""

    error: str


Body = Native | OpenAI | LibreTranslate
Shape = Callable[[ApiError], Body]
"""Makes the body of an error; its return type is what the description of the API says."""


def native(error: ApiError) -> Native:
    """Our own."""
    return Native(NativeFault(error.status_code, error.code, error.detail))


_OPENAI_TYPES: Final = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def openai(error: ApiError) -> OpenAI:
    """OpenAI's."""
    otherwise = "server_error" if error.status_code >= 500 else "invalid_request_error"
    return OpenAI(OpenAIFault(error.detail, _OPENAI_TYPES.get(error.status_code, otherwise), error.code))


def libretranslate(error: ApiError) -> LibreTranslate:
    """LibreTranslate's."""
    return LibreTranslate(error.detail)


_WORDS_BY_STATUS: Final = {
    404: ("not_found", "There is no such thing here: see /api/schema/openapi.json for what there is."),
    405: ("method_not_allowed", "Use another method: see /api/schema/openapi.json."),
    413: ("too_large", "The request is too large: send less at once."),
}


def as_api_error(error: Exception) -> ApiError:
    """Any exception as one that a caller can be told; what is not the caller's fault is logged."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, UnkeepableError):
        return bad_request(str(error))
    if isinstance(error, HTTPException) and error.status_code < 500:
        code, message = _WORDS_BY_STATUS.get(
            error.status_code, ("invalid_request", error.detail or "The request is malformed.")
        )
        extra = _first_fault(error.extra)
        told = ApiError(error.status_code, code, f"{message} {extra}".strip())
        told.headers = error.headers  # which methods there are, for one
        return told
    if isinstance(error, RedisError):
        return unavailable(
            "broker_gone", "Redis does not answer, so no worker can be asked: start `redis`, then retry."
        )
    if isinstance(error, BrokerAwayError):
        return unavailable("broker_gone", "RabbitMQ does not answer, so no worker can be asked: start it, then retry.")
    if isinstance(error, (OperationalError, InterfaceError, ConnectionError, socket.gaierror, TimeoutError)):
        log.error("api.database_lost", error=type(error).__name__)
        return unavailable("database_gone", "The database cannot be used: the operator sees the reason at /ready.")
    log.error("api.failed", exc_info=error)
    return ApiError(500, "internal", "Something went wrong on our side: the log of `web` has the reason.")


def _first_fault(extra: object) -> str:
    """What Litestar found wrong with a body, in words."""
    if not isinstance(extra, list) or not extra or not isinstance(extra[0], dict):
        return ""
    fault = extra[0]
    return f"{fault.get('key', '')}: {fault.get('message', '')}".strip(": ")


def answer(shape: Shape, error: Exception) -> Response[Any]:
    """The error in this shape."""
    told = as_api_error(error)
    return Response(shape(told), status_code=told.status_code, headers=told.headers, media_type="application/json")


def handlers(shape: Shape) -> ExceptionHandlersMap:
    """Exception handlers that answer in `shape`."""

    def handle(_request: AnyRequest, error: Exception) -> Response[Any]:
        return answer(shape, error)

    return {HTTPException: handle, RedisError: handle, Exception: handle}

"""What the OpenAPI description cannot see in the handlers: bodies that they read themselves, and errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, get_type_hints

from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

AUDIO = {
    200: ResponseSpec(
        data_container=bytes, media_type="audio/*", description="The audio, as it is made", generate_examples=False
    )
}
"""What a handler gives that streams sound in the form that was asked for."""

_FAULTS = {
    400: "The request is wrong",
    401: "The key is missing, unknown or revoked",
    403: "The key lacks the scope",
    404: "There is no such voice, model or service",
    409: "There are as many as there may be",
    413: "Too much at once",
    415: "What was sent is not audio",
    429: "Too often, or too many at once: see Retry-After",
    500: "An error on our side",
    503: "No worker can do it now: the message says why",
    504: "No worker answered in time",
}
_OPEN = frozenset({400, 500, 503})
"""All that a route without a key or a body of its own can answer."""


def errors(handler: HTTPRouteHandler, shape: Callable[..., Any]) -> None:
    """Have the description of a handler name the errors that it may answer, in their real shape."""
    body = get_type_hints(shape)["return"]
    open_to_all = handler.security == [{}]
    told = {
        status: ResponseSpec(data_container=body, description=what, generate_examples=False)
        for status, what in _FAULTS.items()
        if not open_to_all or status in _OPEN
    }
    handler.responses = {**told, **(handler.responses or {})}


_TYPES = {"string": OpenAPIType.STRING, "boolean": OpenAPIType.BOOLEAN, "number": OpenAPIType.NUMBER}


def body(media: str, required: tuple[str, ...], **fields: str) -> type[Operation]:
    """An operation whose body has these fields, each described as "type: what it is"."""

    @dataclass
    class Described(Operation):
        content: ClassVar[dict[str, OpenAPIMediaType]] = {
            media: OpenAPIMediaType(schema=_object(fields, required)),
        }

        def __post_init__(self) -> None:
            self.request_body = RequestBody(content=self.content, required=True)

    return Described


def _object(fields: dict[str, str], required: tuple[str, ...]) -> Schema:
    properties = {name: _field(*text.split(": ", 1)) for name, text in fields.items()}
    return Schema(type=OpenAPIType.OBJECT, properties=properties, required=list(required))  # type: ignore[arg-type, unused-ignore]


def _field(kind: str, description: str) -> Schema:
    if kind == "file":
        return Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description=description)
    if kind == "strings":
        return Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.STRING), description=description)
    return Schema(type=_TYPES[kind], description=description)

"""How a handler that reads its body itself tells the OpenAPI description what that body is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from litestar.openapi import ResponseSpec
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

AUDIO = {
    200: ResponseSpec(
        data_container=bytes, media_type="audio/*", description="The sound, as it is made", generate_examples=False
    )
}
"""What a handler gives that streams sound in the form that was asked for."""

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

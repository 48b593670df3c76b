"""What clients of other servers send: regions and names of languages, null for nothing, numbers for texts."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from babel.core import get_global
from msgspec import Meta, Struct

from app.web.reading import ReadableRequest
from tasks.languages import LANGUAGES
from tasks.languages.pairs import CODES_OF_CLIENTS, DEFAULT_PAIR

T = TypeVar("T", bound=Struct)
NOTHING: Final = frozenset({"", "auto", "und", "null", "none", "undefined", "detect"})
"""What stands for no language; forms of several programming languages write their word for nothing."""
Tag = Annotated[
    str, Meta(max_length=35, description="BCP 47 tag; a region falls to its language", examples=[DEFAULT_PAIR[0]])
]
"""A language as clients write it; `language` reads it."""


def language(tag: str | None) -> str | None:
    """The primary subtag of a language: "pt" of "pt-BR", "PT", "por" and "Portuguese"; None of what says nothing.

    What is no language comes back as it is, in lower case: whoever looks for it says that there is none.
    """
    written = (tag or "").strip().casefold()
    if written in NOTHING:
        return None
    named = _by_name().get(written)
    primary = written.replace("_", "-").partition("-")[0]
    other: str = CODES_OF_CLIENTS.get(primary) or get_global("language_aliases").get(primary, primary)
    return named or other.partition("_")[0]


@cache
def _by_name() -> dict[str, str]:
    """Languages by the names that clients take from answers."""
    return {name.casefold(): code for code, known in LANGUAGES.items() for name in (known.english_name, known.own_name)}


def fields(kind: type[Struct], given: object) -> object:
    """A decoded body as `kind` takes it: without nulls, and with texts where there are numbers."""
    if not isinstance(given, dict):
        return given
    texts = _text_fields(kind)
    return {name: _text(value) if name in texts else value for name, value in given.items() if value is not None}


@cache
def _text_fields(kind: type[Struct]) -> frozenset[str]:
    return frozenset(name for name, annotated in get_type_hints(kind).items() if _takes(annotated, str))


def _takes(annotated: object, wanted: type) -> bool:
    return annotated is wanted or (
        get_origin(annotated) in {Union, UnionType} and any(_takes(one, wanted) for one in get_args(annotated))
    )


def _text(value: object) -> object:
    if isinstance(value, list):
        return [_text(one) for one in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class ClientRequest(ReadableRequest):
    """A request to the APIs, whose JSON is read as its handler's clients write it."""

    async def json(self) -> Any:  # noqa: ANN401 - as Litestar's
        """The body.

        Raises:
            ClientException: it cannot be read.
        """
        given = await super().json()
        declared = self.route_handler.parsed_data_field
        kind = declared.annotation if declared else None
        return fields(kind, given) if isinstance(kind, type) and issubclass(kind, Struct) else given


def decoded(kind: type[T], text: str | bytes) -> T:
    """A message of a WebSocket.

    Raises:
        msgspec.DecodeError: it is no JSON, or not this kind.
        UnicodeDecodeError: it is not UTF-8.
    """
    return msgspec.convert(fields(kind, msgspec.json.decode(text)), type=kind, strict=False)

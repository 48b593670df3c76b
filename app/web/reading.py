"""What requests may hold: what cannot be read or kept is refused at the door, in the shape that its API documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus, urlencode

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send

from tasks.languages.text import composed

MAX_ID: Final = 2**63 - 1
"""Larger numbers are no row's: the databases count so far."""


class ReadableRequest(Request[Any, Any, Any]):
    """A request whose body is the client's fault where it cannot be read: the decoders let these errors through."""

    async def json(self) -> Any:  # noqa: ANN401 - as Litestar's
        """The body, its texts composed.

        Raises:
            ClientException: it is no JSON, no UTF-8, or nested too deeply.
        """
        try:
            return composed(await super().json())
        except UnicodeDecodeError as error:
            raise _not_utf8() from error
        except RecursionError as error:
            raise ClientException("The body is nested too deeply.") from error

    async def form(self) -> FormMultiDict:
        """The fields of the body, their texts composed.

        Raises:
            ClientException: it is no form, or not UTF-8.
        """
        try:
            form = await super().form()
            return FormMultiDict([(composed(name), composed(value)) for name, value in form.multi_items()])
        except UnicodeDecodeError as error:
            raise _not_utf8() from error


def _not_utf8() -> ClientException:
    return ClientException("The body is not UTF-8: encode it so.")


def _composed_query(query: bytes) -> bytes:
    """The same query, its texts composed."""
    text = unquote_plus(query.decode("latin-1"), errors="replace")
    if text == composed(text):
        return query
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(composed(name), composed(value)) for name, value in pairs]).encode()


class NameableMiddleware:
    """Composes the texts of queries, and answers 404 to a path that names nothing for certain.

    That is one with a NUL, or with a number that no row has.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on.

        Raises:
            NotFoundException: nothing can have this name.
        """
        named: Mapping[str, object] = scope.get("path_params", {})
        if "\0" in scope["path"] or any(
            isinstance(value, int) and not 0 <= value <= MAX_ID for value in named.values()
        ):
            raise NotFoundException
        scope["query_string"] = _composed_query(scope["query_string"])
        await self._app(scope, receive, send)

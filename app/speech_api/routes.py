"""The routes of the speech APIs, each with the errors of its own shape, and their description."""

from __future__ import annotations

from typing import Any, Final

from litestar import Response, Router
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from app import __version__
from app.settings.speech_api import Limits
from app.speech_api import (
    describing,
    errors,
    libretranslate,
    native_health,
    native_rooms,
    native_speech,
    native_stream,
    native_text,
    native_voices,
    openai_audio,
    openai_models,
    openai_speech,
)
from app.speech_api.client_ways import ClientRequest
from app.web.security import FOR_PROGRAMS

JSON_BODY: Final = 512 * 1024
"""Bytes of a request without audio."""
_KEY: Final = "key"
_SHAPES: Final[tuple[tuple[str, errors.Shape], ...]] = (
    ("/api", errors.native),
    ("/v1", errors.openai),
    ("/translate", errors.libretranslate),
    ("/detect", errors.libretranslate),
    ("/languages", errors.libretranslate),
)
"""Where each API lies."""


def _router(
    path: str,
    shape: errors.Shape,
    handlers: list[ControllerRouterHandler],
    uploads: list[ControllerRouterHandler],
    most_bytes: int,
) -> Router:
    for handler in (*handlers, *uploads):
        if isinstance(handler, HTTPRouteHandler):
            describing.errors(handler, shape)
    return Router(
        path,
        route_handlers=[*handlers, Router("/", route_handlers=uploads, request_max_body_size=most_bytes)],
        exception_handlers=errors.handlers(shape),
        request_class=ClientRequest,
        request_max_body_size=JSON_BODY,
        opt={FOR_PROGRAMS: True},
        security=[{_KEY: []}],
        include_in_schema=True,
    )


def routers(limits: Limits) -> list[ControllerRouterHandler]:
    """Every route for programs."""
    most_bytes = limits.upload_mb * 1_000_000 + JSON_BODY
    return [
        _router(
            "/api/v1",
            errors.native,
            [
                native_text.translate,
                native_text.detect,
                native_text.languages,
                native_speech.models,
                native_health.health,
                native_health.service_health,
                native_rooms.make_room,
                native_stream.transcribe_stream,
                native_voices.synthesize,
                native_voices.voices,
                native_voices.delete_voice,
            ],
            [native_speech.transcribe, native_voices.clone_voice],
            most_bytes,
        ),
        _router(
            "/v1",
            errors.openai,
            [openai_models.models, openai_speech.speech_],
            [openai_audio.transcriptions, openai_audio.translations],
            most_bytes,
        ),
        _router(
            "/",
            errors.libretranslate,
            [libretranslate.translate, libretranslate.detect, libretranslate.languages],
            [],
            most_bytes,
        ),
    ]


def refused(path: str, error: HTTPException) -> Response[Any] | None:
    """The answer to what no route here takes, such as another method, in the shape of the API; None for pages."""
    below = (shape for prefix, shape in _SHAPES if path == prefix or path.startswith(f"{prefix}/"))
    shape = next(below, None)
    return shape and errors.answer(shape, error)


def openapi_config() -> OpenAPIConfig:
    """The description of these routes, as JSON at /api/schema/openapi.json: our pages load no script of others."""
    scheme = SecurityScheme(type="http", scheme="bearer", description="`jbcalling keys create NAME` makes a key.")
    return OpenAPIConfig(
        title="JB Calling speech APIs",
        version=__version__,
        path="/api/schema",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        components=Components(security_schemes={_KEY: scheme}),
        use_handler_docstrings=True,
    )

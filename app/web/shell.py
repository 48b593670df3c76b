"""What makes the pages installable: a manifest, and a service worker that holds the shell and nothing of anybody."""

from __future__ import annotations

import hashlib
from typing import Any, Final, cast

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.plugins.jinja import JinjaTemplateEngine

from app.i18n import gettext as _
from app.i18n import locale
from app.i18n.catalogue import INTERFACE, use
from app.web.assets import STYLESHEET, Assets
from app.web.security import FOR_PROGRAMS

WORKER: Final = "dist/shell.js"
SHELL: Final = (
    STYLESHEET,
    "css/talk.css",
    "img/icon.svg",
    "dist/reading.js",
    "dist/lobby.js",
    "dist/call.js",
    "dist/feeds.js",
    "dist/talk.js",
    "vendor/htmx-2.0.11.min.js",
    "vendor/htmx-ext-sse-2.2.4.min.js",
)
"""Static files that the worker holds: what a call, a talk and the way to them need."""
GROUND: Final = "#f6f7f5"
"""Behind a page that is still being opened, light."""
ACCENT: Final = "#0b6e63"

AnyRequest = Request[Any, Any, Any]


@get("/manifest.webmanifest", opt={FOR_PROGRAMS: True})
async def manifest(assets: NamedDependency[Assets], lang: FromQuery[str] = "") -> Response[dict[str, Any]]:
    """What an installed page is called, and how it looks (W3C Web Application Manifest), in an interface language."""
    _answer_in(lang)
    body = {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": "JB Calling",
        "short_name": "JB Calling",
        "description": _("Talk without a common language"),
        "lang": locale(),
        "dir": "ltr",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": ACCENT,
        "categories": ["communication", "productivity"],
        "icons": [
            _icon(assets, "icon.svg", "any", "image/svg+xml", "any"),
            _icon(assets, "icon-192.png", "192x192", "image/png", "any"),
            _icon(assets, "icon-512.png", "512x512", "image/png", "any"),
            _icon(assets, "icon-maskable-512.png", "512x512", "image/png", "maskable"),
        ],
        "shortcuts": [{"name": _("One device, two people"), "url": "/talk"}],
    }
    return Response(body, media_type="application/manifest+json")


@get("/offline", opt={FOR_PROGRAMS: True})
async def offline_page(request: AnyRequest, lang: FromQuery[str] = "") -> Response[str]:
    """The page that an installed browser shows without a network: the same for everybody, and without a cookie."""
    _answer_in(lang)
    return Response(_offline(request), media_type=MediaType.HTML)


@get("/service-worker.js", opt={FOR_PROGRAMS: True})
async def service_worker(
    request: AnyRequest, assets: NamedDependency[Assets], lang: FromQuery[str] = ""
) -> Response[bytes]:
    """The worker with what it is to hold: another script as soon as any of that changes, so that browsers take it."""
    _answer_in(lang)
    files = [assets.url(name) for name in SHELL if not assets.missing(name)]
    body = built(assets.read(WORKER), f"/offline?lang={locale()}", _offline(request), files)
    return Response(body, media_type="text/javascript")


def built(script: bytes, offline: str, page: str, files: list[str]) -> bytes:
    """The worker's script with what it is to hold: `page`, which is at `offline`, and `files`, by address."""
    parts = (script, offline.encode(), page.encode(), *(file.encode() for file in files))
    version = hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]
    shell = msgspec.json.encode({"version": version, "offline": offline, "files": files})
    return b"self.SHELL = " + shell + b";\n" + script


def _answer_in(language: str) -> None:
    """What is held counts for one language, whatever the browser asks for when it fetches it."""
    if language in INTERFACE:
        use(language)


def _icon(assets: Assets, file: str, sizes: str, kind: str, purpose: str) -> dict[str, str]:
    return {"src": assets.url(f"img/{file}"), "sizes": sizes, "type": kind, "purpose": purpose}


def _offline(request: AnyRequest) -> str:
    engine = cast("JinjaTemplateEngine", request.app.template_engine)
    return engine.get_template("offline.html").render()

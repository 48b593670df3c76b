"""The page of the models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Literal
from urllib.parse import urlsplit

from litestar import get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.model_jobs import PIECE_BYTES, UploadError
from app.admin.pages import page
from app.admin.services import AdminServices
from app.i18n import gettext as _
from app.rooms.installing import Installations
from app.web.security import FOR_PROGRAMS

Services = NamedDependency[AdminServices]
UPLOAD_BYTES = 600_000_000
"""Of a package; Argos Translate's have 50 to 300 MB."""


def same_origin(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Stands in for the CSRF token where checking that would mean to take in a large body first.

    The session's cookie is not sent from other sites in any case (`SameSite=Strict`).
    """
    origin = urlsplit(connection.headers.get("origin", ""))
    if connection.headers.get("sec-fetch-site", "same-origin") != "same-origin" or (
        origin.netloc != connection.headers.get("host")
    ):
        raise PermissionDeniedException


@get("/models")
async def models_page(request: OperatorRequest, admin: Services, told: FromQuery[str] = "") -> Template:
    """Every model, and what is being done."""
    return await _models(request, admin, told=told)


@get("/models/work")
async def models_work(request: OperatorRequest, admin: Services) -> Template:
    """What is being done: a part of the page that is fetched while something is; then the page is loaded anew."""
    works = await admin.models.progress()
    answer = page(request, "partials/work", "models", works=works)
    if not any(work.state in ("waiting", "running") for work in works):
        answer.set_header("HX-Refresh", "true")
    return answer


@post("/models/{name:str}/{action:str}")
async def work_on(request: OperatorRequest, admin: Services, name: FromPath[str], action: FromPath[str]) -> Redirect:
    """Have a worker install, verify or remove a model."""
    actions: dict[str, Literal["install", "verify", "remove"]] = {
        action: action for action in ("install", "verify", "remove")
    }
    asked = action in actions and await admin.models.ask(actions[action], name)
    if asked and action != "verify":
        done = "model.installed" if action == "install" else "model.removed"
        await admin.audit.note(request.user.name, done, name, address=address(request))
    return Redirect(f"/admin/models?told={'asked' if asked else 'busy'}", status_code=HTTP_303_SEE_OTHER)


@post("/models/upload", request_max_body_size=UPLOAD_BYTES, opt={FOR_PROGRAMS: True}, guards=[same_origin])
async def upload_model(request: OperatorRequest, admin: Services) -> Redirect | Template:
    """Hand a package to a worker."""
    file = (await request.form()).get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise UploadError(_("Choose a file that ends in .argosmodel."))
        size = await asyncio.to_thread(_size, file)
        await admin.models.upload(file.filename, size, _pieces(file))
    except UploadError as error:
        return await _models(request, admin, problem=str(error), status=HTTP_422_UNPROCESSABLE_ENTITY)
    await admin.audit.note(request.user.name, "model.uploaded", file.filename, f"{size} B", address=address(request))
    return Redirect("/admin/models?told=asked", status_code=HTTP_303_SEE_OTHER)


def _size(file: UploadFile) -> int:
    size = file.file.seek(0, 2)
    file.file.seek(0)
    return size


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PIECE_BYTES):
        yield piece


async def _models(
    request: OperatorRequest, admin: AdminServices, *, told: str = "", problem: str = "", status: int = 200
) -> Template:
    survey = await admin.workers.survey()
    outcomes = {
        "asked": _("A worker does it; how far it is stands below."),
        "busy": _("Something is being done to that model already: wait until it is over."),
    }
    context: dict[str, Any] = {
        "survey": survey,
        "works": await admin.models.progress(),
        "told": outcomes.get(told, ""),
        "problem": problem,
        "installing": await Installations(admin.redis).look(),
        "kinds": {"stt": _("hears"), "translate": _("translates"), "speak": _("speaks")},
    }
    return page(request, "models", "models", status=status, **context)

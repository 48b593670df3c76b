"""The page of the glossary."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.pages import among_first, page
from app.admin.services import AdminServices
from app.admin.term_form import MAX_TERMS, LineError, TermForm, read_csv, write_csv
from app.i18n import gettext as _
from app.i18n import ngettext
from tasks.languages import LANGUAGES

Services = NamedDependency[AdminServices]
CSV_BYTES = 2_000_000
"""Of a file, fields around it included."""
SHOWN_ERRORS = 50


@get("/glossary")
async def glossary_page(
    request: OperatorRequest, admin: Services, pair: FromQuery[str] = "", told: FromQuery[str] = ""
) -> Template:
    """The terms of one pair or all, with what they did."""
    return await _glossary(request, admin, TermForm(), pair=pair, told=told)


@post("/glossary")
async def put_term(request: OperatorRequest, admin: Services) -> Redirect | Template:
    """Add a term, or change the one of this spelling."""
    form = TermForm.parse(await request.form())
    if not form.errors and not await admin.glossary.put([form]):
        form.errors["source"] = _("Use at most %(limit)d terms.", limit=MAX_TERMS)
    if form.errors:
        return await _glossary(request, admin, form, status=HTTP_422_UNPROCESSABLE_ENTITY)
    pair = f"{form.source_language}-{form.target_language}"
    await admin.audit.note(
        request.user.name, "term.set", f"{pair} {form.source}", form.target, address=address(request)
    )
    return Redirect(f"/admin/glossary?pair={pair}&told=saved", status_code=HTTP_303_SEE_OTHER)


@post("/glossary/{term:int}/remove")
async def remove_term(request: OperatorRequest, admin: Services, term: FromPath[int]) -> Redirect:
    """Forget a term."""
    source = await admin.glossary.remove(term)
    if source is None:
        raise NotFoundException
    await admin.audit.note(request.user.name, "term.removed", source, address=address(request))
    return Redirect("/admin/glossary?told=removed", status_code=HTTP_303_SEE_OTHER)


@get("/glossary.csv")
async def export_terms(admin: Services) -> Response[bytes]:
    """Every term as CSV."""
    headers = {"Content-Disposition": 'attachment; filename="glossary.csv"', "Cache-Control": "no-store"}
    return Response(write_csv(await admin.glossary.terms()), media_type="text/csv; charset=utf-8", headers=headers)


@post("/glossary/import", request_max_body_size=CSV_BYTES)
async def import_terms(request: OperatorRequest, admin: Services) -> Redirect | Template:
    """Take in a CSV file: all of it, or nothing where a line of it is wrong."""
    file = (await request.form()).get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    terms, errors = read_csv(data)
    if not errors and not terms:
        errors = [LineError(1, "", _("There are no terms in this file."))]
    if not errors and not await admin.glossary.put(terms):
        errors = [LineError(0, "", _("Use at most %(limit)d terms.", limit=MAX_TERMS))]
    if errors:
        return await _glossary(request, admin, TermForm(), lines=errors, status=HTTP_422_UNPROCESSABLE_ENTITY)
    count = len(terms)
    await admin.audit.note(request.user.name, "term.imported", f"{count} terms", address=address(request))
    return Redirect(f"/admin/glossary?told={count}", status_code=HTTP_303_SEE_OTHER)


async def _glossary(
    request: OperatorRequest,
    admin: AdminServices,
    form: TermForm,
    *,
    pair: str = "",
    told: str = "",
    lines: list[LineError] | None = None,
    status: int = 200,
) -> Template:
    pairs = [f"{source}-{target}" for source, target in permutations(LANGUAGES, 2)]
    chosen = pair if pair in pairs else ""
    source, _dash, target = chosen.partition("-")
    if chosen and not form.errors:
        form.source_language, form.target_language = source, target
    context: dict[str, Any] = {
        "terms": await admin.glossary.terms(source, target),
        "fired": await admin.glossary.fired(),
        "form": form,
        "pairs": [one for one in pairs if one == chosen or among_first(*one.split("-"))],
        "pair": chosen,
        "told": _told(told),
        "lines": (lines or [])[:SHOWN_ERRORS],
        "more": max(0, len(lines or []) - SHOWN_ERRORS),
    }
    return page(request, "glossary", "glossary", status=status, **context)


def _told(told: str) -> str:
    if told.isascii() and told.isdigit():
        return ngettext("%(num)s term was taken in.", "%(num)s terms were taken in.", int(told[:6]))
    return {"saved": _("Saved."), "removed": _("The term is forgotten.")}.get(told, "")

"""The page of the language pairs: what serves them, what could, and trying one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from app.admin.access import OperatorRequest, address
from app.admin.configuration import chosen
from app.admin.pages import among_first, page
from app.admin.services import AdminServices
from app.admin.trial import MAX_SENTENCE_CHARS
from app.i18n import gettext as _
from app.visible import clean
from tasks.languages import LANGUAGES
from tasks.languages.pairs import DEFAULT_PAIR
from tasks.wire import queues
from tasks.wire.administration import Choice, Configuration, Kind, Surveyed
from tasks.wire.messages import Heartbeat

Services = NamedDependency[AdminServices]
SENTENCES: Final = {code: language.samples.trial or language.samples.level for code, language in LANGUAGES.items()}
"""What is tried when nothing is typed."""


def field_of(kind: Kind, wanted: str) -> str:
    """How the names of the form's fields for one thing begin."""
    return f"{kind}-{wanted.replace('>', '-')}"


@dataclass(frozen=True)
class Row:
    """One thing that can be served."""

    kind: Kind
    wanted: str
    choice: Choice
    candidates: list[str]
    """Engines that could serve it, by name."""
    workers: int
    """Workers that serve it now."""
    draft: bool
    """Whether they can only draft it."""

    @property
    def field(self) -> str:
        """The name of its fields in the form."""
        return field_of(self.kind, self.wanted)

    @property
    def languages(self) -> list[str]:
        """The one language, or source and target."""
        return self.wanted.split(">")

    @property
    def lost(self) -> bool:
        """Whether the engine that was chosen is no longer there."""
        return bool(self.choice.engine) and self.choice.engine not in self.candidates


def everything() -> Iterator[tuple[Kind, str]]:
    """Whatever can be served among our languages."""
    for source, target in permutations(LANGUAGES, 2):
        yield "translate", f"{source}>{target}"
    for language in LANGUAGES:
        yield "stt", language
    for language in LANGUAGES:
        yield "speak", language


@get("/pairs")
async def pairs_page(request: OperatorRequest, admin: Services, told: FromQuery[str] = "") -> Template:
    """What serves each pair and language, with what could."""
    return await _pairs(request, admin, told=told)


@post("/pairs")
async def choose_engines(request: OperatorRequest, admin: Services) -> Redirect:
    """Keep what was chosen, and bring it to the workers."""
    form = await request.form()
    changed = await admin.configuration.choose(_choices(form))
    for choice in changed:
        decision = "off" if not choice.enabled else choice.engine or "the best there is"
        await admin.audit.note(
            request.user.name, "engine.chosen", f"{choice.kind} {choice.wanted}", decision, address=address(request)
        )
    return Redirect("/admin/pairs?told=saved", status_code=HTTP_303_SEE_OTHER)


@post("/pairs/try", status_code=HTTP_200_OK)
async def try_pair(request: OperatorRequest, admin: Services) -> Template:
    """Every stage of one sentence: text, sound and time."""
    form = await request.form()
    text = clean(form.get("text"), MAX_SENTENCE_CHARS)
    source, target = str(form.get("source", "")), str(form.get("target", ""))
    if source not in LANGUAGES or target not in LANGUAGES or len(text) > MAX_SENTENCE_CHARS:
        error = _("Choose two languages, and type at most %(limit)d characters.", limit=MAX_SENTENCE_CHARS)
        context: dict[str, Any] = {"stages": None, "problem": error}
        return await _tried(request, admin, text, source, target, context, status=HTTP_422_UNPROCESSABLE_ENTITY)
    stages = await admin.trial.run(text or SENTENCES[source], source, target)
    return await _tried(request, admin, text, source, target, {"stages": stages, "problem": ""})


@get("/pairs/sound/{name:str}")
async def trial_sound(admin: Services, name: FromPath[str]) -> Response[bytes]:
    """What a stage sounds like."""
    sound = await admin.trial.sound(name) if name.isalnum() and len(name) == 32 else None
    if sound is None:
        raise NotFoundException
    return Response(sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=600"})


async def _tried(
    request: OperatorRequest,
    admin: AdminServices,
    text: str,
    source: str,
    target: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> Template:
    if request.headers.get("hx-request"):
        return page(request, "partials/stages", "pairs", **context)
    tried = {"text": text, "source": source, "target": target}
    return await _pairs(request, admin, tried=tried, status=status, **context)


async def _pairs(
    request: OperatorRequest,
    admin: AdminServices,
    *,
    told: str = "",
    tried: dict[str, str] | None = None,
    stages: Any = None,  # noqa: ANN401
    problem: str = "",
    status: int = 200,
) -> Template:
    survey = await admin.workers.survey()
    beats = await queues.workers(admin.redis)
    rows = _rows(await admin.configuration.load(), survey, beats)
    context: dict[str, Any] = {
        "groups": {kind: [row for row in rows if row.kind == kind] for kind in ("translate", "stt", "speak")},
        "survey": survey,
        "told": told,
        "tried": tried or {"text": "", "source": DEFAULT_PAIR[0], "target": DEFAULT_PAIR[1]},
        "stages": stages,
        "problem": problem,
        "sentences": SENTENCES,
    }
    return page(request, "pairs", "pairs", status=status, **context)


def _rows(configuration: Configuration, survey: Surveyed | None, beats: list[Heartbeat]) -> list[Row]:
    rows = []
    for kind, wanted in everything():
        first = among_first(*wanted.split(">"))
        offers = survey.offers if survey else []
        candidates = [offer.name for offer in offers if offer.kind == kind and wanted in offer.serves]
        serving = [beat for beat in beats if wanted in _served(beat, kind)]
        if not (first or candidates or serving):
            continue
        draft = kind == "translate" and bool(serving) and all(wanted in beat.drafts for beat in serving)
        rows.append(Row(kind, wanted, chosen(configuration, kind, wanted), candidates, len(serving), draft))
    return rows


def _served(beat: Heartbeat, kind: Kind) -> list[str]:
    return {"stt": beat.stt, "translate": beat.translate, "speak": beat.speak}[kind]


def _choices(form: Mapping[str, Any]) -> list[Choice]:
    """What the form says; the engine is a name that a worker compares with what it has."""
    found = []
    for kind, wanted in everything():
        field = field_of(kind, wanted)
        if not among_first(*wanted.split(">")) and f"{field}-engine" not in form:
            continue  # nothing served it when the page was made
        engine = str(form.get(f"{field}-engine") or "")[:160]
        found.append(Choice(kind=kind, wanted=wanted, enabled=bool(form.get(f"{field}-on")), engine=engine or None))
    return found

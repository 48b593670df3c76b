"""Our own API: whether each service works now. Needs no key, as /health and /ready."""

from __future__ import annotations

from typing import Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath
from msgspec import Struct

from app.speech_api import errors, offers
from app.speech_api.errors import ApiError
from app.speech_api.offers import Offers
from app.speech_api.services import SpeechServices

SERVICES = ("transcribe", "translate", "synthesize", "clone-voice")


class ServiceHealth(Struct, frozen=True):
    """Whether a service works."""

    status: Literal["ok", "down"]
    workers: int
    """That answer and take API requests, for whatever service."""
    serves: list[str]
    """Languages, or pairs as "en>pt"."""


@get("/health", tags=["health"], security=[{}])
async def health(speech: NamedDependency[SpeechServices]) -> dict[str, ServiceHealth]:
    """Every service by name."""
    known = await offers.look(speech.redis)
    return {name: _health(known, name) for name in SERVICES}


@get(
    "/health/{service:str}",
    tags=["health"],
    security=[{}],
    responses={
        404: ResponseSpec(errors.Native, description="There is no such service", generate_examples=False),
        503: ResponseSpec(ServiceHealth, description="Nobody does it now", generate_examples=False),
    },
)
async def service_health(speech: NamedDependency[SpeechServices], service: FromPath[str]) -> Response[ServiceHealth]:
    """One service: 200, or 503 where nobody does it now."""
    if service not in SERVICES:
        raise ApiError(404, "no_such_service", f"The services are {', '.join(SERVICES)}.")
    found = _health(await offers.look(speech.redis), service)
    return Response(found, status_code=200 if found.status == "ok" else 503)


def _health(known: Offers, service: str) -> ServiceHealth:
    serves = {
        "transcribe": known.transcribed,
        "translate": [f"{source}>{target}" for source, target in known.pairs],
        "synthesize": known.spoken,
        "clone-voice": sorted({language for engine in known.cloners for language in engine.languages}),
    }[service]
    return ServiceHealth("ok" if serves else "down", len(known.beats), serves)

"""OpenAI's list of models, and the names of theirs that clients send."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, get
from litestar.di import NamedDependency
from redis.asyncio import Redis

from app.speech_api import offers
from app.speech_api.errors import ApiError
from app.speech_api.services import SpeechServices

AnyRequest = Request[Any, Any, Any]

ALIASES: Final = {
    "stt": ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"),
    "speak": ("tts-1", "tts-1-hd", "gpt-4o-mini-tts"),
}
"""Names that stand for the best engine here."""


@get("/models", tags=["OpenAI"])
async def models(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> dict[str, Any]:
    """The engines that live workers have loaded, in OpenAI's shape."""
    await speech.access.admit(request, "")
    known = await offers.look(speech.redis)
    names = [engine.name for kind in ("stt", "translate", "speak") for engine in known.engines(kind)]
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 0, "owned_by": "jbcalling"} for name in names],
    }


async def check(redis: Redis, name: str, kind: str) -> str | None:
    """The engine of that name; None for a name that stands for the best one.

    Raises:
        ApiError: 404, there is none.
    """
    if name in ALIASES[kind]:
        return None
    names = [engine.name for engine in (await offers.look(redis)).engines(kind)]
    if name in names:
        return name
    message = f"There is no model {name[:60]!r} for this: use {ALIASES[kind][0]}, or {', '.join(names)}."
    raise ApiError(404, "model_not_found", message)

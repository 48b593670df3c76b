"""LibreTranslate's shapes at its own paths, for its clients (https://docs.libretranslate.com/guides/api_usage/)."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import SerializationException
from msgspec import Meta, Struct

from app.speech_api import client_ways, offers
from app.speech_api.client_ways import language
from app.speech_api.errors import bad_request
from app.speech_api.offers import language_name
from app.speech_api.services import SpeechServices
from app.speech_api.text import AUTO

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", bound=Struct)


class TranslateFields(Struct, frozen=True, kw_only=True):
    """Fields of a translation request, JSON or form; others are ignored, as LibreTranslate does."""

    q: str | Annotated[list[str], Meta(max_length=100)]
    source: str = AUTO
    target: str
    format: str = "text"
    api_key: str = ""


class DetectFields(Struct, frozen=True, kw_only=True):
    """Fields of a detection request."""

    q: str
    api_key: str = ""


class LibreLanguage(Struct, frozen=True):
    """A language that something is translated from or to."""

    code: str
    name: str
    targets: list[str]


@post("/translate", status_code=200, tags=["LibreTranslate"])
async def translate(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> dict[str, Any]:
    """Translate, as LibreTranslate does."""
    fields = await _fields(request, TranslateFields)
    holder = await speech.access.admit(request, "translate", fields.api_key)
    if fields.format != "text":
        raise bad_request("Only plain text is translated: send format=text.")
    texts = [fields.q] if isinstance(fields.q, str) else fields.q
    with speech.access.working(holder):
        source, target = language(fields.source) or AUTO, language(fields.target) or fields.target
        done = await speech.text.translate(texts, source, target)
    single = isinstance(fields.q, str)
    answer: dict[str, Any] = {"translatedText": done.texts[0] if single else done.texts}
    if done.found:
        found = [{"confidence": round(one.confidence * 100, 1), "language": one.source} for one in done.found]
        answer["detectedLanguage"] = found[0] if single else found
    return answer


@post("/detect", status_code=200, tags=["LibreTranslate"])
async def detect(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> list[dict[str, Any]]:
    """Tell the language of a text, as LibreTranslate does."""
    fields = await _fields(request, DetectFields)
    holder = await speech.access.admit(request, "translate", fields.api_key)
    with speech.access.working(holder):
        found = await speech.text.detect(fields.q)
    return [{"confidence": round(probability * 100, 1), "language": code} for code, probability in found.items()]


@get("/languages", tags=["LibreTranslate"], security=[{}])
async def languages(speech: NamedDependency[SpeechServices]) -> list[LibreLanguage]:
    """The languages that can be translated now. Needs no key, as LibreTranslate's."""
    pairs = (await offers.look(speech.redis)).pairs
    return [
        LibreLanguage(code, language_name(code), [target for source, target in pairs if source == code])
        for code in sorted({code for pair in pairs for code in pair})
    ]


async def _fields(request: AnyRequest, kind: type[T]) -> T:
    is_json = request.content_type[0] == "application/json"
    try:
        raw = await request.json() if is_json else await request.form()
        given = raw if is_json else {name: values if len(values := raw.getall(name)) > 1 else values[0] for name in raw}
        return msgspec.convert(client_ways.fields(kind, given), type=kind)
    except (msgspec.ValidationError, SerializationException, TypeError) as error:
        raise bad_request(f"The fields cannot be read: {error}. Send q, source and target.") from error

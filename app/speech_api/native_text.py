"""Our own API: translation and languages."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.speech_api import offers
from app.speech_api.client_ways import Tag, language
from app.speech_api.offers import language_name
from app.speech_api.services import SpeechServices
from app.speech_api.text import AUTO

AnyRequest = Request[Any, Any, Any]


class TranslateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to translate."""

    target: Tag
    text: str | Annotated[list[str], Meta(max_length=100)]
    """One text, or up to 100; line breaks are kept."""
    source: Tag = AUTO
    """Or "auto": find out."""


class TranslateAnswer(Struct, frozen=True):
    """The translation."""

    text: str | list[str]
    """As it was asked: one text, or as many."""
    source: str
    """The source language, found out where it was not given; of several texts that of the first with words."""
    sources: list[str]
    """The source language of each text."""
    target: str
    engine: str
    """Empty where there was nothing to translate."""
    draft: bool
    """Whether the quality is too low to be shown without saying so."""


class DetectBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Text whose language is wanted."""

    text: str


class DetectAnswer(Struct, frozen=True):
    """The languages it may be in."""

    languages: dict[str, float]
    """Language → probability, the most likely first; empty where nothing can be told."""


class Language(Struct, frozen=True):
    """What can be done with one language now."""

    code: str
    name: str
    transcribe: bool
    synthesize: bool
    translate_to: list[str]


@post("/translate", status_code=200, tags=["translation"])
async def translate(
    request: AnyRequest, speech: NamedDependency[SpeechServices], data: JSONBody[TranslateBody]
) -> TranslateAnswer:
    """Translate one text or several."""
    holder = await speech.access.admit(request, "translate")
    target = language(data.target) or data.target
    with speech.access.working(holder):
        texts = [data.text] if isinstance(data.text, str) else data.text
        done = await speech.text.translate(texts, language(data.source) or AUTO, target)
    text = done.texts[0] if isinstance(data.text, str) else done.texts
    return TranslateAnswer(text, done.source, done.sources, target, done.engine, done.draft)


@post("/detect", status_code=200, tags=["translation"])
async def detect(
    request: AnyRequest, speech: NamedDependency[SpeechServices], data: JSONBody[DetectBody]
) -> DetectAnswer:
    """Tell the language of a text."""
    holder = await speech.access.admit(request, "translate")
    with speech.access.working(holder):
        return DetectAnswer(await speech.text.detect(data.text))


@get("/languages", tags=["translation"], security=[{}])
async def languages(speech: NamedDependency[SpeechServices]) -> list[Language]:
    """Every language that live workers can do something with, and what. Needs no key."""
    known = await offers.look(speech.redis)
    codes = {*known.transcribed, *known.spoken, *(code for pair in known.pairs for code in pair)}
    return [
        Language(
            code,
            language_name(code),
            code in known.transcribed,
            code in known.spoken,
            [target for source, target in known.pairs if source == code],
        )
        for code in sorted(codes)
    ]

"""Our own API: transcription."""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from msgspec import Struct

from app.speech_api import describing, offers
from app.speech_api.client_ways import language
from app.speech_api.errors import bad_request
from app.speech_api.services import SpeechServices
from app.speech_api.transcription import Segment, Wanted
from tasks.wire.messages import EngineInfo
from tasks.wire.requests import SpokenWord

AnyRequest = Request[Any, Any, Any]

UPLOAD = describing.body(
    "multipart/form-data",
    ("file",),
    file="file: Audio in any common form: wav, mp3, m4a, ogg, webm, flac …",
    language="string: BCP 47 tag of what is spoken; a region falls to its language; detected if missing",
    words="boolean: Whether the time of every word is wanted",
)


class SegmentAnswer(Struct, frozen=True, omit_defaults=True):
    """A stretch of speech."""

    start: float
    end: float
    text: str
    confidence: float
    """Mean probability of a token, 0 to 1."""
    language: str
    """What it is in: the one given, or found out."""
    words: list[SpokenWord] | None = None
    """Times are seconds from the start of the audio."""


class TranscribeAnswer(Struct, frozen=True):
    """What was said."""

    text: str
    """Empty where nobody speaks."""
    language: str | None
    """The one given, or what was spoken longest; null where nobody speaks."""
    duration: float
    """Seconds of audio."""
    engine: str | None
    segments: list[SegmentAnswer]


@post("/transcribe", status_code=200, tags=["speech to text"], operation_class=UPLOAD)
async def transcribe(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> TranscribeAnswer:
    """Transcribe a recording."""
    holder = await speech.access.admit(request, "transcribe")
    with speech.access.working(holder):
        async with speech.transcription.uploaded(request) as (form, process):
            wanted = Wanted(language(form.one("language")), flag(form.one("words")))
            transcription = await speech.transcription.start(process, wanted)
            segments = [segment async for segment in transcription.segments()]
    return TranscribeAnswer(
        text=" ".join(segment.text for segment in segments),
        language=transcription.language,
        duration=transcription.seconds,
        engine=segments[0].engine if segments else None,
        segments=[_answer(segment) for segment in segments],
    )


@get("/models", tags=["models"])
async def models(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> list[EngineInfo]:
    """The engines that live workers have loaded."""
    await speech.access.admit(request, "")
    known = await offers.look(speech.redis)
    return [engine for kind in ("stt", "translate", "speak") for engine in known.engines(kind)]


def flag(value: str) -> bool:
    """A yes or no of a form.

    Raises:
        ApiError: it is neither.
    """
    if value.lower() in {"true", "1", "yes"}:
        return True
    if value.lower() in {"", "false", "0", "no"}:
        return False
    raise bad_request(f"{value[:20]!r} is neither true nor false.")


def _answer(segment: Segment) -> SegmentAnswer:
    return SegmentAnswer(segment.start, segment.end, segment.text, segment.confidence, segment.language, segment.words)

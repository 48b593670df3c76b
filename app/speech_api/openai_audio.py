"""OpenAI's shapes for speech to text (https://platform.openai.com/docs/api-reference/audio)."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.response import Stream

from app import subtitles
from app.speech_api import client_ways, describing, errors, openai_models
from app.speech_api.errors import bad_request
from app.speech_api.native_speech import flag
from app.speech_api.services import SpeechServices
from app.speech_api.transcription import FileTranscription, Segment, Wanted
from app.speech_api.upload import Form
from tasks.languages import LANGUAGES
from tasks.languages.text import compression_ratio

AnyRequest = Request[Any, Any, Any]

ENGLISH: Final = "en"
"""What OpenAI translates into."""

_FORMATS: Final = ("json", "verbose_json", "text", "srt", "vtt")
_COMMON: Final = {
    "file": "file: Audio in any common form",
    "model": "string: whisper-1, or an engine of /v1/models",
    "response_format": "string: json, verbose_json, text, srt or vtt",
}
TRANSCRIPTION = describing.body(
    "multipart/form-data",
    ("file", "model"),
    **_COMMON,
    language="string: ISO 639-1 code of what is spoken; detected if missing",
    stream="boolean: Whether text is sent as it comes, as server-sent events",
    **{"timestamp_granularities[]": "strings: word, segment"},
)
TRANSLATION = describing.body("multipart/form-data", ("file", "model"), **_COMMON)


@post("/audio/transcriptions", status_code=200, tags=["OpenAI"], operation_class=TRANSCRIPTION)
async def transcriptions(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> Response[Any]:
    """Transcribe a recording, as OpenAI does."""
    async with AsyncExitStack() as stack:
        form, transcription = await _begin(request, speech, stack, translate=False)
        response_format = form.one("response_format", "json")
        if flag(form.one("stream")):
            if response_format not in {"json", "text"}:
                raise bad_request("A stream has response_format json or text.")
            return Stream(_events(transcription, stack.pop_all()), media_type="text/event-stream", status_code=200)
        segments = [segment async for segment in transcription.segments()]
        return _shaped("transcribe", response_format, transcription, segments)


@post("/audio/translations", status_code=200, tags=["OpenAI"], operation_class=TRANSLATION)
async def translations(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> Response[Any]:
    """Transcribe a recording and translate it into English, as OpenAI does."""
    async with AsyncExitStack() as stack:
        form, transcription = await _begin(request, speech, stack, translate=True)
        segments = [segment async for segment in transcription.segments()]
    for language in sorted({segment.language for segment in segments} - {ENGLISH}):
        places = [place for place, segment in enumerate(segments) if segment.language == language]
        done = await speech.text.translate([segments[place].text for place in places], language, ENGLISH)
        for place, text in zip(places, done.texts, strict=True):
            segments[place] = replace(segments[place], text=text, language=ENGLISH)
    return _shaped("translate", form.one("response_format", "json"), transcription, segments, ENGLISH)


async def _begin(
    request: AnyRequest, speech: SpeechServices, stack: AsyncExitStack, *, translate: bool
) -> tuple[Form, FileTranscription]:
    """Admit, read the upload, check every field, and begin; what is open is closed with `stack`."""
    holder = await speech.access.admit(request, "transcribe")
    stack.enter_context(speech.access.working(holder))
    form, process = await stack.enter_async_context(speech.transcription.uploaded(request))
    await openai_models.check(speech.redis, form.one("model"), "stt")
    if form.one("response_format", "json") not in _FORMATS:
        raise bad_request(f"response_format is one of {', '.join(_FORMATS)}.")
    granularities = form.many("timestamp_granularities")
    if not set(granularities) <= {"word", "segment"}:
        raise bad_request("timestamp_granularities are word and segment.")
    if granularities and form.one("response_format") != "verbose_json":
        raise bad_request("timestamp_granularities need response_format=verbose_json.")
    language = None if translate else client_ways.language(form.one("language"))
    return form, await speech.transcription.start(process, Wanted(language, "word" in granularities))


def _shaped(
    task: str, response_format: str, transcription: FileTranscription, segments: list[Segment], language: str = ""
) -> Response[Any]:
    """The answer; `language` is that of the text where it is not that of the speech."""
    text = " ".join(segment.text for segment in segments)
    plain: dict[str, Callable[[], str]] = {
        "text": lambda: f"{text}\n",
        "srt": lambda: subtitles.srt(segments),
        "vtt": lambda: subtitles.vtt(segments),
    }
    if response_format in plain:
        kind = "text/vtt" if response_format == "vtt" else "text/plain"
        return Response(plain[response_format](), media_type=f"{kind}; charset=utf-8")
    answer: dict[str, Any] = {"text": text}
    if response_format == "verbose_json":
        language = language or transcription.language or ""
        known = LANGUAGES.get(language)
        answer |= {
            "task": task,
            "language": known.english_name.lower() if known else language,
            "duration": transcription.seconds,
            "segments": [_segment(number, segment) for number, segment in enumerate(segments)],
        }
        if any(segment.words for segment in segments):
            answer["words"] = [
                {"word": word.text, "start": word.start, "end": word.end}
                for segment in segments
                for word in segment.words or []
            ]
    return Response(answer)


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": number,
        "seek": 0,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],  # typed clients want every field of OpenAI's; what has none to tell is empty
        "temperature": 0.0,  # decoding never samples
        "avg_logprob": round(math.log(max(segment.confidence, 1e-6)), 4),
        "compression_ratio": round(compression_ratio(segment.text), 3),
        "no_speech_prob": 0.0,  # what holds no speech is no segment
    }


async def _events(transcription: FileTranscription, stack: AsyncExitStack) -> AsyncIterator[bytes]:
    """Text as it comes, then all of it; an error ends the stream with OpenAI's error object."""
    async with stack:
        parts: list[str] = []
        try:
            async for segment in transcription.segments():
                delta = f" {segment.text}" if parts else segment.text
                parts.append(delta)
                yield event({"type": "transcript.text.delta", "delta": delta})
        except Exception as error:
            yield event(errors.openai(errors.as_api_error(error)))
            return
        yield event({"type": "transcript.text.done", "text": "".join(parts)})


def event(data: dict[str, Any] | msgspec.Struct) -> bytes:
    """A server-sent event."""
    return b"data: " + msgspec.json.encode(data) + b"\n\n"

"""OpenAI's shape for text to speech (https://platform.openai.com/docs/api-reference/audio/createSpeech)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, Literal

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct

from app.speech_api import describing, errors, openai_models
from app.speech_api.audio_formats import MAX_SPEED, MIN_SPEED, Format
from app.speech_api.client_ways import Tag, language
from app.speech_api.native_voices import begun, streamed
from app.speech_api.openai_audio import event
from app.speech_api.services import SpeechServices
from app.speech_api.synthesis import Wanted

AnyRequest = Request[Any, Any, Any]

_NAMES: Final = "alloy, ash, ballad, cedar, coral, echo, fable, marin, nova, onyx, sage, shimmer, verse"
THEIRS: Final = frozenset(_NAMES.split(", "))
"""OpenAI's own voices, which stand for the best one here."""


class CustomVoice(Struct, frozen=True):
    """A voice by its id."""

    id: str


class SpeechBody(Struct, frozen=True):
    """What to say; other fields are ignored, as there are models of OpenAI's that ignore them."""

    model: str
    input: str
    voice: str | CustomVoice = "alloy"
    """One of OpenAI's, an engine, a voice of one, or a cloned voice."""
    response_format: Format = "mp3"
    speed: Annotated[float, Meta(ge=MIN_SPEED, le=MAX_SPEED)] = 1.0
    stream_format: Literal["audio", "sse"] = "audio"
    language: Tag | None = None
    """Ours: found out from the text where it is missing."""


@post("/audio/speech", status_code=200, tags=["OpenAI"], responses=describing.AUDIO)
async def speech_(request: AnyRequest, speech: NamedDependency[SpeechServices], data: JSONBody[SpeechBody]) -> Stream:
    """Speak a text, as OpenAI does; the audio is sent as it is made."""
    holder = await speech.access.admit(request, "speak")
    engine = await openai_models.check(speech.redis, data.model, "speak")
    named = data.voice if isinstance(data.voice, str) else data.voice.id
    voice = engine if named in THEIRS else named
    wanted = Wanted(data.input, language(data.language), voice, data.response_format, data.speed, engine)
    if data.stream_format == "audio":
        return await streamed(speech, holder, wanted)
    return Stream(_events(await begun(speech, holder, wanted)), media_type="text/event-stream", status_code=200)


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield event({"type": "speech.audio.delta", "audio": base64.b64encode(chunk).decode()})
    except Exception as error:
        yield event(errors.openai(errors.as_api_error(error)))
        return
    yield event({"type": "speech.audio.done"})

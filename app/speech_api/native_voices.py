"""Our own API: synthesis and voices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct

from app.auth.api_keys import Holder
from app.speech_api import describing, offers, upload
from app.speech_api.audio_formats import FORMS, MAX_SPEED, MIN_SPEED, Format
from app.speech_api.client_ways import Tag, language
from app.speech_api.errors import bad_request
from app.speech_api.services import SpeechServices
from app.speech_api.synthesis import Wanted
from app.speech_api.voices import MAX_REFERENCE_SECONDS
from app.tables import Voice

AnyRequest = Request[Any, Any, Any]

REFERENCE_MB = 25
CLONE = describing.body(
    "multipart/form-data",
    ("file", "name", "consent"),
    file="file: 3 to 60 s of one person speaking",
    name="string: What to call the voice",
    consent="string: The speaker's statement that they agree; it is stored with the time",
)


class SynthesizeBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to say."""

    text: str
    language: Tag | None = None
    """Found out from the text where it is missing."""
    voice: str | None = None
    """The id of one of `/voices`; the best for the language where it is missing."""
    format: Format = "mp3"
    speed: Annotated[float, Meta(ge=MIN_SPEED, le=MAX_SPEED)] = 1.0


class VoiceAnswer(Struct, frozen=True):
    """A voice."""

    id: str
    name: str
    kind: str
    """`engine` (its default voice in each language), `named` or `cloned`."""
    languages: list[str]
    low_quality: bool
    created_at: datetime | None


@post("/synthesize", status_code=200, tags=["text to speech"], responses=describing.AUDIO)
async def synthesize(
    request: AnyRequest, speech: NamedDependency[SpeechServices], data: JSONBody[SynthesizeBody]
) -> Stream:
    """Speak a text; the audio is sent as it is made."""
    holder = await speech.access.admit(request, "speak")
    wanted = Wanted(data.text, language(data.language), data.voice, data.format, data.speed)
    return await streamed(speech, holder, wanted)


async def streamed(speech: SpeechServices, holder: Holder, wanted: Wanted) -> Stream:
    """The speech as a response that begins when its first sound is there.

    Raises:
        ApiError: it cannot be made.
    """
    chunks = await begun(speech, holder, wanted)
    return Stream(chunks, media_type=FORMS[wanted.format].media_type, status_code=200)


async def begun(speech: SpeechServices, holder: Holder, wanted: Wanted) -> AsyncIterator[bytes]:
    """The chunks of the speech, once the first is there.

    Raises:
        ApiError: it cannot be made.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(speech.access.working(holder))
        chunks = await stack.enter_async_context(aclosing(speech.synthesis.encoded(holder, wanted)))
        first = await anext(chunks, b"")
        if not first:
            raise bad_request("There is nothing in this text that can be spoken.", "nothing_to_say")
        rest = stack.pop_all()
    return _rest(first, chunks, rest)


async def _rest(first: bytes, chunks: AsyncIterator[bytes], stack: AsyncExitStack) -> AsyncIterator[bytes]:
    async with stack:
        yield first
        async for chunk in chunks:
            yield chunk


@get("/voices", tags=["text to speech"])
async def voices(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> list[VoiceAnswer]:
    """The voices there are: those of engines that run now, and your cloned ones."""
    holder = await speech.access.admit(request, "speak")
    known = await offers.look(speech.redis)
    spoken = sorted({language for cloner in known.cloners for language in cloner.languages})
    engines = [
        VoiceAnswer(engine.name, engine.name, "engine", engine.languages, engine.low_quality, None)
        for engine in known.engines("speak")
    ]
    low_quality = {engine.name: engine.low_quality for engine in known.engines("speak")}
    named = [
        VoiceAnswer(voice.id, str(voice.named), "named", voice.languages, low_quality[voice.engine], None)
        for voice in offers.named_voices(known.engines("speak"))
    ]
    return [*engines, *named, *(_cloned(voice, spoken) for voice in await speech.voices.all(holder))]


@post("/clone-voice", status_code=201, tags=["text to speech"], operation_class=CLONE)
async def clone_voice(request: AnyRequest, speech: NamedDependency[SpeechServices]) -> VoiceAnswer:
    """Keep a recording as a voice to be imitated. Needs the speaker's consent; only you can use or delete it."""
    holder = await speech.access.admit(request, "clone")
    with speech.access.working(holder):
        async with speech.helpers.listener("reference", MAX_REFERENCE_SECONDS) as process:
            form = await upload.read(request, process, REFERENCE_MB * 1_000_000, speech.limits.upload_seconds)
            await process.close_input()
            name, consent = form.one("name"), form.one("consent")
            await speech.voices.check(holder, name, consent)
            (pcm,) = [pcm async for _, pcm in process.records()]
        voice = await speech.voices.add(holder, name, consent, pcm)
    cloners = (await offers.look(speech.redis)).cloners
    return _cloned(voice, sorted({language for cloner in cloners for language in cloner.languages}))


@delete("/voices/{voice:str}", tags=["text to speech"])
async def delete_voice(request: AnyRequest, speech: NamedDependency[SpeechServices], voice: FromPath[str]) -> None:
    """Delete a cloned voice: its recording, everything derived from it, and the record of it."""
    holder = await speech.access.admit(request, "clone")
    await speech.voices.delete(holder, voice)


def _cloned(voice: Voice, languages: list[str]) -> VoiceAnswer:
    return VoiceAnswer(voice.id, voice.name, "cloned", languages, False, voice.created_at)

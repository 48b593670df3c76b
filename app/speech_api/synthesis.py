"""Speaking text, in any voice and form, as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import msgspec
from redis.asyncio import Redis

from app.auth.api_keys import Holder
from app.settings.speech_api import Limits
from app.speech_api import metrics, offers
from app.speech_api.audio_formats import MAX_SPEED, MIN_SPEED, Format
from app.speech_api.errors import ApiError, bad_request, unavailable
from app.speech_api.helpers import Helpers, Process
from app.speech_api.offers import EngineVoice, Offers
from app.speech_api.records import SIZE_HEADER
from app.speech_api.text import TextService
from app.speech_api.text_pieces import cut
from app.speech_api.voices import VoiceService
from app.speech_api.worker_client import WorkerClient, new_request
from tasks.wire.queues import SYNTHESIZE
from tasks.wire.requests import ClonedVoice, SpokenPart, Synthesis

PIECE_CHARS: Final = 300
"""Characters of one message: about 20 s of speech."""
CHUNK_BYTES: Final = 16 * 1024


@dataclass(frozen=True)
class Wanted:
    """What is to be heard, and how."""

    text: str
    language: str | None
    """None: found out from the text."""
    voice: str | None
    """An engine, a voice of one, or the id of a cloned voice; None: the best for the language."""
    format: Format
    speed: float = 1.0
    engine: str | None = None
    """The engine whose voices are meant first, where several have one of that name."""


class SynthesisService:
    """Makes speech."""

    def __init__(
        self,
        redis: Redis,
        workers: WorkerClient,
        helpers: Helpers,
        text: TextService,
        voices: VoiceService,
        limits: Limits,
    ) -> None:
        self._redis = redis
        self._workers = workers
        self._helpers = helpers
        self._text = text
        self._voices = voices
        self._limits = limits

    async def encoded(self, holder: Holder, wanted: Wanted) -> AsyncGenerator[bytes, None]:
        """The speech, chunk by chunk; everything that can be refused is refused before the first.

        Raises:
            ApiError: the text, language, voice or speed cannot be used, or the workers cannot do it.
        """
        messages = await self._messages(holder, wanted)
        async with self._helpers.start("app.speech_api.encode", wanted.format, str(wanted.speed)) as process:
            feeding = asyncio.create_task(self._feed(process, messages))
            try:
                while chunk := await process.output.read(CHUNK_BYTES):
                    yield chunk
                await feeding
            finally:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)

    async def _messages(self, holder: Holder, wanted: Wanted) -> list[Synthesis]:
        self._check(wanted)
        known = await offers.look(self._redis)
        if not known.beats:
            raise offers.nobody()
        language = wanted.language or await self._language(wanted.text, known)
        voice, clone = await self._voice(holder, known, wanted, language)
        return [
            Synthesis(
                request=new_request(),
                deadline=0.0,
                text=piece,
                language=language,
                voice=voice.engine if voice else None,
                named=voice.named if voice else None,
                clone=clone,
            )
            for line in wanted.text.splitlines()
            for piece in cut(line, language, PIECE_CHARS)
        ]

    def _check(self, wanted: Wanted) -> None:
        if not any(character.isalnum() for character in wanted.text):
            raise bad_request("There is nothing to say in this text.", "nothing_to_say")
        if len(wanted.text) > self._limits.speech_chars:
            most = self._limits.speech_chars
            raise ApiError(413, "text_too_long", f"More than {most} characters: send the text in several requests.")
        if not MIN_SPEED <= wanted.speed <= MAX_SPEED:
            raise bad_request(f"speed is {MIN_SPEED} to {MAX_SPEED:.0f}.")

    async def _language(self, text: str, known: Offers) -> str:
        found = await self._text.detect(text, known.spoken)
        if not found:
            raise bad_request("The language of this text cannot be told: name it.", "language_unknown")
        return next(iter(found))

    async def _voice(
        self, holder: Holder, known: Offers, wanted: Wanted, language: str
    ) -> tuple[EngineVoice | None, ClonedVoice | None]:
        """The engine's voice or the cloned voice that is wanted; neither: the best there is."""
        name = wanted.voice
        if name is None:
            known.need_spoken(language)
            return None, None
        if (voice := known.voice(name, wanted.engine)) is not None:
            if language not in voice.languages:
                speaks = ", ".join(voice.languages)
                raise bad_request(f"{name} does not speak {language}, only {speaks}: choose another voice.", "voice")
            return voice, None
        clone = await self._voices.ready(holder, name)
        if not known.cloners:
            raise no_cloner()
        if not any(language in cloner.languages for cloner in known.cloners):
            raise bad_request(f"No engine here can imitate a voice in {language!r}.", "language")
        return None, clone

    async def _feed(self, process: Process, messages: list[Synthesis]) -> None:
        """Have every piece spoken, and give it to the encoder."""
        try:
            heard = 0.0
            for message in messages:
                async for rate, pcm in self._spoken(message):
                    heard += len(pcm) / 2 / rate
                    await process.write(SIZE_HEADER.pack(len(pcm)) + SIZE_HEADER.pack(rate) + pcm)
            metrics.SPOKEN.inc(heard)
        finally:
            await process.close_input()

    async def _spoken(self, message: Synthesis) -> AsyncIterator[tuple[int, bytes]]:
        asked = msgspec.structs.replace(message, deadline=self._workers.deadline())
        async with aclosing(self._workers.replies(SYNTHESIZE, asked, SpokenPart)) as parts:
            async for part in parts:
                if part.last:
                    return
                yield part.rate, await self._workers.fetch(asked.request, part.part)


def no_cloner() -> ApiError:
    """503: nobody can imitate a voice."""
    message = (
        "No live worker can imitate a voice: install an engine that does (`jbcalling models list` names them and their "
        "licences), then start a worker with it."
    )
    return unavailable("no_cloning_engine", message)

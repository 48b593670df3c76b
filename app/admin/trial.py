"""Trying a pair: a sentence is spoken, heard, translated and spoken again, stage by stage as in a call."""

from __future__ import annotations

import io
import secrets
import time
import wave
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from dramatiq import Broker
from redis.asyncio import Redis

from app.i18n import N_
from app.i18n import gettext as _
from app.speech_api.errors import ApiError
from app.speech_api.helpers import Helpers
from app.speech_api.worker_client import WorkerClient, new_request
from tasks.wire import keys
from tasks.wire.queues import SYNTHESIZE, TRANSCRIBE_SPEECH, TRANSLATE_TEXT
from tasks.wire.requests import SpokenPart, Synthesis, TextTranslation, Transcribed, Transcription, Translated

MAX_SENTENCE_CHARS: Final = 300
"""Characters of a sentence."""
SOUND_TTL_SECONDS: Final = 600
"""Seconds that one can listen to a stage."""
SPOKEN: Final = N_("spoken in %(language)s")
STAGE_SECONDS: Final = 30.0
"""Seconds for one stage."""


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline."""

    name: str
    seconds: float
    """From asking until the last of it was there."""
    first: float | None = None
    """Seconds until the first sound."""
    engine: str = ""
    text: str = ""
    language: str = ""
    sound: str = ""
    """Name under which the sound can be fetched."""
    terms: tuple[str, ...] = ()
    """Terms of the glossary that had a part in it."""
    draft: bool = False
    problem: str = ""
    """Why there is nothing; what to do."""


class Trial:
    """Tries pairs with the workers that serve calls."""

    def __init__(self, redis: Redis, broker: Broker, helpers: Helpers) -> None:
        self._redis = redis
        self._helpers = helpers
        self._workers = WorkerClient(redis, broker, STAGE_SECONDS)

    async def run(self, text: str, source: str, target: str) -> list[Stage]:
        """Every stage; where one fails the following go on with the text that was typed.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        spoken = await self._speak(SPOKEN, text, source)
        stages = [spoken]
        if spoken.sound:
            heard = await self._hear(spoken.sound, source)
            stages.append(heard)
            text = heard.text or text
        if source != target:
            translated = await self._translate(text, source, target)
            stages.append(translated)
            if translated.text:
                stages.append(await self._speak(SPOKEN, translated.text, target))
        return stages

    async def sound(self, name: str) -> bytes | None:
        """A WAV file of one stage; None when it is gone."""
        data = await self._redis.get(keys.tried(name))
        return data if isinstance(data, bytes) else None

    async def _speak(self, name: str, text: str, language: str) -> Stage:
        began, first, engine, rate, pieces = time.monotonic(), None, "", 0, list[bytes]()
        message = Synthesis(
            request=new_request(), deadline=self._workers.deadline(), text=text, language=language, terms=True
        )
        try:
            async with aclosing(self._workers.replies(SYNTHESIZE, message, SpokenPart)) as parts:
                async for part in parts:
                    if part.last:
                        break
                    first = first or time.monotonic() - began
                    engine, rate = part.engine, part.rate
                    pieces.append(await self._workers.fetch(message.request, part.part))
        except ApiError as error:
            return Stage(name, time.monotonic() - began, language=language, problem=error.detail)
        if not pieces:
            return Stage(name, time.monotonic() - began, language=language, problem=_("Nothing in it can be spoken."))
        sound = secrets.token_hex(16)
        seconds = time.monotonic() - began
        await self._redis.set(keys.tried(sound), _wav(b"".join(pieces), rate), ex=SOUND_TTL_SECONDS)
        return Stage(name, seconds, first, engine, text, language, sound)

    async def _hear(self, sound: str, language: str) -> Stage:
        name, began = N_("heard in %(language)s"), time.monotonic()
        try:
            pieces = await self._speech(sound)
            began = time.monotonic()  # a call's audio is decoded as it comes
            answers = [await self._transcribe(pcm, language) for pcm in pieces]
        except ApiError as error:
            return Stage(name, time.monotonic() - began, language=language, problem=error.detail)
        seconds, text = time.monotonic() - began, " ".join(answer.text for answer in answers if answer.text)
        if not text:
            return Stage(name, seconds, language=language, problem=_("Nothing was understood."))
        terms = tuple(term for answer in answers for term in answer.terms)
        return Stage(name, seconds, None, answers[0].engine, text, language, terms=terms)

    async def _speech(self, sound: str) -> list[bytes]:
        """The stretches of speech in a sound, 16 kHz, as they are found in uploads."""
        pieces: list[bytes] = []
        async with self._helpers.listener("file", 120) as process:
            await process.write(await self.sound(sound) or b"")
            await process.close_input()
            async for record, pcm in process.records():
                if record.kind not in {"end", "audio"}:
                    pieces.append(pcm)
        return pieces

    async def _transcribe(self, pcm: bytes, language: str) -> Transcribed:
        message = Transcription(
            request=new_request(),
            deadline=self._workers.deadline(),
            samples=len(pcm) // 2,
            language=language,
            terms=True,
        )
        return await self._workers.ask(TRANSCRIBE_SPEECH, message, Transcribed, pcm)

    async def _translate(self, text: str, source: str, target: str) -> Stage:
        name, began = N_("translated into %(language)s"), time.monotonic()
        message = TextTranslation(
            request=new_request(),
            deadline=self._workers.deadline(),
            texts=[text],
            source=source,
            target=target,
            terms=True,
        )
        try:
            answer = await self._workers.ask(TRANSLATE_TEXT, message, Translated)
        except ApiError as error:
            return Stage(name, time.monotonic() - began, language=target, problem=error.detail)
        seconds, terms = time.monotonic() - began, tuple(answer.terms)
        return Stage(name, seconds, None, answer.engine, answer.texts[0], target, "", terms, answer.draft)


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return file.getvalue()

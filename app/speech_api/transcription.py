"""Transcribing what a listening process has found to be speech."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from redis.asyncio import Redis

from app.settings.speech_api import Limits
from app.speech_api import offers, upload
from app.speech_api.helpers import Helpers, Process
from app.speech_api.records import SpeechRecord
from app.speech_api.upload import AnyRequest, Form
from app.speech_api.worker_client import WorkerClient, new_request
from tasks.wire.queues import TRANSCRIBE_SPEECH
from tasks.wire.requests import Effort, SpokenWord, Transcribed, Transcription

IN_FLIGHT: Final = 2
"""Pieces of one file that are asked for at once: a worker has the next at hand, and others get their turn."""


@dataclass(frozen=True)
class Segment:
    """A stretch of speech; times are seconds from the start of the audio."""

    start: float
    end: float
    text: str
    language: str
    confidence: float
    engine: str
    words: list[SpokenWord] | None


@dataclass(frozen=True)
class Wanted:
    """How to transcribe."""

    language: str | None = None
    """None: found out for each utterance, see `memory`."""
    words: bool = False
    effort: Effort = "thorough"
    memory: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each language was spoken before: "Okay." alone does not tell."""


class Memory:
    """How long each language was spoken so far."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @property
    def seconds(self) -> dict[str, float]:
        """Language → seconds."""
        return dict(self._seconds)

    @property
    def usual(self) -> str | None:
        """The language that was spoken longest; None as long as nobody has spoken."""
        return max(self._seconds, key=self._seconds.__getitem__, default=None)

    def add(self, record: SpeechRecord, answer: Transcribed) -> None:
        """Count what was heard."""
        if answer.text and answer.language:
            spoken = self._seconds.get(answer.language, 0.0)
            self._seconds[answer.language] = spoken + record.speech_end - record.speech_start


class FileTranscription:
    """One file on its way to text."""

    def __init__(self, workers: WorkerClient, source: Process, wanted: Wanted) -> None:
        self.seconds = 0.0
        """Length of the audio, known at the end."""
        self._memory = Memory()
        self._workers = workers
        self._source = source
        self._wanted = wanted

    @property
    def language(self) -> str | None:
        """The language given, or the one that was spoken longest; None as long as nobody has spoken."""
        return self._wanted.language or self._memory.usual

    async def segments(self) -> AsyncIterator[Segment]:
        """Every stretch that has text, in order, as soon as it is known.

        Raises:
            ApiError: the audio cannot be used, or the workers cannot do it.
        """
        pending: deque[tuple[SpeechRecord, asyncio.Task[Transcribed]]] = deque()
        try:
            async for record, pcm in self._source.records():
                if record.kind == "end":
                    self.seconds = record.seconds
                    break
                pending.append((record, asyncio.create_task(self._ask(pcm))))
                # Where the language is to be found out each piece waits for what the one before tells.
                while len(pending) >= (IN_FLIGHT if self._wanted.language else 1):
                    if segment := await self._done(*pending.popleft()):
                        yield segment
            while pending:
                if segment := await self._done(*pending.popleft()):
                    yield segment
        finally:
            for _, task in pending:
                task.cancel()
            await asyncio.gather(*(task for _, task in pending), return_exceptions=True)

    async def _ask(self, pcm: bytes) -> Transcribed:
        return await ask(self._workers, pcm, replace(self._wanted, memory=self._memory.seconds))

    async def _done(self, record: SpeechRecord, task: asyncio.Task[Transcribed]) -> Segment | None:
        answer = await task
        if not answer.text:
            return None
        self._memory.add(record, answer)
        return segment_of(record, answer)


async def ask(workers: WorkerClient, pcm: bytes, wanted: Wanted) -> Transcribed:
    """What one piece is heard as.

    Raises:
        ApiError: the workers cannot do it.
    """
    message = Transcription(
        request=new_request(),
        deadline=workers.deadline(),
        samples=len(pcm) // 2,
        language=wanted.language,
        memory=dict(wanted.memory),
        words=wanted.words,
        effort=wanted.effort,
    )
    return await workers.ask(TRANSCRIBE_SPEECH, message, Transcribed, pcm)


def segment_of(record: SpeechRecord, answer: Transcribed) -> Segment:
    """The answer with its place in the audio."""
    words = answer.words and [
        SpokenWord(
            text=word.text,
            start=round(record.start + word.start, 3),
            end=round(record.start + word.end, 3),
            probability=round(word.probability, 3),
        )
        for word in answer.words
    ]
    start, end = round(record.speech_start, 3), round(record.speech_end, 3)
    return Segment(start, end, answer.text, answer.language or "", round(answer.confidence, 3), answer.engine, words)


class TranscriptionService:
    """Takes uploads."""

    def __init__(self, redis: Redis, workers: WorkerClient, helpers: Helpers, limits: Limits) -> None:
        self._redis = redis
        self._workers = workers
        self._helpers = helpers
        self._limits = limits

    @asynccontextmanager
    async def uploaded(self, request: AnyRequest) -> AsyncIterator[tuple[Form, Process]]:
        """The fields of an upload, and the process that has its file, for the length of the block.

        Raises:
            ApiError: nobody transcribes, the upload is malformed or too large, too many are being worked on.
        """
        (await offers.look(self._redis)).need_transcribed(None)
        async with self._helpers.listener("file", self._limits.audio_seconds) as process:
            limits = self._limits
            form = await upload.read(request, process, limits.upload_mb * 1_000_000, limits.upload_seconds)
            await process.close_input()
            yield form, process

    async def start(self, process: Process, wanted: Wanted) -> FileTranscription:
        """The file of `process` on its way to text.

        Raises:
            ApiError: nobody transcribes this language.
        """
        (await offers.look(self._redis)).need_transcribed(wanted.language)
        return FileTranscription(self._workers, process, wanted)

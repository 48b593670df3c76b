"""One live stream on its way to captions: interim ones while somebody speaks, a final one for every sentence.

Interims only grow, and the final one begins with the words that they showed: nothing that was sent is taken back. A
sentence is over as soon as the next one has begun, while the speaker goes on.
Finals are asked for one after the other and in order; while one is being waited for, nothing more is taken from the
listening process, so that a sender who is faster than the workers is held up, not buffered. Interims are asked for
one at a time; those that become due meanwhile are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.speech_api.errors import ApiError
from app.speech_api.growing_sentences import GrowingSentences, Sentence
from app.speech_api.helpers import Process
from app.speech_api.records import SpeechRecord
from app.speech_api.transcription import Memory, Wanted, ask, segment_of
from app.speech_api.worker_client import WorkerClient
from tasks.wire.messages import sentence_id
from tasks.wire.requests import Effort, Transcribed

Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class _Interim:
    """An ask for an utterance that goes on."""

    record: SpeechRecord
    task: asyncio.Task[Transcribed]


class Stream:
    """Reads what a listening process hears, and sends captions."""

    def __init__(self, workers: WorkerClient, source: Process, wanted: Wanted, send: Send) -> None:
        self._workers = workers
        self._source = source
        self._wanted = wanted
        self._send = send
        self._memory = Memory()
        self._interim: _Interim | None = None
        self._sentences = GrowingSentences()
        self._telling = asyncio.Lock()  # an ask that is dropped is not to be dropped while it tells
        self._language = wanted.language
        """Of what was sent last."""
        self._over_until = 0.0  # in seconds: where the newest sentence that is over ends

    async def run(self) -> None:
        """Send captions until the audio ends, then `end`.

        Raises:
            ApiError: the audio cannot be used, or the workers cannot do it.
        """
        try:
            async for record, pcm in self._source.records():
                if record.kind == "end":
                    await self._send({"type": "end", "seconds": round(record.seconds, 3)})
                elif record.final:
                    await self._finish(record, pcm)
                elif self._interim is None or self._interim.task.done():
                    if self._interim is not None:
                        self._interim.task.result()
                    task = asyncio.create_task(self._hypothesis(record, pcm))
                    self._interim = _Interim(record, task)
        finally:
            if self._interim is not None:
                self._interim.task.cancel()  # also while it tells: who reads nothing more keeps nobody waiting
            await self._drop_interim()

    async def _hypothesis(self, record: SpeechRecord, pcm: bytes) -> Transcribed:
        """Ask, and show what two hypotheses agree on; what was shown never changes."""
        answer = await ask(self._workers, pcm, self._now("usual"))
        async with self._telling:
            await self._tell(record, answer, self._sentences.grown(answer))
        return answer

    async def _finish(self, record: SpeechRecord, pcm: bytes) -> None:
        answer = await self._ready(record) or await ask(self._workers, pcm, self._now("thorough"))
        await self._drop_interim()
        found, self._sentences = self._sentences.finished(answer), GrowingSentences()
        self._memory.add(record, answer)
        await self._tell(record, answer, found)

    async def _tell(self, record: SpeechRecord, answer: Transcribed, sentences: Sequence[Sentence]) -> None:
        if sentences:
            self._language = answer.language or self._language
        heard = segment_of(record, answer)
        for sentence in sentences:
            words = heard.words[sentence.words] if heard.words and sentence.words else None
            # Sentences have their times from different hypotheses, which may differ by some tenths of a second.
            start = max(self._over_until, words[0].start if words and sentence.number else heard.start)
            followed = sentence.over and sentence is not sentences[-1]
            end = max(start, words[-1].end if words and followed else heard.end)
            if sentence.over:
                self._over_until = end
            caption: dict[str, Any] = {
                "type": "final" if sentence.over else "interim",
                "id": sentence_id(str(record.seq), sentence.number),
                "segment": record.seq,
                "sentence": sentence.number,
                "start": start,
                "end": end,
                "text": sentence.text,
                "language": self._language,
            }
            if sentence.over:
                caption |= {"confidence": heard.confidence, "engine": answer.engine}
                if self._wanted.words and words is not None:
                    caption["words"] = msgspec.to_builtins(words)
            await self._send(caption)

    async def _ready(self, record: SpeechRecord) -> Transcribed | None:
        """The answer that was asked for when the pause began, if it will do for good."""
        interim = self._interim
        if interim is None or (interim.record.seq, interim.record.revision) != (record.seq, record.revision):
            return None
        answer = await interim.task
        return answer if answer.settled else None

    def _now(self, effort: Effort) -> Wanted:
        # The times of words are those of sentences.
        return Wanted(self._wanted.language, words=True, effort=effort, memory=self._memory.seconds)

    async def _drop_interim(self) -> None:
        """Forget the interim that is under way; one that failed says so at the final, which asks the same workers."""
        interim, self._interim = self._interim, None
        if interim is not None:
            async with self._telling:
                interim.task.cancel()
            await asyncio.gather(interim.task, return_exceptions=True)


def close_code(error: ApiError) -> int:
    """The WebSocket close code for an error: 4000 and its HTTP status."""
    return 4000 + error.status_code

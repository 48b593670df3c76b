"""Translating text and telling its language, whatever the shape of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis

from app.settings.speech_api import Limits
from app.speech_api import metrics, offers
from app.speech_api.errors import ApiError, bad_request
from app.speech_api.text_pieces import Lines
from app.speech_api.worker_client import WorkerClient, new_request
from tasks.wire.queues import DETECT_LANGUAGE, TRANSLATE_TEXT
from tasks.wire.requests import Detected, Detection, TextTranslation, Translated

AUTO: Final = "auto"
"""The source language that means: find out."""
DETECTED_CHARS: Final = 1_000
"""Of a text so many tell its language."""


@dataclass(frozen=True)
class Translations:
    """Several texts in another language."""

    texts: list[str]
    source: str
    confidence: float | None
    """Of the detection, 0 to 1; None where the source was given."""
    engine: str
    draft: bool


class TextService:
    """Translates and detects."""

    def __init__(self, redis: Redis, workers: WorkerClient, limits: Limits) -> None:
        self._redis = redis
        self._workers = workers
        self._limits = limits

    async def translate(self, texts: list[str], source: str, target: str) -> Translations:
        """Every text in `target`.

        Args:
            texts: what to translate; line breaks are kept.
            source: its language, or `AUTO`.
            target: the language wanted.

        Raises:
            ApiError: too long, a pair that nobody translates, no worker, no answer in time.
        """
        self._check_length(texts)
        known = await offers.look(self._redis)
        if not known.beats:
            raise offers.nobody()
        confidence = None
        if source == AUTO:
            source, confidence = await self._source(" ".join(texts))
        if source == target or not any(text.strip() for text in texts):
            return Translations(texts, source, confidence, "", False)
        known.need_pair(source, target)
        lines, answers = Lines(texts, source), list[Translated]()
        for lot in lines.messages():
            message = TextTranslation(
                request=new_request(), deadline=self._workers.deadline(), texts=lot, source=source, target=target
            )
            answers.append(await self._workers.ask(TRANSLATE_TEXT, message, Translated))
        metrics.TRANSLATED.inc(sum(map(len, texts)))
        translated = lines.joined([text for answer in answers for text in answer.texts])
        return Translations(translated, source, confidence, answers[-1].engine, any(answer.draft for answer in answers))

    async def detect(self, text: str) -> dict[str, float]:
        """Language → probability, the most likely first; empty where nothing can be told.

        Raises:
            ApiError: no worker, no answer in time.
        """
        self._check_length([text])
        if not (await offers.look(self._redis)).beats:
            raise offers.nobody()
        message = Detection(request=new_request(), deadline=self._workers.deadline(), text=text[:DETECTED_CHARS])
        return (await self._workers.ask(DETECT_LANGUAGE, message, Detected)).languages

    async def _source(self, text: str) -> tuple[str, float]:
        found = await self.detect(text)
        if not found:
            raise bad_request("The language of this text cannot be told: name it as the source.", "language_unknown")
        return next(iter(found.items()))

    def _check_length(self, texts: list[str]) -> None:
        most = self._limits.text_chars
        if sum(map(len, texts)) > most:
            raise ApiError(413, "text_too_long", f"More than {most} characters: send the text in several requests.")

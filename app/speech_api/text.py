"""Translating text and telling its language, whatever the shape of the request."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis

from app.settings.speech_api import Limits
from app.speech_api import metrics, offers
from app.speech_api.errors import ApiError
from app.speech_api.offers import Offers
from app.speech_api.text_pieces import Lines
from app.speech_api.worker_client import WorkerClient, new_request
from tasks.languages.literals import has_words
from tasks.wire.queues import DETECT_LANGUAGE, TRANSLATE_TEXT
from tasks.wire.requests import Detected, Detection, TextTranslation, Translated

AUTO: Final = "auto"
"""The source language that means: find out."""
DETECTED_CHARS: Final = 1_000
"""Of a text so many tell its language."""


@dataclass(frozen=True)
class Found:
    """The language of one text."""

    source: str
    confidence: float
    """0 to 1; 0 where the text has no words."""


@dataclass(frozen=True)
class Translations:
    """Several texts in another language."""

    texts: list[str]
    sources: list[str]
    """The language of each."""
    found: list[Found]
    """What was found out of each; empty where the source was given."""
    engine: str
    """Of the first that was translated; empty where there was nothing to translate."""
    draft: bool

    @property
    def source(self) -> str:
        """The language of the first text with words."""
        return next((one.source for one in self.found if one.confidence), self.sources[0] if self.sources else "")


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
        found = await self._sources(texts, target, known) if source == AUTO else []
        sources = [one.source for one in found] or [source] * len(texts)
        done = list(texts)
        answers = list[Translated]()
        wanted = [(language, text) for language, text in zip(sources, texts, strict=True) if has_words(text)]
        for language in dict.fromkeys(language for language, _ in wanted if language != target):
            places = [place for place, one in enumerate(sources) if one == language]
            known.need_pair(language, target)
            lines = Lines([texts[place] for place in places], language)
            parts = [await self._asked(lot, language, target) for lot in lines.messages()]
            translated = lines.joined([text for part in parts for text in part.texts])
            for place, text in zip(places, translated, strict=True):
                done[place] = text
            answers += parts
        metrics.TRANSLATED.inc(sum(map(len, texts)))
        engine = answers[0].engine if answers else ""
        return Translations(done, sources, found, engine, any(answer.draft for answer in answers))

    async def _asked(self, texts: list[str], source: str, target: str) -> Translated:
        message = TextTranslation(
            request=new_request(), deadline=self._workers.deadline(), texts=texts, source=source, target=target
        )
        return await self._workers.ask(TRANSLATE_TEXT, message, Translated)

    async def detect(self, text: str, among: Collection[str] = ()) -> dict[str, float]:
        """Language → probability, the most likely first; empty where nothing can be told.

        Args:
            text: what somebody wrote.
            among: what a short text is in one of; empty: what is translated here.

        Raises:
            ApiError: no worker, no answer in time.
        """
        self._check_length([text])
        known = await offers.look(self._redis)
        if not known.beats:
            raise offers.nobody()
        among = among or {language for pair in known.pairs for language in pair}
        return (await self._detected([text], among))[0]

    async def _detected(self, texts: list[str], among: Collection[str]) -> list[dict[str, float]]:
        message = Detection(
            request=new_request(),
            deadline=self._workers.deadline(),
            texts=[text[:DETECTED_CHARS] for text in texts],
            among=sorted(among),
        )
        return (await self._workers.ask(DETECT_LANGUAGE, message, Detected)).languages

    async def _sources(self, texts: list[str], target: str, known: Offers) -> list[Found]:
        """The language of each text; of one that has no words, that of the others, or the target's."""
        among = {target, *(one for one, other in known.pairs if other == target)}
        found = [next(iter(languages.items()), None) for languages in await self._detected(texts, among)]
        usual = next((language for language, _ in filter(None, found)), target)
        return [Found(*one) if one else Found(usual, 0.0) for one in found]

    def _check_length(self, texts: list[str]) -> None:
        most = self._limits.text_chars
        if sum(map(len, texts)) > most:
            raise ApiError(413, "text_too_long", f"More than {most} characters: send the text in several requests.")

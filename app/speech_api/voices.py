"""Cloned voices: who owns them, that the speaker agreed, and the reference recording."""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
import uuid
import wave
from pathlib import Path
from typing import Final

import redis as blocking
from redis.asyncio import Redis
from sqlalchemy import delete, func, select

from app.auth.api_keys import Holder
from app.db import Sessions
from app.speech_api.errors import ApiError, bad_request
from app.speech_api.records import REFERENCE_RATE
from app.tables import ApiKey, Voice
from app.visible import clean
from tasks.wire import cache, keys
from tasks.wire.requests import ClonedVoice

MIN_REFERENCE_SECONDS: Final = 3.0
MAX_REFERENCE_SECONDS: Final = 60.0
"""Seconds of a reference: less says too little of a voice, more says nothing new."""
MAX_CONSENT_CHARS: Final = 2_000
SPACELESS: Final = ("CJK ", "HIRAGANA ", "KATAKANA ", "THAI ", "LAO ", "KHMER ", "MYANMAR ")
"""Scripts that put no spaces between words."""
REFERENCE_TTL_SECONDS: Final = 600
"""Seconds that a reference stays in Redis for the workers."""


def says_something(consent: str) -> bool:
    """Whether it is a statement, not a ticked box ("yes", "ok"): two words, or as much in a script without spaces."""
    words = re.findall(r"[^\W\d_]+", consent)
    return len(words) >= 2 or any(sum(map(_spaceless, word)) >= 3 for word in words)


def _spaceless(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(SPACELESS)


class VoiceService:
    """The cloned voices. To everybody but its owner a voice does not exist."""

    def __init__(self, sessions: Sessions, redis: Redis, cache_client: blocking.Redis, folder: Path, most: int) -> None:
        self._sessions = sessions
        self._redis = redis
        self._cache_client = cache_client
        self._folder = folder
        self._most = most

    async def check(self, holder: Holder, name: str, consent: str) -> None:
        """See that the holder may add such a voice.

        Raises:
            ApiError: the name is missing, the consent is missing, or the holder has too many voices.
        """
        if not 0 < len(clean(name, 80)) <= 80:
            raise bad_request("Give the voice a name of 1 to 80 characters.", "name")
        example = "for instance: I, Ana Silva, agree that this recording is used to imitate my voice."
        if not consent.strip():
            message = f"A voice is cloned only with its speaker's consent. Send it in the field `consent`, {example}"
            raise bad_request(message, "consent_missing")
        if len(consent.strip()) > MAX_CONSENT_CHARS:
            raise bad_request(f"The consent has more than {MAX_CONSENT_CHARS} characters.", "consent_too_long")
        if not says_something(consent):
            message = f"The consent is kept as it is given: send it as a sentence, {example}"
            raise bad_request(message, "consent_unclear")
        query = select(func.count()).select_from(Voice).where(Voice.owner_id == holder.id)
        async with self._sessions() as session:
            if ((await session.scalar(query)) or 0) >= self._most:
                raise ApiError(409, "too_many_voices", f"{self._most} voices are the limit: delete one first.")

    async def add(self, holder: Holder, name: str, consent: str, pcm: bytes) -> Voice:
        """Keep a voice.

        Raises:
            ApiError: the reference is too short.
        """
        seconds = len(pcm) / 2 / REFERENCE_RATE
        if seconds < MIN_REFERENCE_SECONDS:
            raise bad_request(
                f"The reference has {seconds:.1f} s, at least {MIN_REFERENCE_SECONDS:.0f} s are needed.", "too_short"
            )
        voice = Voice(
            id=uuid.uuid4().hex,
            owner_id=holder.id,
            name=clean(name, 80),
            consent=consent.strip(),
            seconds=round(seconds, 3),
        )
        await asyncio.to_thread(_write, self._path(voice.id), pcm)
        try:
            async with self._sessions.begin() as session:
                session.add(voice)
        except BaseException:
            await asyncio.to_thread(self._path(voice.id).unlink, missing_ok=True)
            raise
        return voice

    async def all(self, holder: Holder) -> list[Voice]:
        """The holder's voices, the oldest first."""
        query = select(Voice).where(Voice.owner_id == holder.id).order_by(Voice.created_at)
        async with self._sessions() as session:
            return list((await session.scalars(query)).all())

    async def ready(self, holder: Holder, voice: str) -> ClonedVoice:
        """The voice, its reference laid ready for the workers.

        Raises:
            ApiError: 404, the holder has no such voice, or its reference is lost.
        """
        await self._find(holder, voice)
        try:
            pcm = await asyncio.to_thread(_read, self._path(voice))
        except FileNotFoundError:
            raise ApiError(
                404, "reference_lost", "The recording of this voice is lost: delete it and clone it again."
            ) from None
        await self._redis.set(keys.voice_reference(voice), pcm, ex=REFERENCE_TTL_SECONDS)
        return ClonedVoice(id=voice, rate=REFERENCE_RATE)

    async def delete(self, holder: Holder, voice: str) -> None:
        """Delete one of the holder's voices, see `erase`.

        Raises:
            ApiError: 404, the holder has no such voice.
            redis.RedisError: Redis does not answer.
        """
        await self._find(holder, voice)
        await self.erase(voice)

    async def every(self) -> list[tuple[Voice, ApiKey]]:
        """Every voice with the key that made it, revoked or not, the oldest first; for the operator."""
        query = select(Voice, ApiKey).join(ApiKey, Voice.owner_id == ApiKey.id).order_by(Voice.created_at)
        async with self._sessions() as session:
            return [(voice, key) for voice, key in await session.execute(query)]

    async def erase(self, voice: str) -> bool:
        """Delete the recording, all that was made of it, and the row; False when there is no such voice.

        May be repeated where it failed half-way. Whoever may delete whose voices is the caller's business.

        Raises:
            redis.RedisError: Redis does not answer; the row stays, so that it can be tried again.
        """
        async with self._sessions() as session:
            if await session.get(Voice, voice) is None:
                return False
        await asyncio.to_thread(self._path(voice).unlink, missing_ok=True)
        await self._redis.delete(keys.voice_reference(voice))  # first: from now on nothing new is derived
        derived = [key async for key in self._redis.scan_iter(match=keys.voice_everything(voice), count=1_000)]
        if derived:
            await self._redis.delete(*derived)
        await asyncio.to_thread(cache.forget, self._cache_client, "audio", voice)
        async with self._sessions.begin() as session:
            await session.execute(delete(Voice).where(Voice.id == voice))
        return True

    async def _find(self, holder: Holder, voice: str) -> Voice:
        query = select(Voice).where(Voice.id == voice, Voice.owner_id == holder.id)
        async with self._sessions() as session:
            found = (await session.scalars(query)).first()
        if found is None:
            raise ApiError(404, "no_such_voice", f"You have no voice {voice[:60]!r}: see GET /api/v1/voices.")
        return found

    def _path(self, voice: str) -> Path:
        return self._folder / f"{voice}.wav"


def _write(path: Path, pcm: bytes) -> None:
    """Write a reference that only this user can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw,
        wave.open(raw, "wb") as file,
    ):
        file.setparams((1, 2, REFERENCE_RATE, 0, "NONE", "not compressed"))
        file.writeframes(pcm)


def _read(path: Path) -> bytes:
    with path.open("rb") as raw, wave.open(raw) as file:
        return bytes(file.readframes(file.getnframes()))

"""Everybody's cloned voices, for whoever answers for them."""

from __future__ import annotations

from sqlalchemy import select

from app.auth.api_keys import Holder
from app.db import Sessions
from app.models import ApiKey, Voice
from app.speech_api.voices import VoiceService


class VoiceAdmin:
    """Raises as `app.speech_api.voices.VoiceService` does."""

    def __init__(self, sessions: Sessions, voices: VoiceService) -> None:
        self._sessions = sessions
        self._voices = voices

    async def everybodys(self) -> list[tuple[Voice, str]]:
        """Every voice with its owner's name, the newest first."""
        query = select(Voice, ApiKey.name).join(ApiKey, ApiKey.id == Voice.owner_id)
        async with self._sessions() as session:
            found = await session.execute(query.order_by(Voice.created_at.desc()))
            return [(voice, owner) for voice, owner in found]

    async def remove(self, voice_id: str) -> str | None:
        """Delete a voice as its owner would; its name, None where there is no such voice."""
        async with self._sessions() as session:
            voice = await session.get(Voice, voice_id)
        if voice is None:
            return None
        await self._voices.delete(Holder(voice.owner_id, "", frozenset()), voice_id)
        return voice.name

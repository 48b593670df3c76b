"""What the handlers of the speech APIs work with."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from app.auth.api_keys import ApiKeys
from app.db import Sessions
from app.settings import Settings
from app.speech_api.access import Access
from app.speech_api.limits import Limits
from app.speech_api.listener import Helpers
from app.speech_api.synthesis import SynthesisService
from app.speech_api.text import TextService
from app.speech_api.transcription import TranscriptionService
from app.speech_api.voices import VoiceService
from app.speech_api.worker_client import Desk
from tasks.wire.broker import broker


@dataclass(frozen=True)
class SpeechServices:
    """One of everything."""

    redis: Redis
    limits: Limits
    access: Access
    desk: Desk
    text: TextService
    transcription: TranscriptionService
    helpers: Helpers
    voices: VoiceService
    synthesis: SynthesisService


def create(redis: Redis, settings: Settings, sessions: Sessions) -> SpeechServices:
    """The services of this process."""
    broker.connect(settings.tasks.redis_url)
    limits = Limits()
    desk, helpers = Desk(redis, limits.answer_seconds), Helpers(limits.listeners)
    text = TextService(redis, desk, limits)
    voices = VoiceService(sessions, redis, settings.var_dir / "voices", limits.voices)
    return SpeechServices(
        redis=redis,
        limits=limits,
        access=Access(ApiKeys(sessions), limits),
        desk=desk,
        text=text,
        transcription=TranscriptionService(redis, desk, helpers, limits),
        helpers=helpers,
        voices=voices,
        synthesis=SynthesisService(redis, desk, helpers, text, voices, limits),
    )

"""What the handlers of the speech APIs work with."""

from __future__ import annotations

from dataclasses import dataclass

from dramatiq import Broker
from redis.asyncio import Redis

from app.auth.api_keys import ApiKeys
from app.db import Sessions
from app.limits.at_once import AtOnce
from app.limits.shared import Shared
from app.settings.speech_api import Limits
from app.settings.web import WebSettings
from app.speech_api.access import Access
from app.speech_api.helpers import Helpers
from app.speech_api.synthesis import SynthesisService
from app.speech_api.text import TextService
from app.speech_api.transcription import TranscriptionService
from app.speech_api.voices import VoiceService
from app.speech_api.worker_client import WorkerClient
from tasks.wire.redis_client import connect


@dataclass(frozen=True)
class SpeechServices:
    """One of everything."""

    redis: Redis
    limits: Limits
    access: Access
    workers: WorkerClient
    text: TextService
    transcription: TranscriptionService
    helpers: Helpers
    voices: VoiceService
    synthesis: SynthesisService


def create(
    redis: Redis, broker: Broker, settings: WebSettings, sessions: Sessions, shared: Shared, at_once: AtOnce
) -> SpeechServices:
    """The services of this process."""
    limits = settings.speech
    workers, helpers = WorkerClient(redis, broker, limits.answer_seconds), Helpers(limits.listeners)
    text = TextService(redis, workers, limits)
    voices = VoiceService(
        sessions, redis, connect(settings.tasks.redis_url), settings.var_dir / "voices", limits.voices
    )
    return SpeechServices(
        redis=redis,
        limits=limits,
        access=Access(ApiKeys(sessions), limits, shared, at_once),
        workers=workers,
        text=text,
        transcription=TranscriptionService(redis, workers, helpers, limits),
        helpers=helpers,
        voices=voices,
        synthesis=SynthesisService(redis, workers, helpers, text, voices, limits),
    )

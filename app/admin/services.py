"""What the administration's handlers work with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import structlog
from dramatiq import Broker
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.admin.audit import Audit
from app.admin.configuration import ConfigurationAdmin
from app.admin.glossary import Glossary
from app.admin.model_jobs import ModelAdmin
from app.admin.rooms import RoomAdmin
from app.admin.storage import Storage
from app.admin.trial import Trial
from app.admin.worker_survey import WorkerSurvey
from app.auth.admins import Admins
from app.auth.api_keys import ApiKeys
from app.auth.second_factor import SecondFactors
from app.db import Sessions
from app.duty import Duty
from app.limits.shared import Shared
from app.rooms.sfu import SfuOperator
from app.settings.web import WebSettings
from app.sign_in.under_way import SignIns
from app.speech_api.services import SpeechServices
from app.speech_api.voices import VoiceService
from tasks.wire.waiting import Waits

LOOK_EVERY: Final = 5.0
"""Seconds between looks at what is to be done without being asked."""
DUTY_SECONDS: Final = 8.0
"""Seconds after which another `web` looks, where one has died."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AdminServices:
    """One of everything."""

    settings: WebSettings
    admins: Admins
    factors: SecondFactors
    sign_ins: SignIns
    audit: Audit
    rooms: RoomAdmin
    configuration: ConfigurationAdmin
    workers: WorkerSurvey
    trial: Trial
    models: ModelAdmin
    glossary: Glossary
    api_keys: ApiKeys
    voices: VoiceService
    storage: Storage
    redis: Redis
    waits: Waits
    duty: Duty
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a password or a code is checked, so that guesses come one after the other and each is counted."""

    async def run(self) -> None:
        """Close rooms in time, tell workers what is set and forget old entries, for ever, in one process at a time.

        Run it as a task.
        """
        await self.duty.look(LOOK_EVERY, self._look)

    async def _look(self) -> None:
        try:
            await self.rooms.close_due()
            if ended := await self.rooms.end_strays():
                log.warning("admin.calls_ended_in_closed_rooms", calls=ended)
            await self.configuration.publish()
            await self.audit.tidy()
        except (SQLAlchemyError, RedisError, OSError) as error:
            log.warning("admin.not_looked_after", error=type(error).__name__)


def create(
    settings: WebSettings,
    sessions: Sessions,
    redis: Redis,
    broker: Broker,
    waits: Waits,
    speech: SpeechServices,
    sfu: SfuOperator,
    shared: Shared,
) -> AdminServices:
    """The services of this process."""
    configuration = ConfigurationAdmin(sessions, redis)
    return AdminServices(
        settings=settings,
        admins=Admins(sessions),
        factors=SecondFactors(sessions, settings.second_factor_secret),
        sign_ins=SignIns(settings.oidc, shared),
        audit=Audit(sessions),
        rooms=RoomAdmin(sessions, sfu),
        configuration=configuration,
        workers=WorkerSurvey(redis, broker),
        trial=Trial(redis, broker, speech.helpers),
        models=ModelAdmin(redis, broker),
        glossary=Glossary(sessions, redis, configuration),
        api_keys=ApiKeys(sessions),
        voices=speech.voices,
        storage=Storage(settings, settings.backup, sessions, redis),
        redis=redis,
        waits=waits,
        duty=Duty(redis, "admin", DUTY_SECONDS),
    )

"""Asking workers on behalf of an administrator, who would rather read that nobody answers than wait for a minute."""

from __future__ import annotations

import time
from typing import Final

from dramatiq import Broker
from redis.asyncio import Redis

from app.speech_api import offers
from app.speech_api.errors import ApiError
from app.speech_api.worker_client import WorkerClient, new_request
from tasks.wire.administration import Surveyed
from tasks.wire.queues import SURVEY
from tasks.wire.requests import Survey

ANSWER_SECONDS: Final = 5.0
"""Seconds until a page is shown without an answer."""


class WorkerSurvey:
    """What any worker can tell."""

    def __init__(self, redis: Redis, broker: Broker) -> None:
        self._redis = redis
        self._workers = WorkerClient(redis, broker, ANSWER_SECONDS)

    async def survey(self) -> Surveyed | None:
        """What is installed where a worker runs, and what could be chosen; None when no worker answers.

        Raises:
            redis.RedisError: Redis does not answer.
        """
        if not (await offers.look(self._redis)).beats:
            return None
        message = Survey(request=new_request(), deadline=time.time() + ANSWER_SECONDS)
        try:
            return await self._workers.ask(SURVEY, message, Surveyed)
        except ApiError:
            return None

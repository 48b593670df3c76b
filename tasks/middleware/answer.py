"""Tells whoever waits for an API request that its actor failed or was given up."""

from __future__ import annotations

import logging
from collections.abc import Callable

import dramatiq
import redis
from dramatiq.middleware import Middleware

from tasks import keys
from tasks.engines.base import EngineError
from tasks.requests import replies
from tasks.requests.messages import Failed

logger = logging.getLogger(__name__)


class Answer(Middleware):
    """Sends `Failed` for messages of the batch queue. Nothing is retried: whoever asked can ask again."""

    def __init__(self, store: Callable[[], redis.Redis]) -> None:
        self._store = store

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """React to an exception."""
        if isinstance(exception, EngineError):
            self._send(message, Failed(reason="engine", message=str(exception)[:500]))
        elif exception is not None:
            text = "the worker failed: its log has the reason"  # the exception may quote what was said
            self._send(message, Failed(reason="bug", message=text))

    def after_skip_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """React to a message that another middleware refused."""
        self._send(message, Failed(reason="given_up", message="workers died over this request again and again"))

    def _send(self, message: dramatiq.MessageProxy, failed: Failed) -> None:
        if message.queue_name != keys.BATCH:
            return
        request = message.args[0].get("request") if message.args and isinstance(message.args[0], dict) else None
        if not isinstance(request, str):
            logger.error("A malformed %s message was dropped", message.actor_name)
            return
        logger.warning("Request %s: %s", request, failed.message)
        replies.send(self._store(), request, failed)

"""Tells whoever waits for an API request that its actor failed or was given up."""

from __future__ import annotations

import logging

import dramatiq

from tasks.actors import replies
from tasks.engines.base import EngineError
from tasks.middleware.failed_messages import FailedMessages
from tasks.wire import keys
from tasks.wire.requests import Failed

logger = logging.getLogger(__name__)


class FailureReply(FailedMessages):
    """Sends `Failed` for messages of the batch queue. Nothing is retried: whoever asked can ask again."""

    def concerns(self, queue: str) -> bool:
        """Requests of the APIs."""
        return queue == keys.BATCH

    def tell(self, message: dramatiq.MessageProxy, exception: BaseException | None) -> None:
        """Answer the request."""
        request = message.args[0].get("request") if message.args and isinstance(message.args[0], dict) else None
        if not isinstance(request, str):
            logger.error("A malformed %s message was dropped", message.actor_name)
            return
        failed = _failed(exception)
        logger.warning("Request %s: %s", request, failed.message)
        replies.send(self._client, request, failed)


def _failed(exception: BaseException | None) -> Failed:
    if exception is None:
        return Failed(reason="given_up", message="workers died repeatedly while processing this request")
    if isinstance(exception, EngineError):
        return Failed(reason="engine", message=str(exception)[:500])
    # Of any other exception nothing is passed on: it may quote what was said.
    return Failed(reason="bug", message="the worker failed: its log has the reason")

"""Measures how long messages wait and how long actors take, and logs it for what is final."""

from __future__ import annotations

import threading
import time

import dramatiq
import structlog
from dramatiq.middleware import Middleware

from tasks import metrics
from tasks.wire import keys

log = structlog.get_logger(__name__)


class ActorMetrics(Middleware):
    """Feeds the queue-wait and actor histograms."""

    def __init__(self) -> None:
        self._local = threading.local()

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """Note the wait since the message was made, and the start."""
        self._local.waited = max(0.0, time.time() - message.message_timestamp / 1000)
        queue = "own" if keys.is_own(message.queue_name) else message.queue_name
        metrics.QUEUE_WAIT.labels(queue).observe(self._local.waited)
        self._local.started, self._local.used = time.monotonic(), time.process_time()

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """Note the duration, and failures."""
        took = time.monotonic() - self._local.started
        metrics.ACTOR_SECONDS.labels(message.actor_name).observe(took)
        if (about := _about(message)) is not None:
            log.info(
                "actor.done",
                actor=message.actor_name,
                waited_ms=round(1000 * self._local.waited),
                took_ms=round(1000 * took),
                # Of the whole process: more than its own where another actor was at work meanwhile.
                cpu_ms=round(1000 * (time.process_time() - self._local.used)),
                failed=exception is not None,
                **about,
            )
        if exception is not None:
            metrics.FAILURES.labels(message.actor_name).inc()


def _about(message: dramatiq.MessageProxy) -> dict[str, str] | None:
    """Ids of what a message is about, for the log; None for interim asks, of which there are too many."""
    payload = message.args[0] if message.args else None
    if not isinstance(payload, dict):
        return {}
    if "request" in payload:
        return {"request": str(payload["request"])}
    segment = payload.get("segment", payload)
    if not isinstance(segment, dict) or not segment.get("final", True):
        return None
    language = payload.get("target") or payload.get("language") or ""
    return {"segment": str(segment.get("id")), "room": str(segment.get("room")), "language": str(language)}

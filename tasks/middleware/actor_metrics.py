"""Measures how long messages wait, how long actors take and what of the processor, and logs it for what is final."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import dramatiq
import structlog
from dramatiq.middleware import Middleware

from tasks import metrics
from tasks.wire import keys

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Work:
    """A message that is being worked on."""

    actor: str
    processor: float = 0.0
    """Seconds of it so far."""


class ProcessorShares:
    """What the process uses of the processor, shared out evenly among the actors that are at work at that moment.

    Engines work in threads of their own, so that only the process knows what they use. For several threads at a time.
    """

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        """`clock`: seconds of the processor that the process has used."""
        self._clock = clock
        self._at = clock()
        self._working: list[Work] = []
        self._lock = threading.Lock()

    def begin(self, actor: str) -> Work:
        """A message is being worked on from now on."""
        with self._lock:
            self._share()
            self._working.append(work := Work(actor))
            return work

    def end(self, work: Work) -> float:
        """It is done; seconds of the processor that it used."""
        with self._lock:
            self._share()
            self._working.remove(work)
            return work.processor

    def _share(self) -> None:
        now = self._clock()
        used, self._at = now - self._at, now
        for work in self._working:
            work.processor += used / len(self._working)


class ActorMetrics(Middleware):
    """Feeds the queue-wait and actor histograms, and the counter of what actors use of the processor."""

    def __init__(self) -> None:
        self._local = threading.local()
        self._shares = ProcessorShares()

    def before_process_message(self, broker: dramatiq.Broker, message: dramatiq.MessageProxy) -> None:  # noqa: ARG002
        """Note the wait since the message was made, and the start."""
        self._local.waited = max(0.0, time.time() - message.message_timestamp / 1000)
        queue = "own" if keys.is_own(message.queue_name) else message.queue_name
        metrics.QUEUE_WAIT.labels(queue).observe(self._local.waited)
        self._local.started, self._local.work = time.monotonic(), self._shares.begin(message.actor_name)

    def after_process_message(
        self,
        broker: dramatiq.Broker,  # noqa: ARG002
        message: dramatiq.MessageProxy,
        *,
        result: object = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        """Note the duration, and failures."""
        took, used = time.monotonic() - self._local.started, self._shares.end(self._local.work)
        metrics.ACTOR_SECONDS.labels(message.actor_name).observe(took)
        metrics.PROCESSOR.labels(message.actor_name).inc(used)
        about, final = _about(message)
        log.log(
            logging.INFO if final else logging.DEBUG,
            "actor.done",
            actor=message.actor_name,
            waited_ms=round(1000 * self._local.waited),
            took_ms=round(1000 * took),
            cpu_ms=round(1000 * used),
            failed=exception is not None,
            **about,
        )
        if exception is not None:
            metrics.FAILURES.labels(message.actor_name).inc()


def _about(message: dramatiq.MessageProxy) -> tuple[dict[str, str], bool]:
    """Ids of what a message is about, for the log; and whether it is of what is final, unlike most of a call's."""
    payload = message.args[0] if message.args else None
    if not isinstance(payload, dict):
        return {}, True
    if "request" in payload:
        return {"request": str(payload["request"])}, True
    segment = payload.get("segment", payload)
    if not isinstance(segment, dict):
        return {}, False
    language = payload.get("target") or payload.get("language") or ""
    about = {"segment": str(segment.get("id")), "room": str(segment.get("room")), "language": str(language)}
    if "piece" in payload:
        about["piece"] = str(payload["piece"])
    return about, bool(segment.get("final", True))

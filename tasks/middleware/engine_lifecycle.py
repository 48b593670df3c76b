"""Loads the engines when a worker process boots, after the fork, and tells the world what it serves."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

import dramatiq
import msgspec
import prometheus_client
import redis
from dramatiq.middleware import Middleware

from tasks import broker as broker_in_use
from tasks import operator_choices, serving
from tasks.adoption import AdoptionThread
from tasks.engine_reload import ReloadThread
from tasks.engines.base import EngineError
from tasks.engines.choose import PreferenceError
from tasks.heartbeat import HeartbeatThread
from tasks.models.spec import ModelError
from tasks.settings import WorkerSettings
from tasks.wire import keys

logger = logging.getLogger(__name__)


class EngineLifecycle(Middleware):
    """Engines, heartbeat and metrics of a worker process. Only the engines of the consumed queues are loaded."""

    def __init__(self, store: Callable[[], redis.Redis], settings: WorkerSettings) -> None:
        self._store = store
        self._settings = settings
        self._heartbeat: HeartbeatThread | None = None
        self._adoption: AdoptionThread | None = None
        self._reload: ReloadThread | None = None

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Load the engines; end the process when a queue would have none."""
        try:
            operator_choices.refresh(self._store())
        except (redis.RedisError, msgspec.DecodeError) as error:
            logger.warning("Starting without the administrators' settings: %s", error)
        try:
            self._reload = ReloadThread(_queues(worker), self._store())
            serving.load(_queues(worker), self._settings)
        except (ModelError, EngineError, PreferenceError) as error:
            logger.critical("This worker cannot start: %s", error)
            raise SystemExit(os.EX_CONFIG) from error
        _serve_metrics(self._settings.metrics_host, self._settings.metrics_port)

    def after_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Start the heartbeat: from now on messages are taken, and new models noticed."""
        name = broker_in_use.current().worker
        own = not worker.consumer_whitelist or keys.own_queue(name) in worker.consumer_whitelist
        self._heartbeat = HeartbeatThread(self._store(), name, serving.engines, _queues(worker), listens=own)
        self._heartbeat.start()
        self._adoption = AdoptionThread(broker_in_use.current(), name, lambda: _streams(own=own))
        self._adoption.start()
        if self._reload:
            self._reload.start()

    def before_worker_shutdown(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:  # noqa: ARG002
        """Stop the heartbeat before the last message is finished."""
        if self._reload:
            self._reload.stop()
        if self._adoption:
            self._adoption.stop()
        if self._heartbeat:
            self._heartbeat.stop()


def _queues(worker: dramatiq.Worker) -> list[str]:
    wanted = worker.consumer_whitelist or set(keys.QUEUES)
    return [queue for queue in keys.QUEUES if queue in wanted]


def _streams(*, own: bool) -> list[str]:
    return serving.engines().streams() if own else []


def _serve_metrics(host: str, port: int) -> None:
    if port == 0:
        return
    try:
        prometheus_client.start_http_server(port, addr=host)
    except OSError as error:
        logger.error("No metrics on port %d (%s): give each worker its own WORKER_METRICS_PORT, or 0", port, error)

"""Notices models that come or go while a worker runs, and has the engines loaded anew: no restart, no lost message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from typing import Final

import msgspec
import redis

from tasks import offers, operator_choices, registry, serving
from tasks.engines.base import EngineError
from tasks.engines.choose import PreferenceError
from tasks.models.spec import ModelError
from tasks.wire.environment import TaskConfig

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 2.0
"""Seconds between looks at what is installed; where nothing has changed, a look reads the times of a few folders."""


class ReloadThread(threading.Thread):
    """Loads what has been installed and drops what has been removed, until `stop`.

    Make it before the engines are loaded for the first time: what comes while they are is noticed, too.
    """

    def __init__(self, queues: Collection[str], client: redis.Redis) -> None:
        super().__init__(name="reload", daemon=True)
        self._queues = queues
        self._client = client
        self._stopped = threading.Event()
        self._stamp = _stamp()
        self._seen = offers.names()

    def run(self) -> None:
        """Look every `LOOK_SECONDS`."""
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.look()
            except (ModelError, EngineError, PreferenceError, OSError, redis.RedisError, msgspec.DecodeError) as error:
                logger.error("Keeping the present engines: %s", error)

    def look(self) -> bool:
        """Renew the engines where something has come or gone, or other ones were chosen; whether it has."""
        chosen = operator_choices.refresh(self._client)
        if not self._installed() and not chosen:
            return False
        logger.info("Installed or chosen engines have changed: loading")
        serving.load(self._queues, TaskConfig())
        return True

    def _installed(self) -> bool:
        """Whether something has come or gone since the last look."""
        stamp = _stamp()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        seen, self._seen = self._seen, offers.names()
        return seen != self._seen

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()


def _stamp() -> tuple[object, ...]:
    """Differs whenever there may be more or less to load than there was."""
    return registry.stamp(), offers.availability()

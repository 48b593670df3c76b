"""What a worker was hearing when it died, another goes on with: it looks for such segments and takes them over."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec
import redis

from tasks import metrics, streams
from tasks.taking import WorkerBroker
from tasks.wire import keys
from tasks.wire.queues import enqueue, listen_by

LOOK_SECONDS: Final = 0.5
"""Seconds between looks."""

DEAD_AFTER_SECONDS: Final = 2.0
"""Seconds without a new heartbeat after which a worker's segments are taken over. One that was only slow finds that
they are another's by now: nothing is lost or doubled, only heard twice."""

logger = logging.getLogger(__name__)


class AdoptionThread(threading.Thread):
    """Takes over until `stop`."""

    def __init__(self, broker: WorkerBroker, worker: str, languages: Callable[[], list[str]]) -> None:
        """`languages` are those that this process hears as streams."""
        super().__init__(name="adoption", daemon=True)
        self._broker = broker
        self._worker = worker
        self._languages = languages
        self._seen: dict[str, tuple[bytes, float]] = {}
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look every `LOOK_SECONDS`."""
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.look(time.monotonic())
            except (redis.RedisError, OSError, msgspec.DecodeError) as error:
                logger.warning("Cannot look for what dead workers were hearing: %s", type(error).__name__)

    def look(self, now: float) -> int:
        """Take over what dead workers were hearing; how many segments that were.

        Raises:
            redis.RedisError: Redis does not answer.
            OSError: the broker does not.
            msgspec.DecodeError: the ask for a segment is of another version.
        """
        languages = self._languages()
        return sum(self._adopt(owner, languages) for owner in self._dead(now)) if languages else 0

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def _dead(self, now: float) -> list[str]:
        client = self._broker.store
        others = [owner for owner in streams.owners(client) if owner != self._worker]
        beats = [client.get(keys.heartbeat(owner)) for owner in others]
        seen: dict[str, tuple[bytes, float]] = {}
        dead: list[str] = []
        for owner, beat in zip(others, beats, strict=True):
            if not isinstance(beat, bytes):
                dead.append(owner)
                continue
            last, since = self._seen.get(owner, (b"", now))
            seen[owner] = (beat, since if last == beat else now)
            if now - seen[owner][1] > DEAD_AFTER_SECONDS:
                dead.append(owner)
        self._seen = seen
        return dead

    def _adopt(self, dead: str, languages: list[str]) -> int:
        client, count = self._broker.store, 0
        for segment in streams.owned(client, dead):
            found = streams.load(client, segment)
            if found is not None and found.ask.language not in languages:
                continue  # for another worker
            ask = streams.adopt(client, segment, dead, self._worker)
            if ask is not None:
                logger.warning("listening.adopted segment=%s from=%s", segment, dead)
                metrics.ADOPTED.inc()
                enqueue(self._broker, listen_by(self._worker), ask)
                count += 1
        if not streams.owned(client, dead):
            streams.forget_owner(client, dead)
        return count

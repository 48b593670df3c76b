"""What the installer says to pages: how far it is, once a second, for as long as it lives."""

from __future__ import annotations

import logging
import socket
import threading
import time
from typing import Final

import redis
from msgspec.structs import replace

from tasks.wire import keys
from tasks.wire.administration import Hindrance, Installing, Progress
from tasks.wire.messages import encode

SAY_SECONDS: Final = 1.0
"""Seconds between two notes: pages ask less often."""
NOT_YET: Final = 99
"""Percent, at most, until all of it is verified and in place."""

logger = logging.getLogger(__name__)


class Notes(threading.Thread):
    """Says how far the installer is until `stop`; nothing here raises, whatever becomes of Redis."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(name="notes", daemon=True)
        host = "".join(letter if letter.isalnum() or letter == "-" else "-" for letter in socket.gethostname())
        self._client = client
        self._lock = threading.Lock()
        self._now = Installing(host=host[:60], at=0.0, state="complete")
        self._looked = False
        self._work: Progress | None = None
        self._heard = True
        self._stopped = threading.Event()
        self._share = _Share(0, 1, 1)

    def run(self) -> None:
        """Say it every `SAY_SECONDS`."""
        while not self._stopped.wait(SAY_SECONDS):
            self._say()

    def stop(self) -> None:
        """Say no more, and have nobody wait for it."""
        self._stopped.set()
        self.join()
        try:
            self._client.hdel(keys.INSTALLING, self._now.host)
        except redis.RedisError as error:
            logger.warning("The last note could not be withdrawn and will expire: %s", error)

    def idle(self, state: str, languages: list[str], hindrances: list[Hindrance], again_at: float | None) -> None:
        """Nothing is being installed: `complete`, `forbidden`, or `failed` and tried again later."""
        said = {"state": state, "languages": languages, "hindrances": hindrances, "again_at": again_at}
        self._change(replace(self._now, model="", percent=0, seconds_left=None, **said))

    def begin(self, model: str, languages: list[str], share: tuple[int, int, int]) -> None:
        """A model is being installed; `share`: bytes of all that is needed before it, of it, and in all."""
        self._share = _Share(*share)
        percent = self._share.percent(0)
        running = replace(self._now, state="running", languages=languages, model=model, percent=percent)
        self._work = Progress(name=model, action="install", state="running", said="Working", at=time.time())
        self._change(replace(running, seconds_left=None, hindrances=[], again_at=None))

    def line(self, text: str) -> None:
        """A line for a person."""
        logger.info("%s", text)
        self._note(said=text)

    def meter(self, label: str, done: int, total: int) -> None:
        """How far one download is."""
        self._note(said=label, done=done, total=total)
        arrived = self._share.arrived(label, done)
        with self._lock:
            left = self._share.seconds_left(arrived)
            self._now = replace(self._now, percent=self._share.percent(arrived), seconds_left=left)

    def end(self, failure: str = "") -> None:
        """The model is installed, or is not and why."""
        self._note(state="failed" if failure else "done", said=failure or "Installed; every digest is right.")
        self._say()
        self._work = None

    def _note(self, **changes: object) -> None:
        with self._lock:
            if self._work is not None:
                self._work = replace(self._work, at=time.time(), **changes)

    def _change(self, now: Installing) -> None:
        with self._lock:
            self._now, self._looked = now, True
        self._say()

    def _say(self) -> None:
        with self._lock:
            now, work = replace(self._now, at=time.time()), self._work
        if not self._looked:
            return
        try:
            self._client.hset(keys.INSTALLING, now.host, encode(now))
            self._client.expire(keys.INSTALLING, keys.INSTALLING_TTL)
            if work is not None:
                work = replace(work, said=work.said[:1_000])
                self._client.set(keys.model_work(work.name), encode(work), ex=keys.MODEL_WORK_TTL)
            self._heard = True
        except redis.RedisError as error:
            if self._heard:
                logger.warning("Redis does not answer, so nobody sees how far the installation is: %s", error)
            self._heard = False


class _Share:
    """How much of all that is needed one model is, and how fast it comes."""

    def __init__(self, before: int, size: int, total: int) -> None:
        self._before, self._size, self._total = before, size, max(1, total)
        self._files: dict[str, int] = {}
        self._first: tuple[float, int] | None = None

    def arrived(self, label: str, done: int) -> int:
        """Bytes of this model, whose files are told apart by their labels."""
        self._files[label] = done
        return min(self._size, sum(self._files.values()))

    def percent(self, arrived: int) -> int:
        """Of all that is needed."""
        return min(NOT_YET, 100 * (self._before + arrived) // self._total)

    def seconds_left(self, arrived: int) -> float | None:
        """At the speed since the first note of this model, which may have begun in an earlier run; None: unknown."""
        now = time.monotonic()
        if self._first is None:
            self._first = now, arrived
        since, first = self._first
        if arrived <= first or now <= since:
            return None
        return (self._total - self._before - arrived) * (now - since) / (arrived - first)

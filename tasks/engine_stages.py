"""In what order a worker becomes ready: what hears first, so that captions are there again before voices are."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

from tasks import serving
from tasks.engines.base import EngineError
from tasks.engines.choose import PreferenceError
from tasks.models.spec import ModelError
from tasks.taking import WorkerBroker
from tasks.wire import keys
from tasks.wire.environment import TaskConfig

UNUSABLE: Final = (ModelError, EngineError, PreferenceError)
"""What loading raises where a queue would have no engine, or a setting is wrong."""

logger = logging.getLogger(__name__)

MEASURE_AFTER: Final = 300.0
"""Seconds for calls that have waited for this worker: measuring would take the processor from them."""

ORDER: Final = tuple(reversed(keys.LIVE_QUEUES))
"""In which the engines of calls are loaded: whoever is heard is read first, and heard in another language last."""


class Stage(NamedTuple):
    """A part of getting ready."""

    loaded: list[str]
    """Queues whose engines are loaded then, those of the stages before among them."""
    opened: list[str]
    """Queues whose messages are taken from then on, beside those before."""


def stages(queues: Collection[str]) -> list[Stage]:
    """How a worker of these queues becomes ready, in order; at least one stage.

    Requests of APIs may ask for anything, and so wait until all of it is loaded.
    """
    live = [queue for queue in ORDER if queue in queues]
    found = [Stage(live[: count + 1], [queue]) for count, queue in enumerate(live)]
    others = [queue for queue in queues if queue not in live]
    if not others:
        return found or [Stage([], [])]
    last = found.pop() if found and keys.BATCH not in others else Stage([], [])
    return [*found, Stage([*queues], [*last.opened, *others])]


class LoadingThread(threading.Thread):
    """Goes through the stages that are left, opens their queues, and then calls `then`; measures engines after that.

    It ends the process where a stage fails: its messages would wait for it for ever. A failed measurement ends nothing.
    """

    def __init__(
        self, broker: WorkerBroker, left: Sequence[Stage], config: TaskConfig, then: Callable[[], None]
    ) -> None:
        super().__init__(name="loading", daemon=True)
        self._broker = broker
        self._left = left
        self._config = config
        self._then = then
        self._stopped = threading.Event()

    def run(self) -> None:
        """Load, stage by stage."""
        try:
            for stage in self._left:
                serving.load(stage.loaded, self._config)
                if self._stopped.is_set():
                    return
                self._broker.held -= {*stage.opened}
                logger.info("worker.opens queues=%s", ",".join(stage.opened))
            self._then()
        except UNUSABLE as error:
            logger.critical("This worker cannot go on: %s", error)
            _end(os.EX_CONFIG)
        except BaseException:
            logger.exception("This worker cannot go on")
            _end(os.EX_SOFTWARE)
        else:
            self._measure()

    def _measure(self) -> None:
        """What cannot be measured can be used all the same."""
        if self._stopped.wait(MEASURE_AFTER):
            return
        try:
            serving.measure_again(self._config)
        except Exception:
            logger.exception("Engines could not be measured again: what was known of them holds")

    def stop(self) -> None:
        """Open no further queue."""
        self._stopped.set()


def _end(status: int) -> None:
    logging.shutdown()
    os._exit(status)

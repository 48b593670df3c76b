"""The worker process: `python -m tasks.worker [--threads 6] [--queues stt translate]`.

Six threads: one for each queue, its own among them, of which a process takes one message at a time. More cores are used
by more processes (`MODEL_THREADS` times the processes should not exceed the cores), on this machine or on others.

`dramatiq tasks.worker --processes 1 --threads 6` does the same with a second process that watches over the first. That
one looks about once a second, so that it takes seconds to stop, and while the models load it hears of no signal.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
from types import FrameType
from typing import Final

import dramatiq.worker

from tasks import broker
from tasks.actors import registry
from tasks.middleware.engine_lifecycle import EngineLifecycle
from tasks.settings import WorkerSettings
from tasks.wire import keys, logs
from tasks.wire.environment import ending_in_one_line
from tasks.wire.queues import TRANSCRIBE

with ending_in_one_line():
    settings = WorkerSettings()
logs.configure("worker")

# Read when a consumer has lost Redis. Dramatiq's own 3 s would keep captions away longer than the outage did.
dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = 0.5

broker.use(broker.worker_broker(settings.redis_url, settings.broker_url))
lifecycle = EngineLifecycle(broker.store, settings)
broker.current().add_middleware(lifecycle)
registry.register(broker.current())

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
THREAD_LOOK_MS: Final = 100
"""Milliseconds between looks of an idle thread at whether it is to stop; messages wake it at once."""

logger = logging.getLogger(__name__)


def main() -> None:
    """Load the models and work until SIGTERM or SIGINT; a second signal ends it at once.

    What is under way is finished, or, after WORKER_STOP_SECONDS, left to other workers.

    Raises:
        SystemExit: a signal came before the first models were loaded, or there are none for a queue (`os.EX_CONFIG`).
    """
    options = argparse.ArgumentParser(prog="python -m tasks.worker", description="Takes work and does it.")
    options.add_argument("--threads", type=int, default=6, help="how many messages at once (6)")
    options.add_argument("--queues", nargs="*", help="only these; all where none is named")
    chosen = options.parse_args()
    for number in SIGNALS:
        signal.signal(number, _leave)
    logger.info("worker.loading")
    working = broker.current()
    queues = set(chosen.queues or ())
    if TRANSCRIBE.queue in queues:
        queues.add(keys.own_queue(working.worker))
    worker = dramatiq.Worker(working, queues=queues, worker_threads=chosen.threads, worker_timeout=THREAD_LOOK_MS)
    worker.start()
    _wait_for_signal()
    logger.info("worker.stopping")
    working.stop_fetching()
    worker.stop(timeout=round(settings.stop_seconds * 1000))
    working.close()
    unfinished = sum(thread.is_alive() for thread in worker.workers)
    if unfinished or lifecycle.loading:
        logger.info("worker.unfinished messages=%d", unfinished)
        logging.shutdown()
        os._exit(os.EX_OK)  # a model at work would be taken apart under its thread's hands
    gc.freeze()  # the interpreter would search half a gigabyte for garbage before it ends


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Nothing has been taken on yet, so that nothing need be finished."""
    raise SystemExit(os.EX_OK)


def _wait_for_signal() -> None:
    """Return when this process is asked to end. A second signal is then its end."""
    awake, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write)
    for number in SIGNALS:
        signal.signal(number, lambda number, _frame: signal.signal(number, signal.SIG_DFL))
    os.read(awake, 1)
    signal.set_wakeup_fd(-1)


if __name__ == "__main__":
    main()

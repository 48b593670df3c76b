"""Entry module of worker processes: `dramatiq tasks.worker --processes 1 --threads 5 [--queues stt]`.

Five threads: one for each queue, of which a process takes one message at a time. More cores are used by more processes
(`MODEL_THREADS` times the processes should not exceed the cores), on this machine or on others.
"""

from __future__ import annotations

import dramatiq.worker

from tasks import broker
from tasks.actors import registry
from tasks.middleware.engine_lifecycle import EngineLifecycle
from tasks.wire import logs
from tasks.wire.environment import TaskConfig

logs.configure("worker")

# Read when a consumer has lost Redis. Dramatiq's own 3 s would keep captions away longer than the outage did.
dramatiq.worker.CONSUMER_RESTART_DELAY_SECS = 0.5

broker.use(broker.worker_broker(TaskConfig().redis_url))
broker.current().add_middleware(EngineLifecycle(broker.store))
registry.register(broker.current())

"""What Prometheus is told about the parts that `web` looks at: queues, workers, Redis, dependencies, backups."""

from __future__ import annotations

from typing import Final

from prometheus_client import Gauge

from app.settings.backup import LAST_BACKUP

DEPENDENCY: Final = Gauge("jbc_dependency_state", "2 ok, 1 degraded, 0 down; the checks of /ready", ["dependency"])
WORKERS: Final = Gauge("jbc_workers", "Workers with a heartbeat; NaN while Redis does not answer")
SERVING: Final = Gauge("jbc_workers_serving", "Workers with a heartbeat that take from a queue", ["queue"])
DEPTH: Final = Gauge("jbc_queue_depth", "Messages waiting in a queue", ["queue"])
AGE: Final = Gauge("jbc_queue_age_seconds", "How long the oldest message of a queue has waited", ["queue"])
UNSTORED: Final = Gauge("jbc_captions_unstored_seconds", "Age of the oldest final caption not yet in the database")
REDIS_MEMORY: Final = Gauge("jbc_redis_memory_bytes", "Memory that Redis uses for data")
REDIS_LIMIT: Final = Gauge("jbc_redis_memory_limit_bytes", "Memory at which Redis drops what expires soonest; 0: none")
REDIS_EVICTED: Final = Gauge("jbc_redis_evicted_keys", "Keys evicted for lack of memory since Redis started")
REDIS_UPTIME: Final = Gauge("jbc_redis_uptime_seconds", "Since Redis started")
REDIS_CLIENTS: Final = Gauge("jbc_redis_clients", "Connections to Redis")
BACKUP: Final = Gauge(LAST_BACKUP, "When the last backup was verified by restoring it, epoch seconds; 0: never")

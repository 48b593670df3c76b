"""The cache as a worker uses it: where Redis does not answer, everything is a miss and the work is done instead."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import redis

from tasks import metrics
from tasks.broker import store
from tasks.wire import cache
from tasks.wire.cache import Kind, Part
from tasks.wire.environment import TaskConfig

logger = logging.getLogger(__name__)


def get(kind: Kind, parts: Sequence[Part]) -> bytes | None:
    """What was stored under these `parts`, None when nothing was or it had to go."""
    try:
        found = cache.get(store(), kind, parts)
    except redis.RedisError as error:
        _failed(kind, error)
        return None
    metrics.CACHE_LOOKUPS.labels(kind, "miss" if found is None else "hit").inc()
    return found


def put(kind: Kind, parts: Sequence[Part], value: bytes, *, tag: str = "") -> bool:
    """Store `value` within the size that the settings allow; False when it was not stored. See `tasks.wire.cache`."""
    config = TaskConfig()
    limit = config.translation_cache if kind == "translation" else config.audio_cache
    if not cache.fits(value, limit):
        return False
    try:
        evicted = cache.put(store(), kind, parts, value, limit=limit, tag=tag)
    except redis.RedisError as error:
        _failed(kind, error)
        return False
    metrics.CACHE_EVICTED.labels(kind).inc(evicted)
    return True


def _failed(kind: Kind, error: redis.RedisError) -> None:
    metrics.CACHE_FAILURES.labels(kind).inc()
    logger.warning("The %s cache is not used: %s", kind, error)

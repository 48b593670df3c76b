"""Messages for tests, of one English utterance that somebody reads and hears in Portuguese."""

from __future__ import annotations

import time
from typing import Any

import redis

from tasks import broker
from tasks.wire import keys
from tasks.wire.messages import DEFAULT_MAX_LAG_SECONDS, Segment, Timeline
from tasks.wire.queues import TRANSCRIBE, enqueue

max_lag = DEFAULT_MAX_LAG_SECONDS
"""Of all of them, but for those that say another; `conftest.patience` raises it."""


def segment(name: str = "room.anna.0", **changes: Any) -> Segment:  # noqa: ANN401
    """A final segment that ended just now, with the given fields changed."""
    now = time.time()
    fields: dict[str, Any] = {
        "id": name,
        "room": "room",
        "speaker": "anna",
        "bridge": "bridge",
        "seq": 0,
        "revision": 0,
        "final": True,
        "language": "en",
        "samples": 0,
        "read": ["pt"],
        "hear": ["pt"],
        "max_lag": max_lag,
        "timeline": Timeline(speech_start=now - 5, speech_end=now, closed=now),
    }
    return Segment(**{**fields, **changes})


def offered(store: redis.Redis, pcm: bytes, name: str = "room.anna.0", **changes: Any) -> Segment:  # noqa: ANN401
    """A segment whose audio lies in Redis, as the bridge leaves it there."""
    made = segment(name, samples=len(pcm) // 2, **changes)
    store.set(keys.pcm(made.id, made.revision), pcm, ex=keys.PCM_TTL)
    return made


def send(store: redis.Redis, pcm: bytes, name: str = "room.anna.0", **changes: Any) -> Segment:  # noqa: ANN401
    """A segment that has been sent to the workers."""
    sent = offered(store, pcm, name, **changes)
    enqueue(broker.current(), TRANSCRIBE, sent)
    return sent

"""What every part of a running bridge shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis.asyncio as aioredis

from app.media.bridge.config import MediaConfig
from app.media.bridge.keeper import Keeper
from app.media.bridge.listeners import Listeners
from app.media.bridge.metrics import Metrics
from app.media.bridge.sfu_client import SfuClient
from tasks.wire.queues import Work

Send = Callable[[Work[Any], Any], object]
"""What asks workers for some work, described by the message that goes with it."""


@dataclass(frozen=True)
class Services:
    """The outside world of one bridge."""

    bridge: str
    """The bridge's id, under which workers tell it about clips."""
    sfu: SfuClient
    redis: aioredis.Redis
    send: Send
    """Asks workers for something about a segment; blocks."""
    config: MediaConfig
    metrics: Metrics
    listeners: Listeners
    """Which worker hears whom as a stream."""
    keeper: Keeper
    """What is kept of calls."""
    fence: Callable[[str], int]
    """What this bridge's requests about a room carry, so that the SFU can tell them from a successor's; 0 once the room
    is another's."""

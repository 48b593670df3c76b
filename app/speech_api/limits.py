"""What one request, one key and this process may use at most, from the environment."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tasks.wire.environment import number, whole


@dataclass(frozen=True)
class Limits:
    """Every limit of the speech APIs."""

    requests_a_minute: int = field(default_factory=whole("API_REQUESTS_A_MINUTE", 120, 0, 1_000_000))
    """API_REQUESTS_A_MINUTE: of one key."""
    at_once: int = field(default_factory=whole("API_AT_ONCE", 4, 0, 10_000))
    """API_AT_ONCE: requests of one key that are being worked on, streams included."""
    upload_mb: int = field(default_factory=whole("API_UPLOAD_MB", 100, 1, 10_000))
    """API_UPLOAD_MB: megabytes of one audio file."""
    audio_seconds: int = field(default_factory=whole("API_AUDIO_SECONDS", 7_200, 1, 604_800))
    """API_AUDIO_SECONDS: length of one audio file or stream."""
    text_chars: int = field(default_factory=whole("API_TEXT_CHARS", 20_000, 1, 10_000_000))
    """API_TEXT_CHARS: characters of one translation request."""
    speech_chars: int = field(default_factory=whole("API_SPEECH_CHARS", 4_096, 1, 1_000_000))
    """API_SPEECH_CHARS: characters of one synthesis request (OpenAI's own limit by default)."""
    answer_seconds: float = field(default_factory=number("API_ANSWER_SECONDS", 60.0, 0.1, 3_600))
    """API_ANSWER_SECONDS: how long one piece of a request waits for its answer."""
    listeners: int = field(default_factory=whole("API_LISTENERS", 8, 0, 1_000))
    """API_LISTENERS: processes that decode audio at once, each about 60 MB."""
    voices: int = field(default_factory=whole("API_VOICES", 20, 0, 100_000))
    """API_VOICES: cloned voices of one key."""


class PerMinute:
    """Counts what happened in the last minute, per key, in this process's memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: dict[Hashable, deque[float]] = {}

    def wait(self, key: Hashable) -> float:
        """Count one more; 0.0 when it is within the limit, else the seconds to wait (and it does not count)."""
        now = time.monotonic()
        self._forget(now)
        seen = self._seen.setdefault(key, deque())
        if len(seen) >= self._limit:
            return seen[0] + 60.0 - now
        seen.append(now)
        return 0.0

    def _forget(self, now: float) -> None:
        for key, seen in list(self._seen.items()):
            while seen and seen[0] <= now - 60.0:
                seen.popleft()
            if not seen:
                del self._seen[key]


class AtOnce:
    """Counts what goes on at the same time, per key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: dict[Hashable, int] = {}

    @contextmanager
    def one(self, key: Hashable) -> Iterator[bool]:
        """Count one for the length of the block, if there is room: the value says whether there was."""
        running = self._running.get(key, 0)
        if running >= self._limit:
            yield False
            return
        self._running[key] = running + 1
        try:
            yield True
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]

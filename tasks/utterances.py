"""The utterances that this process hears as streams: their recognisers' state, which only memory holds."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import redis

from tasks import streams
from tasks.engines.base import Word
from tasks.engines.listening import ListeningRecogniser, Utterance
from tasks.streams import Heard
from tasks.wire.messages import STT_RATE, Segment
from tasks.wire.streams import SAMPLE_BYTES

IDLE_SECONDS: Final = 120.0
"""Seconds without further sound after which an utterance is forgotten; should more come, it is heard anew."""

MOST: Final = 64
"""Utterances that are remembered at most: some megabytes each."""


class SoundLostError(RuntimeError):
    """The sound of a segment is no longer in Redis."""


@dataclass
class Hearing:
    """One utterance. Not for several threads at a time."""

    recogniser: ListeningRecogniser
    utterance: Utterance
    hotwords: Sequence[str]
    samples: int = 0
    """How much has been heard, or need not be."""
    used: float = field(default_factory=time.monotonic)
    _ended: tuple[int, Sequence[Word]] | None = None
    _counted: int = 0

    def __post_init__(self) -> None:
        self.samples = self.utterance.skipped

    def hear(self, pcm: bytes) -> None:
        """Hear on."""
        import numpy as np

        samples = np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
        self.utterance.feed(samples)
        self.samples += samples.size
        self.used = time.monotonic()

    def decodings(self) -> int:
        """How often it has been decoded since this was asked last."""
        before, self._counted = self._counted, self.utterance.decodings
        return self._counted - before

    def certain(self) -> list[Word]:
        """The words that nothing changes any more."""
        return list(self.utterance.certain)

    def ended(self, samples: int) -> list[Word]:
        """All words, were the utterance over after so many samples; worked out once for the same number."""
        if self._ended is None or self._ended[0] != self.samples:
            self._ended = self.samples, self.utterance.ended()
        words = list(self._ended[1])
        return words if samples >= self.samples else [word for word in words if word.start < samples / STT_RATE]


class Utterances:
    """Those of one process."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Hearing] = OrderedDict()
        self._lock = threading.Lock()

    def hear(
        self,
        client: redis.Redis,
        segment: Segment,
        before: Heard,
        begin: Callable[[Sequence[Word]], Hearing],
    ) -> Hearing:
        """The utterance of `segment`, heard as far as that asks for.

        Where this process has not heard it so far, it hears all of it now, but for what its recogniser need not hear
        of what another was certain of.

        Raises:
            SoundLostError: Redis has not all of the sound.
        """
        with self._lock:
            hearing = self._known.pop(segment.id, None)
        if hearing is None or hearing.samples < before.samples:
            hearing = begin(before.words)
        missing = segment.samples - hearing.samples
        if missing > 0:
            pcm = streams.sound(client, segment.id, hearing.samples, segment.samples)
            if len(pcm) < missing * SAMPLE_BYTES:
                raise SoundLostError(segment.id)
            hearing.hear(pcm)
        with self._lock:
            self._known[segment.id] = hearing
            self._drop(time.monotonic() - IDLE_SECONDS)
        return hearing

    def forget(self, segment: str) -> None:
        """It is over."""
        with self._lock:
            self._known.pop(segment, None)

    def _drop(self, before: float) -> None:
        while self._known:
            oldest = next(iter(self._known))
            if len(self._known) <= MOST and self._known[oldest].used >= before:
                return
            del self._known[oldest]


utterances: Final = Utterances()
"""Those of this process."""

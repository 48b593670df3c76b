"""What was last said at a shared microphone, kept for a while: its language may have been taken for another."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final, NamedTuple

from app.auth.tokens import Mistaken
from tasks.wire.messages import Segment

KEPT: Final = 8
"""Utterances that are kept, the newest: 400 kB each at most."""
KEPT_SECONDS: Final = 180.0
"""How long."""
MOST_LEANING: Final = 3
"""Corrections in favour of one language that count."""


class _Kept(NamedTuple):
    since: float
    segment: Segment
    pcm: bytes


class Mistakes:
    """Those of one speaker."""

    def __init__(self, known: Mistaken | None) -> None:
        """`known`: the last mistake that has been put right already."""
        self.leaning: dict[str, int] = {}
        """How often each language was what another had been taken for; none more often than `MOST_LEANING`."""
        self._known = known
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, segment: Segment, pcm: bytes) -> None:
        """Keeps what is on its way to the workers, should somebody say that it was another language."""
        self._kept[segment.id] = _Kept(time.monotonic(), segment, pcm)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self._forget_old()

    def put_right(self, mistaken: Mistaken | None) -> tuple[Segment, bytes] | None:
        """What is to be recognised again, once; None where nothing new has been put right, or it is not kept any more.

        Who names no mistake any more has begun a new talk: nothing is learned from the one before, and nothing kept.
        """
        self._forget_old()
        if mistaken == self._known:
            return None
        self._known = mistaken
        if mistaken is None:
            self.leaning.clear()
            self._kept.clear()
            return None
        for language, count in self.leaning.items():
            self.leaning[language] = max(0, count - (language != mistaken.language))
        self.leaning[mistaken.language] = min(MOST_LEANING, self.leaning.get(mistaken.language, 0) + 1)
        kept = self._kept.pop(mistaken.segment, None)
        return (kept.segment, kept.pcm) if kept else None

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        while self._kept and next(iter(self._kept.values())).since < oldest:
            self._kept.popitem(last=False)

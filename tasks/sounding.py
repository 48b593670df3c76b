"""Until when what this process has spoken goes on sounding: what follows it need not come in a hurry till then."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

AHEAD_SECONDS: Final = 1.0
"""Of a dub that is still to sound, from which on its next piece is made as a whole: less work than in pieces
(docs/measurements/voices.md), and nobody waits for its first sound."""

MOST: Final = 256
"""Dubs that are remembered at most."""


class Sounding:
    """That of one process. For several threads at a time.

    Another worker may have spoken what was before, and playout may be late or hurry: then it is off, and what follows
    comes in pieces without need, or as a whole a little later.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: in seconds."""
        self._clock = clock
        self._until: OrderedDict[tuple[str, str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def spoken(self, room: str, speaker: str, language: str, seconds: float) -> None:
        """So much more of somebody's dub has been made, to be played after what there was."""
        dub, now = (room, speaker, language), self._clock()
        with self._lock:
            self._until[dub] = max(now, self._until.pop(dub, now)) + seconds
            if len(self._until) > MOST:
                self._until.popitem(last=False)

    def ahead(self, room: str, speaker: str, language: str) -> bool:
        """Whether enough of somebody's dub is still to sound that what follows may take its time."""
        now = self._clock()
        with self._lock:
            return self._until.get((room, speaker, language), now) - now >= AHEAD_SECONDS


sounding: Final = Sounding()
"""That of this process."""

"""Who is speaking now: dubs for people who share a device wait until that is over, and interpreters are heard by it."""

from __future__ import annotations

import time
from typing import Final

HELD_MOST: Final = 20.0
"""Seconds that somebody who goes on, or a noise that passes for speech, keeps dubs waiting at most."""
LOOK_EVERY: Final = 0.05
"""Seconds between two looks of a dub that waits."""


class Floor:
    """The speakers of one bridge who are in the middle of an utterance."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], float] = {}  # on the monotonic clock

    def note(self, room: str, speaker: str, *, speaking: bool) -> None:
        """Takes in whether somebody is."""
        if speaking:
            self._since.setdefault((room, speaker), time.monotonic())
        else:
            self._since.pop((room, speaker), None)

    def speaking(self, room: str, speaker: str) -> bool:
        """Whether somebody is in the middle of an utterance."""
        return (room, speaker) in self._since

    def taken(self, room: str, speaker: str) -> bool:
        """Whether a dub of this speaker has to wait."""
        since = self._since.get((room, speaker))
        return since is not None and time.monotonic() - since < HELD_MOST

"""Who is speaking now: dubs for people who share a device wait until that is over, and interpreters are heard by it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from app.media.bridge.pieces import Position

HELD_MOST: Final = 20.0
"""Seconds that somebody who goes on, or a noise that passes for speech, keeps dubs waiting at most."""
PAUSE: Final = 0.6
"""Seconds after an utterance, which ends with a pause itself, in which its speaker may well go on."""
LOOK_EVERY: Final = 0.05
"""Seconds between two looks of a dub that waits."""


class Voice(Protocol):
    """A dub that is heard at the device at which its speaker is."""

    @property
    def sounding(self) -> bool:
        """Whether it is in the middle of something."""

    @property
    def next_up(self) -> Position | None:
        """What it would begin now, where that is there."""


class Floor:
    """The speakers of one bridge who are in the middle of an utterance, and the dubs that wait for them."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], float] = {}  # on the monotonic clock
        self._last: dict[tuple[str, str], float] = {}  # when each was last in the middle of one
        self._voices: dict[tuple[str, str], list[Voice]] = {}

    def note(self, room: str, speaker: str, *, speaking: bool) -> None:
        """Takes in whether somebody is."""
        if speaking:
            self._last[room, speaker] = time.monotonic()
            self._since.setdefault((room, speaker), time.monotonic())
        else:
            self._since.pop((room, speaker), None)

    def speaking(self, room: str, speaker: str) -> bool:
        """Whether somebody is in the middle of an utterance."""
        return (room, speaker) in self._since

    def lately(self, room: str, speaker: str) -> bool:
        """Whether somebody speaks, or has not been silent for longer than between two sentences."""
        last = self._last.get((room, speaker))
        return last is not None and time.monotonic() - last < PAUSE

    def last(self, room: str, speakers: set[str]) -> str | None:
        """Who of them has spoken last; None: nobody has."""
        return max(
            (one for one in speakers if (room, one) in self._last), key=lambda one: self._last[room, one], default=None
        )

    def forget(self, rooms: set[str]) -> None:
        """Only these rooms are ours still."""
        self._last = {key: last for key, last in self._last.items() if key[0] in rooms}

    def taken(self, room: str, speaker: str) -> bool:
        """Whether a dub of this speaker has to wait."""
        since = self._since.get((room, speaker))
        return since is not None and time.monotonic() - since < HELD_MOST

    @contextmanager
    def voice(self, room: str, speaker: str, voice: Voice) -> Iterator[None]:
        """While this is entered, a dub of this speaker is one of those that take turns."""
        voices = self._voices.setdefault((room, speaker), [])
        voices.append(voice)
        try:
            yield
        finally:
            voices.remove(voice)
            if not voices:
                del self._voices[room, speaker]

    def is_turn_of(self, room: str, speaker: str, voice: Voice) -> bool:
        """Whether a dub may begin: nobody speaks, no other dub sounds at that device, and none is to come before it."""
        if self.taken(room, speaker):
            return False
        others = [other for other in self._voices.get((room, speaker), ()) if other is not voice]
        mine, theirs = voice.next_up, [other.next_up for other in others if other.next_up is not None]
        return not any(other.sounding for other in others) and (mine is None or mine <= min(theirs, default=mine))

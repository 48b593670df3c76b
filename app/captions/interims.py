"""Interim captions whose final never comes: the bridge that listened has died, and nobody else knows what was said."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from app.captions.events import CaptionEvent
from tasks.wire.keys import CaptionKey

STALE: Final = 20.0
"""Seconds without news of a segment after which what is shown of it is taken back. A segment is closed after 12 s at
the latest; where its final comes later than this, it is shown again."""


class Interims:
    """What is shown of segments that are open."""

    def __init__(self) -> None:
        self._shown: dict[CaptionKey, tuple[float, CaptionEvent]] = {}

    def note(self, event: CaptionEvent, now: float) -> None:
        """A caption was published; `now` is on the monotonic clock."""
        key = event.caption.key
        self._shown.pop(key, None)
        if not event.caption.final and event.caption.text:
            self._shown[key] = now, event

    def take_back(self, now: float) -> list[CaptionEvent]:
        """Empty interims in place of those that nothing has been heard of for `STALE`, each once."""
        stale = [key for key, (at, _) in self._shown.items() if now - at > STALE]
        events = [self._shown.pop(key)[1] for key in stale]
        return [replace(event, caption=msgspec.structs.replace(event.caption, text="")) for event in events]

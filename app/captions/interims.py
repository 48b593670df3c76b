"""Interim captions whose final never comes: the bridge that listened has died, and nobody else knows what was said."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from app.captions.lines import says_something
from app.captions.published import PublishedCaption
from tasks.wire.keys import CaptionKey

STALE_SECONDS: Final = 20.0
"""Seconds without news of a segment after which what is shown of it is taken back. A segment is closed after 12 s at
the latest; where its final comes later than this, it is shown again."""


class Interims:
    """What is shown of segments that are open."""

    def __init__(self) -> None:
        self._shown: dict[CaptionKey, tuple[float, PublishedCaption]] = {}

    def note(self, published: PublishedCaption, now: float) -> None:
        """A caption was published; `now` is on the monotonic clock."""
        caption = published.caption
        self._shown.pop(caption.key, None)
        if not caption.final and says_something(caption):
            self._shown[caption.key] = now, published

    def take_back(self, now: float) -> list[PublishedCaption]:
        """Empty interims in place of those that nothing has been heard of for `STALE_SECONDS`, each once."""
        stale = [key for key, (at, _) in self._shown.items() if now - at > STALE_SECONDS]
        captions = [self._shown.pop(key)[1] for key in stale]
        return [replace(published, caption=replace(published.caption, text="", spoken=None)) for published in captions]

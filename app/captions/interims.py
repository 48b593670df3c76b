"""What is shown now of sentences that are still being spoken, for readers who come in the middle of one."""

from __future__ import annotations

from typing import Final

from app.captions.growing import says_something, takes_place
from app.captions.published import PublishedCaption
from tasks.wire.keys import CaptionKey

STALE_SECONDS: Final = 60.0
"""Seconds without news of a sentence after which readers who come are not told of it: whoever listened has died. Those
who have been told keep it as it is, since nothing that was shown is taken away. A sentence lasts 20 s at most."""

LOOK_SECONDS: Final = 5.0
"""Between two looks for such."""


class Interims:
    """The newest interim caption of each sentence and language, until the final one comes."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[CaptionKey, tuple[float, PublishedCaption]]] = {}
        self._looked = 0.0

    def note(self, published: PublishedCaption, now: float) -> bool:
        """A caption was published; `now` is on the monotonic clock.

        Returns:
            Whether it is news: an interim that says less than is shown comes late.
        """
        caption = published.caption
        room = self._rooms.get(caption.room, {})
        shown = room.get(caption.key)
        if shown is not None and not takes_place(caption, shown[1].caption):
            return False
        if not caption.final and says_something(caption):
            self._rooms.setdefault(caption.room, room)[caption.key] = now, published
        elif shown is not None:
            self._drop(caption.room, [caption.key])
        return True

    def of(self, room: str) -> list[PublishedCaption]:
        """Those of a room, in the order in which they were spoken, each transcript before its translations."""
        shown = [published for _, published in self._rooms.get(room, {}).values()]
        return sorted(shown, key=lambda found: (found.timeline.speech_start, not found.caption.is_source))

    def forget_stale(self, now: float) -> None:
        """Forget those that nothing has been heard of for `STALE_SECONDS`."""
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        for room, shown in list(self._rooms.items()):
            self._drop(room, [key for key, (at, _) in shown.items() if now - at > STALE_SECONDS])

    def _drop(self, room: str, gone: list[CaptionKey]) -> None:
        for key in gone:
            del self._rooms[room][key]
        if not self._rooms[room]:
            del self._rooms[room]

"""What is known of one piece of a sentence that is to be heard in another language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tasks.wire.messages import ClipEvent, ClipPart, Timeline


class Position(NamedTuple):
    """The place of a clip in what somebody says."""

    seq: int
    sentence: int = 0
    piece: int = 0

    @classmethod
    def of(cls, event: ClipEvent) -> Position:
        """That of a clip that is there, or will not be."""
        return cls(event.seq, event.sentence, event.piece)

    def following(self, *, last_piece: bool, last_sentence: bool) -> Position | None:
        """The place that comes next, given whether this ends its sentence, and that its segment; None after that."""
        if not last_piece:
            return self._replace(piece=self.piece + 1)
        return None if last_sentence else Position(self.seq, self.sentence + 1)


@dataclass
class Piece:
    """A piece of a sentence of which a clip is expected."""

    parts: dict[int, tuple[float, ClipPart]] = field(default_factory=dict)
    """Arrival time and part, by part number, those not yet played."""
    next_part: int = 0
    closed: bool = False
    """Whether no part will come beside those in `parts`, though none of them is the last."""
    known: bool = False
    """Whether it is known what comes after it: `following`, None where the segment is over then."""
    following: Position | None = None
    timeline: Timeline | None = None
    """When it was spoken and what has been done since, once a part has come."""
    stalled_since: float | None = None
    """Since when playout, having played the part before, waits for `next_part`."""

    @property
    def started(self) -> bool:
        """Whether some of it has been played."""
        return self.next_part > 0

    @property
    def ready(self) -> bool:
        """Whether its next part is there."""
        return self.next_part in self.parts

    @property
    def seconds(self) -> float:
        """Audio waiting to be played."""
        return sum(part.samples / part.rate for _, part in self.parts.values())

    def add(self, part: ClipPart, now: float) -> None:
        """A part has come."""
        if part.part >= self.next_part:
            self.parts.setdefault(part.part, (now, part))
        self.timeline = part.timeline

    def follow(self, following: Position | None) -> None:
        """It is known what comes after it."""
        if not self.known:
            self.known, self.following = True, following

"""The order in which one speaker's clips in one language are played: pure logic, with the clock passed in."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import NamedTuple

from app.media.bridge.config import PlayoutConfig
from app.media.bridge.pieces import Piece, Position
from tasks.wire.messages import ClipPart, Timeline


class Due(NamedTuple):
    """A clip part that is to be played now."""

    part: ClipPart
    tempo: float
    """How many times faster than it was spoken."""
    late: bool = False
    """Whether it is played faster because it is so late that listeners are told."""
    begins: Timeline | None = None
    """Where it is the first sound of a piece, or of a sentence that had to be whole: of that, up to its last word."""
    typed: bool = False
    """Whether it says what was typed."""


class Playout:
    """Orders clip parts by (seq, sentence, piece, part). Times are seconds since the epoch.

    No piece begins later than `max_lag` after the end of its last word: what is behind is played faster, and what would
    still be too late is skipped. What has begun is played to its end.

    With `whole_sentences` a sentence begins only when its last piece has come, and is played to its end; how late it is
    counts from its last word.

    What was typed waits for its turn longer (`PlayoutConfig.typed`), and is not skipped to catch up with what is newer.
    """

    def __init__(self, config: PlayoutConfig | None = None, *, whole_sentences: bool = False) -> None:
        self.dropped: Counter[str] = Counter()
        """Clips given up on, by reason: "late" (past `max_lag`, or after its turn), "missing" (never came), "backlog"
        (skipped to catch up), "cleared" (the track was taken out of use)."""
        self._config = config = config or PlayoutConfig()
        self._max_lag = config.max_lag + (config.whole_sentences if whole_sentences else 0.0)
        self._whole_sentences = whole_sentences
        self._waiting: dict[Position, Piece] = {}
        self._from = Position(0)  # all before it is over
        self._opened: set[int] = set()  # segments that are heard from their beginning
        self._ends: dict[int, float] = {}  # of the speech in segments that are closed
        self._typed: set[int] = set()  # segments that were not spoken
        self._sounding: tuple[int, ...] = ()  # the unit that has begun: see `_unit`
        self._tempo = 1.0  # of what is being played

    @property
    def owed(self) -> int:
        """Pieces that are expected, or of which parts are still to come or to be played."""
        return sum(1 for at, piece in self._waiting.items() if piece.parts or piece.started or at.seq in self._ends)

    @property
    def seconds(self) -> float:
        """Sound that has come and waits to be played."""
        return sum(piece.seconds for piece in self._waiting.values())

    @property
    def begun(self) -> bool:
        """Whether what is next goes on with a piece that has begun to sound."""
        return bool(self._waiting) and self._waiting[min(self._waiting)].started

    @property
    def next_up(self) -> Position | None:
        """The piece that is next, where its next part is there."""
        at = min(self._waiting, default=None)
        return at if at is not None and self._waiting[at].ready else None

    def open(self, seq: int) -> None:
        """A segment has begun that somebody wants to hear, from its beginning: clips come while it is being spoken."""
        if Position(seq) >= self._from:
            self._opened.add(seq)
            self._waiting.setdefault(Position(seq), Piece())

    def expect(self, seq: int, speech_end: float, *, typed: bool = False) -> None:
        """A segment was sent whose clips somebody wants to hear."""
        if seq >= self._from.seq:
            self._ends[seq] = speech_end
            if typed:
                self._typed.add(seq)
        if Position(seq) >= self._from and not any(at.seq == seq for at in self._waiting):
            self._waiting[Position(seq)] = Piece()

    def add(self, part: ClipPart, now: float) -> None:
        """A clip part is ready."""
        at = Position.of(part)
        if at < self._from:
            self.dropped["late"] += part.part == 0
            return
        self._begin_at(at)
        piece = self._waiting.setdefault(at, Piece())
        piece.add(part, now)
        piece.follow(at.following(last_piece=part.last_piece, last_sentence=part.last_sentence))

    def no_clip(self, at: Position, *, last_piece: bool = True, last_sentence: bool = True) -> None:
        """Nothing (more) will come of a piece, nor of the rest of its sentence or segment where it is the last."""
        following = at.following(last_piece=last_piece, last_sentence=last_sentence)
        self._begin_at(at)
        if at >= self._from:
            self._waiting.setdefault(at, Piece())
        for other, piece in self._waiting.items():
            if other == at or (at < other < (following or Position(at.seq + 1)) and not piece.parts):
                piece.closed = True
                piece.follow(following)

    def next(self, now: float) -> Due | None:
        """The part to play now, taken out, or None when nothing is due; call again when `wake_at` says."""
        while self._waiting:
            at = min(self._waiting)
            piece = self._waiting[at]
            lacking = self._lacking(at)
            if lacking == at and piece.started:
                piece.stalled_since = piece.stalled_since or now
            if lacking is not None and now < self._give_up_at(lacking):
                return None
            if lacking == at:
                self.dropped["missing"] += 1
                self._finish(at)
            elif not piece.ready:
                self._finish(at)
            elif reason := self._reason_to_skip(at, now):
                self.dropped[reason] += 1
                self._skip(at)
            else:
                return self._take(at, now)
        return None

    def wake_at(self) -> float | None:
        """When time alone will change what `next` answers; None: only a new part will."""
        if not self._waiting:
            return None
        lacking = self._lacking(min(self._waiting))
        until = inf if lacking is None else self._give_up_at(lacking)
        return None if until == inf else until

    def clear(self) -> None:
        """Gives up on everything expected so far; what is said from now on is heard as it comes."""
        self.dropped["cleared"] += sum(bool(piece.parts) for piece in self._waiting.values())
        for at in sorted(self._waiting):
            piece = self._waiting.pop(at)
            unspoken = at.seq not in self._ends and not piece.parts and not piece.started
            self._from = at if unspoken else self._after(at, piece)
        self._opened.clear()
        self._sounding = ()

    def _begin_at(self, at: Position) -> None:
        """Somebody who listens from the middle of a segment waits for nothing before the first that is told of."""
        first = Position(at.seq)
        piece = self._waiting.get(first)
        if at.seq not in self._opened and first < at and piece and not (piece.parts or piece.started):
            del self._waiting[first]

    def _unit(self, at: Position) -> tuple[int, ...]:
        """What is skipped and hurried as one: the sentence, where whole ones are wanted, and otherwise the piece."""
        return at[:2] if self._whole_sentences else at

    def _lacking(self, at: Position) -> Position | None:
        """What has to come before the first piece, at `at`, can be played."""
        piece: Piece | None = self._waiting[at]
        if not self._whole_sentences or self._unit(at) == self._sounding:
            return None if self._waiting[at].ready or self._waiting[at].closed else at
        following: Position | None = at
        while following is not None and self._unit(following) == self._unit(at):
            at, piece = following, self._waiting.get(following)
            if piece is None or not (piece.parts or piece.closed):
                return at
            following = piece.following
        return None

    def _give_up_at(self, lacking: Position) -> float:
        """Until when to wait for the (next part of the) piece at `lacking`; infinite while it may not be spoken yet."""
        piece = self._waiting.get(lacking) or Piece()
        end = piece.timeline.speech_end if piece.timeline else self._ends.get(lacking.seq, inf)
        too_old = end + self._patience(lacking)
        since = 0.0
        if piece.started:  # its worker is slow, or has died half-way through the clip
            since = piece.stalled_since or 0.0
            too_old = since + self._max_lag
        later = [piece for at, piece in self._waiting.items() if at >= lacking]
        arrivals = [at for piece in later for at, _ in piece.parts.values()]
        # A short line is ready sooner than the long one before it.
        wait = self._max_lag if lacking.seq in self._typed and not piece.started else self._config.max_wait
        return min(too_old, max(since, min(arrivals, default=too_old)) + wait)

    def _reason_to_skip(self, at: Position, now: float) -> str | None:
        if self._waiting[at].started or self._unit(at) == self._sounding:
            return None
        if now - self._timeline_of(self._unit(at)).speech_end > self._patience(at):
            return "late"
        if at.seq in self._typed:
            return None
        newest = max(other for other, piece in self._waiting.items() if piece.parts)
        return "backlog" if self._lag_of_newest(now, self._config.fastest) > self._patience(newest) else None

    def _patience(self, at: Position) -> float:
        """Seconds from the end of its last word by which a piece begins."""
        return self._max_lag + (self._config.typed if at.seq in self._typed else 0.0)

    def _take(self, at: Position, now: float) -> Due:
        unit, piece = self._unit(at), self._waiting[at]
        behind = self._lag_of_newest(now, 1.0)
        begins: Timeline | None = None
        if unit == self._sounding:
            self._tempo = max(self._tempo, self._tempo_at(behind))
        else:
            begins = self._timeline_of(unit)
            behind = max(behind, now - begins.speech_end)
            self._tempo = self._tempo_at(behind)
        late = self._tempo > 1.0 and behind >= self._config.told_at * self._config.max_lag
        self._sounding = unit
        _, part = piece.parts.pop(piece.next_part)
        piece.next_part += 1
        piece.stalled_since = None
        due = Due(part, self._tempo, late, begins, at.seq in self._typed)
        if part.last:
            self._finish(at)
        return due

    def _timeline_of(self, unit: tuple[int, ...]) -> Timeline:
        """That of the newest of it that has come."""
        timelines = [piece.timeline for at, piece in self._waiting.items() if self._unit(at) == unit and piece.timeline]
        return max(timelines, key=lambda timeline: timeline.speech_end)

    def _lag_of_newest(self, now: float, tempo: float) -> float:
        """Lag at which the newest would begin with all before it played at `tempo`; 0 where none is before it."""
        filled = [at for at, piece in self._waiting.items() if piece.parts]
        newest = self._unit(max(filled))
        before = [self._waiting[at].seconds for at in filled if self._unit(at) != newest]
        return now + sum(before) / tempo - self._timeline_of(newest).speech_end if before else 0.0

    def _tempo_at(self, lag: float) -> float:
        config = self._config
        full = config.max_lag * config.fastest_at
        share = (lag - config.hurry_after) / max(full - config.hurry_after, 0.1)
        return 1.0 + (config.fastest - 1.0) * min(1.0, max(0.0, share))

    def _skip(self, at: Position) -> None:
        unit = self._unit(at)
        for other in sorted(other for other in self._waiting if self._unit(other) == unit):
            self._finish(other)

    def _finish(self, at: Position) -> None:
        piece = self._waiting.pop(at)
        self._from = self._after(at, piece)
        if piece.following is not None:
            self._waiting.setdefault(piece.following, Piece())
        self._opened = {seq for seq in self._opened if seq >= self._from.seq}
        self._ends = {seq: end for seq, end in self._ends.items() if seq >= self._from.seq}
        self._typed = {seq for seq in self._typed if seq >= self._from.seq}

    @staticmethod
    def _after(at: Position, piece: Piece) -> Position:
        """Where what is not over begins once a piece is."""
        if not piece.known:
            return at._replace(piece=at.piece + 1)
        return piece.following or Position(at.seq + 1)

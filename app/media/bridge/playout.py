"""The order in which one speaker's clips in one language are played: pure logic, with the clock passed in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from app.media.bridge.config import PlayoutConfig
from tasks.wire.messages import ClipPart


class Due(NamedTuple):
    """A clip part that is to be played now."""

    part: ClipPart
    tempo: float
    """How many times faster than it was spoken."""


@dataclass
class _Utterance:
    """A segment of which clips are expected."""

    speech_end: float
    parts: dict[int, tuple[float, ClipPart]] = field(default_factory=dict)
    """Arrival time and part, by part number, those not yet played."""
    next_part: int = 0
    complete: bool = False
    """Nothing follows what is in `parts`."""
    stalled_since: float | None = None
    """Since when playout, having played the part before, waits for `next_part`."""

    @property
    def started(self) -> bool:
        """Whether some of it has been played."""
        return self.next_part > 0

    @property
    def seconds(self) -> float:
        """Audio waiting to be played."""
        return sum(part.samples / part.rate for _, part in self.parts.values())


class Playout:
    """Orders clip parts by (seq, part). Times are seconds since the epoch.

    Nothing begins later than `max_lag` after the end of its speech: what is behind is played faster, and what would
    still be too late is skipped. What has begun is played to its end.
    """

    def __init__(self, config: PlayoutConfig | None = None) -> None:
        self.dropped: Counter[str] = Counter()
        """Utterances given up on, by reason: "late" (past `max_lag`, or after its turn), "missing" (never came),
        "backlog" (skipped to catch up), "cleared" (the track was taken out of use)."""
        self._config = config or PlayoutConfig()
        self._waiting: dict[int, _Utterance] = {}
        self._done = -1  # the highest seq that is over
        self._tempo = 1.0  # of the utterance that is being played

    @property
    def owed(self) -> int:
        """Utterances that are expected, or of which parts are still to come or to be played."""
        return len(self._waiting)

    def expect(self, seq: int, speech_end: float) -> None:
        """A segment was sent whose clip somebody wants to hear."""
        if seq > self._done:
            self._waiting.setdefault(seq, _Utterance(speech_end))

    def add(self, part: ClipPart, now: float) -> None:
        """A clip part is ready."""
        if part.seq <= self._done:
            self.dropped["late"] += part.part == 0
            return
        self.expect(part.seq, part.timeline.speech_end)
        utterance = self._waiting[part.seq]
        if part.part >= utterance.next_part:
            utterance.parts.setdefault(part.part, (now, part))
        utterance.complete = utterance.complete or part.last

    def no_clip(self, seq: int) -> None:
        """Nothing (more) will come of a segment."""
        if seq in self._waiting:
            self._waiting[seq].complete = True

    def next(self, now: float) -> Due | None:
        """The part to play now, taken out, or None when nothing is due; call again when `wake_at` says."""
        while self._waiting:
            seq = min(self._waiting)
            utterance = self._waiting[seq]
            if utterance.started and utterance.next_part not in utterance.parts:
                utterance.stalled_since = utterance.stalled_since or now
            if reason := self._reason_to_drop(utterance, now):
                self._finish(seq)
                self.dropped[reason] += 1
            elif utterance.next_part in utterance.parts:
                return self._take(seq, utterance, now)
            elif utterance.complete:
                self._finish(seq)
            else:
                return None
        return None

    def _take(self, seq: int, utterance: _Utterance, now: float) -> Due:
        behind = self._lag_of_newest(now, 1.0)
        if not utterance.started:
            behind = max(behind, now - utterance.speech_end)
            self._tempo = self._tempo_at(behind)
        else:
            self._tempo = max(self._tempo, self._tempo_at(behind))
        _, part = utterance.parts.pop(utterance.next_part)
        utterance.next_part += 1
        utterance.stalled_since = None
        if part.last:
            self._finish(seq)
        return Due(part, self._tempo)

    def wake_at(self) -> float | None:
        """When time alone will change what `next` answers; None: only a new part will."""
        if not self._waiting:
            return None
        return self._give_up_at(self._waiting[min(self._waiting)])

    def clear(self) -> None:
        """Gives up on everything expected so far."""
        self.dropped["cleared"] += sum(bool(utterance.parts) for utterance in self._waiting.values())
        for seq in sorted(self._waiting):
            self._finish(seq)

    def _reason_to_drop(self, utterance: _Utterance, now: float) -> str | None:
        config = self._config
        if utterance.next_part in utterance.parts:
            if utterance.started:
                return None
            if now - utterance.speech_end > config.max_lag:
                return "late"
            behind = self._lag_of_newest(now, config.fastest)
            return "backlog" if behind > config.max_lag else None
        return "missing" if not utterance.complete and now >= self._give_up_at(utterance) else None

    def _give_up_at(self, first: _Utterance) -> float:
        """Until when to wait for the next part of the first utterance."""
        too_old = first.speech_end + self._config.max_lag
        since = 0.0
        if first.started:  # its worker is slow, or has died half-way through the clip
            since = first.stalled_since or 0.0
            too_old = since + self._config.max_lag
        arrivals = [at for utterance in self._waiting.values() for at, _ in utterance.parts.values()]
        return min(too_old, max(since, min(arrivals, default=too_old)) + self._config.max_wait)

    def _lag_of_newest(self, now: float, tempo: float) -> float:
        """Lag at which the newest clip would begin with all before it played at `tempo`; 0 where none is."""
        filled = sorted(seq for seq, utterance in self._waiting.items() if utterance.parts)
        if len(filled) < 2:
            return 0.0
        ahead = sum(self._waiting[seq].seconds for seq in filled[:-1])
        return now + ahead / tempo - self._waiting[filled[-1]].speech_end

    def _tempo_at(self, lag: float) -> float:
        slowest, full = self._config.hurry_after, self._config.max_lag / 2
        share = (lag - slowest) / max(full - slowest, 0.1)
        return 1.0 + (self._config.fastest - 1.0) * min(1.0, max(0.0, share))

    def _finish(self, seq: int) -> None:
        del self._waiting[seq]
        self._done = max(self._done, seq)

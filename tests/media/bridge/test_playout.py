"""The order in which clips are played, with the clock passed in."""

from __future__ import annotations

from app.media.bridge.config import PlayoutConfig
from app.media.bridge.pieces import Position
from app.media.bridge.playout import Playout
from tasks.wire.messages import ClipPart
from tests.support.clips import clip

CONFIG = PlayoutConfig(max_wait=3.0, max_lag=10.0, hurry_after=3.0, fastest_at=0.5)


def part(seq: int, number: int = 0, *, last: bool = True, seconds: float = 2.0, spoken: float = 0.0) -> ClipPart:
    """A part of the clip of a segment of one sentence."""
    return clip(f"{seq}.0.0|", spoken, number=number, last=last, seconds=seconds)


def played(playout: Playout, now: float) -> list[tuple[int, int]]:
    out = []
    while (due := playout.next(now)) is not None:
        out.append((due.part.seq, due.part.part))
    return out


def test_clips_are_played_by_number_whatever_order_they_come_in() -> None:
    playout = Playout(CONFIG)
    for seq in range(3):
        playout.expect(seq, 0.0)
    playout.add(part(2), 1.0)
    playout.add(part(1), 1.1)
    assert playout.next(1.2) is None
    playout.add(part(0), 1.3)
    assert played(playout, 1.4) == [(0, 0), (1, 0), (2, 0)]
    assert playout.wake_at() is None


def test_parts_of_a_clip_stay_together_and_in_order() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.expect(1, 0.5)
    playout.add(part(1), 1.0)
    playout.add(part(0, 1, last=False), 1.1)
    playout.add(part(0, 0, last=False), 1.2)
    assert played(playout, 1.3) == [(0, 0), (0, 1)]
    playout.add(part(0, 2), 1.4)
    assert played(playout, 1.5) == [(0, 2), (1, 0)]


def test_a_missing_clip_holds_up_the_next_only_for_so_long() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.expect(1, 1.0)
    playout.add(part(1, spoken=1.0), 2.0)
    assert playout.next(4.9) is None
    assert playout.wake_at() == 5.0
    assert played(playout, 5.0) == [(1, 0)]
    assert playout.dropped == {"missing": 1}
    playout.add(part(0), 5.1)
    assert playout.next(5.1) is None
    assert playout.dropped == {"missing": 1, "late": 1}


def test_no_clip_releases_the_next_at_once() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.expect(1, 1.0)
    playout.add(part(1, spoken=1.0), 2.0)
    playout.no_clip(Position(0))
    assert played(playout, 2.0) == [(1, 0)]
    assert not playout.dropped


def test_no_clip_after_some_parts_lets_those_be_played() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.add(part(0, 0, last=False), 1.0)
    playout.no_clip(Position(0))
    assert played(playout, 1.0) == [(0, 0)]
    assert playout.wake_at() is None


def test_a_clip_that_is_too_late_is_not_played() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.add(part(0), 10.5)
    assert playout.next(10.5) is None
    assert playout.dropped == {"late": 1}


def test_a_clip_that_never_comes_is_forgotten() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    assert playout.wake_at() == 10.0
    assert playout.next(10.0) is None
    assert playout.dropped == {"missing": 1}
    assert playout.wake_at() is None


def test_a_clip_whose_worker_died_half_way_is_waited_for_from_when_it_stalls() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.add(part(0, 0, last=False, seconds=12.0), 1.0)
    assert playout.next(1.0) is not None
    playout.add(part(1, spoken=12.0), 12.5)
    assert playout.next(13.0) is None  # the first part has just been played out
    assert playout.wake_at() == 16.0
    assert played(playout, 16.0) == [(1, 0)]
    assert playout.dropped == {"missing": 1}


def test_a_slow_worker_is_waited_for_while_nothing_else_could_be_played() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.add(part(0, 0, last=False, seconds=2.0), 1.0)
    assert playout.next(1.0) is not None
    playout.expect(1, 5.0)
    assert playout.next(3.0) is None
    assert playout.wake_at() == 13.0
    playout.add(part(0, 1), 9.0)
    assert played(playout, 9.0) == [(0, 1)]
    assert not playout.dropped
    assert playout.owed == 1


def test_a_backlog_is_skipped_to_keep_the_newest_clip_within_the_lag() -> None:
    playout = Playout(CONFIG)
    for seq in range(4):
        playout.expect(seq, float(seq))
        playout.add(part(seq, seconds=4.0, spoken=float(seq)), 4.0)
    assert played(playout, 4.0) == [(1, 0), (2, 0), (3, 0)]
    assert playout.dropped == {"backlog": 1}


def test_nothing_begins_later_than_the_lag_however_much_somebody_says() -> None:
    """Speech without pauses whose translation takes half as long again: real time for the playing, clips 1 s after."""
    playout, now, begun = Playout(CONFIG), 0.0, []
    said = [4.0 * n for n in range(1, 60)]
    while now < 250.0:
        while said and said[0] + 1.0 <= now:
            end = said.pop(0)
            playout.add(part(int(end), seconds=6.0, spoken=end), now)
        due = playout.next(now)
        if due is None:
            now += 0.1
            continue
        begun.append((now - due.part.timeline.speech_end, due.tempo))
        now += due.part.samples / due.part.rate / due.tempo
    assert max(lag for lag, _ in begun) <= CONFIG.max_lag
    assert max(tempo for _, tempo in begun) == CONFIG.fastest
    assert playout.dropped.keys() == {"backlog"}
    assert len(begun) > 40, "most of it is heard: 6 s at 1.2 times the speed take 5 s of every 4"


def test_what_is_on_time_is_played_as_it_was_spoken_and_what_is_late_a_little_faster() -> None:
    for lag, tempo in ((1.0, 1.0), (3.0, 1.0), (4.0, 1.1), (5.0, 1.2), (9.0, 1.2)):
        playout = Playout(CONFIG)
        playout.add(part(0, 0, last=False), lag)
        due = playout.next(lag)
        assert due is not None
        assert round(due.tempo, 3) == tempo
        playout.add(part(0, 1), lag + 9)
        rest = playout.next(lag + 9)
        assert rest is not None
        assert rest.tempo == due.tempo, "a clip keeps its pace while nothing waits behind it"


def test_a_clip_that_has_begun_is_never_cut_for_a_backlog() -> None:
    playout = Playout(CONFIG)
    playout.add(part(0, 0, last=False, seconds=5.0), 0.0)
    assert played(playout, 0.0) == [(0, 0)]
    playout.add(part(0, 1, seconds=9.0), 0.1)
    playout.add(part(1, seconds=5.0), 0.2)
    assert played(playout, 5.0) == [(0, 1), (1, 0)]


def test_a_cleared_track_plays_nothing_of_before() -> None:
    playout = Playout(CONFIG)
    playout.expect(0, 0.0)
    playout.expect(1, 0.0)
    playout.add(part(1), 1.0)
    playout.clear()
    playout.add(part(0), 1.1)
    playout.add(part(1), 1.2)
    assert playout.next(1.3) is None
    playout.add(part(2, spoken=1.3), 1.4)
    assert played(playout, 1.5) == [(2, 0)]


def test_repeated_parts_are_played_once() -> None:
    playout = Playout(CONFIG)
    playout.add(part(0, 0, last=False), 0.0)
    assert played(playout, 0.0) == [(0, 0)]
    playout.add(part(0, 0, last=False), 0.1)
    playout.add(part(0, 1), 0.2)
    playout.add(part(0, 1), 0.3)
    assert played(playout, 0.4) == [(0, 1)]


def test_what_was_typed_waits_for_its_turn_and_gives_way_to_nothing_newer() -> None:
    playout = Playout(CONFIG)
    for seq in range(3):
        playout.expect(seq, 0.0, typed=True)
        playout.add(part(seq, seconds=15.0), 1.0)
    due = playout.next(1.0)
    assert due is not None
    assert due.typed
    assert played(playout, 31.0) == [(1, 0), (2, 0)], "speech would have been skipped after 10 s"
    playout.expect(3, 31.0, typed=True)
    playout.expect(4, 31.0)
    playout.add(part(3, spoken=31.0), 32.0)
    playout.add(part(4, spoken=31.0), 32.0)
    due = playout.next(45.0)
    assert due is not None
    assert due.part.seq == 3
    assert playout.next(47.0) is None, "who spoke meanwhile is as late as ever"
    assert playout.dropped == {"late": 1}

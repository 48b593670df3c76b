"""Clips that come while their sentence is still being spoken, with the clock passed in."""

from __future__ import annotations

import random
from typing import NamedTuple

import pytest

from app.media.bridge.config import PlayoutConfig
from app.media.bridge.pieces import Position
from app.media.bridge.playout import Playout
from tasks.wire.messages import ClipPart
from tests.support.clips import clip

CONFIG = PlayoutConfig(max_wait=3.0, max_lag=8.0, hurry_after=2.5, fastest_at=0.6, whole_sentences=10.0)


def played(playout: Playout, now: float) -> list[str]:
    out = []
    while (due := playout.next(now)) is not None:
        out.append(".".join(map(str, Position.of(due.part))))
    return out


def opened(*, whole_sentences: bool = False) -> Playout:
    playout = Playout(CONFIG, whole_sentences=whole_sentences)
    playout.open(0)
    return playout


def test_pieces_are_played_as_they_come_while_the_segment_is_open() -> None:
    playout = opened()
    playout.add(clip("0.0.0", 2.0), 4.0)
    assert played(playout, 4.0) == ["0.0.0"]
    assert playout.wake_at() is None, "the speaker takes their time"
    playout.add(clip("0.0.1.", 18.0), 20.0)
    playout.add(clip("0.1.0", 21.0), 22.0)
    assert played(playout, 22.0) == ["0.0.1", "0.1.0"]
    playout.expect(0, 25.0)
    playout.add(clip("0.1.1|", 25.0), 26.0)
    assert played(playout, 26.0) == ["0.1.1"]
    assert (playout.owed, playout.dropped) == (0, {})


@pytest.mark.parametrize("late", ["0.0.0", "0.0.1.", "0.1.0"])
def test_a_piece_waits_for_those_before_it_whatever_comes_first(late: str) -> None:
    playout = opened()
    clips = [clip(at, 1.0 + place) for place, at in enumerate(["0.0.0", "0.0.1.", "0.1.0", "0.1.1|"])]
    for each in clips:
        if each.key != f"clip:{late}:0":
            playout.add(each, 5.0)
    before = played(playout, 5.0)
    assert before == [at for at in ("0.0.0", "0.0.1", "0.1.0") if at < late.rstrip(".")]
    playout.add(next(each for each in clips if each.key == f"clip:{late}:0"), 6.0)
    assert [*before, *played(playout, 6.0)] == ["0.0.0", "0.0.1", "0.1.0", "0.1.1"]


def test_a_lost_piece_holds_up_what_came_after_it_only_for_so_long() -> None:
    playout = opened()
    playout.add(clip("0.0.0", 1.0), 2.0)
    assert played(playout, 2.0) == ["0.0.0"]
    playout.add(clip("0.0.2.", 6.0), 7.0)
    assert (played(playout, 9.9), playout.wake_at()) == ([], 10.0)
    assert played(playout, 10.0) == ["0.0.2"]
    assert playout.dropped == {"missing": 1}
    playout.add(clip("0.0.1", 4.0), 10.1)
    assert (played(playout, 10.1), playout.dropped["late"]) == ([], 1)


def test_what_never_comes_of_a_closed_segment_is_given_up_by_the_end_of_its_speech() -> None:
    playout = opened()
    playout.add(clip("0.0.0", 1.0), 2.0)
    assert played(playout, 2.0) == ["0.0.0"]
    playout.expect(0, 9.0)
    assert playout.wake_at() == 17.0
    assert (played(playout, 17.0), playout.dropped) == ([], {"missing": 1})
    assert playout.owed == 0


def test_each_piece_is_late_by_its_own_last_word() -> None:
    playout = opened()
    for number in range(10):
        spoken = 3.0 * number + 3.0
        playout.add(clip(f"0.0.{number}", spoken), spoken + 2.0)
        due = playout.next(spoken + 2.0)
        assert due is not None
        assert due.tempo == 1.0, "half a minute is not too late"
        assert due.begins is not None
        assert due.begins.speech_end == spoken
    playout.add(clip("0.0.10.", 33.0), 41.5)
    assert (played(playout, 41.5), playout.dropped) == ([], {"late": 1})


def test_a_piece_is_hurried_by_its_own_last_word() -> None:
    playout = opened()
    hurried = []
    for number, lag in enumerate([2.0, 2.8, 3.65, 4.8, 7.0, 2.5]):
        spoken = 10.0 * number
        playout.add(clip(f"0.0.{number}", spoken), spoken + lag)
        due = playout.next(spoken + lag)
        assert due is not None
        hurried.append((round(due.tempo, 2), due.late))
    assert hurried == [(1.0, False), (1.03, False), (1.1, True), (1.2, True), (1.2, True), (1.0, False)]


@pytest.mark.parametrize(
    ("at", "last_piece", "last_sentence", "next_one"),
    [
        ("0.0.1", False, False, "0.0.2."),
        ("0.0.1", True, False, "0.1.0"),
        ("0.0.1", True, True, "1.0.0|"),
        ("0.0.0", True, False, "0.1.0"),  # of what has been played: its sentence ends with that
        ("0.0.0", True, True, "1.0.0|"),
    ],
)
def test_a_piece_that_will_not_come_lets_go_of_what_follows(
    at: str, last_piece: bool, last_sentence: bool, next_one: str
) -> None:
    playout = opened()
    playout.add(clip("0.0.0", 1.0), 2.0)
    assert played(playout, 2.0) == ["0.0.0"]
    playout.open(1)
    playout.add(clip(next_one, 4.0), 5.0)
    assert played(playout, 5.0) == []
    playout.no_clip(Position(*map(int, at.split("."))), last_piece=last_piece, last_sentence=last_sentence)
    assert played(playout, 5.0) == [next_one.rstrip(".|")]
    assert not playout.dropped


def test_a_segment_that_never_reached_the_workers_lets_go_of_the_next() -> None:
    playout = opened()
    playout.add(clip("0.0.0.", 1.0), 2.0)
    playout.add(clip("0.1.0", 3.0), 4.0)
    assert played(playout, 4.0) == ["0.0.0", "0.1.0"]
    playout.no_clip(Position(0))
    playout.add(clip("1.0.0|", 6.0), 7.0)
    assert played(playout, 7.0) == ["1.0.0"]


def test_who_begins_to_listen_in_mid_segment_waits_for_nothing_that_was_said_before() -> None:
    playout = Playout(CONFIG)
    playout.add(clip("3.2.0", 20.0), 21.0)
    assert played(playout, 21.0) == ["3.2.0"]
    playout.expect(3, 25.0)
    playout.add(clip("3.2.1|", 25.0), 26.0)
    assert played(playout, 26.0) == ["3.2.1"]
    other = Playout(CONFIG)
    other.expect(3, 25.0)
    other.add(clip("3.2.1|", 25.0), 26.0)
    assert played(other, 26.0) == ["3.2.1"]
    assert not other.dropped


def test_who_begins_to_listen_in_mid_segment_waits_for_nothing_where_no_more_of_it_comes() -> None:
    playout = Playout(CONFIG)
    playout.expect(3, 25.0)
    playout.no_clip(Position(3, 2, 1))
    playout.open(4)
    playout.add(clip("4.0.0|", 26.0), 27.0)
    assert played(playout, 27.0) == ["4.0.0"]
    assert (playout.owed, playout.dropped) == (0, {})


def test_a_clip_that_has_begun_is_not_given_up_for_the_next_where_its_segment_began_before_the_track() -> None:
    playout = Playout(CONFIG)
    playout.expect(3, 25.0)
    playout.add(clip("3.0.0", 25.0, last=False), 26.0)
    assert played(playout, 26.0) == ["3.0.0"]
    playout.add(clip("3.0.1|", 26.0), 27.0)
    assert played(playout, 27.0) == []
    playout.add(clip("3.0.0", 25.0, number=1), 27.5)
    assert played(playout, 27.5) == ["3.0.0", "3.0.1"]


def test_a_track_that_was_paused_goes_on_with_what_is_said_now() -> None:
    playout = opened()
    playout.add(clip("0.0.0", 1.0), 2.0)
    assert played(playout, 2.0) == ["0.0.0"]
    playout.add(clip("0.0.1", 3.0), 4.0)
    playout.clear()
    assert (played(playout, 4.0), playout.dropped) == ([], {"cleared": 1})
    playout.add(clip("0.0.2.", 9.0), 10.0)
    assert played(playout, 10.0) == ["0.0.2"]
    untouched = opened()
    untouched.clear()
    untouched.add(clip("0.0.0|", 1.0), 2.0)
    assert played(untouched, 2.0) == ["0.0.0"]


def test_a_whole_sentence_begins_when_its_last_piece_has_come() -> None:
    playout = opened(whole_sentences=True)
    for number, spoken in enumerate([2.0, 5.0, 8.0]):
        playout.add(clip(f"0.0.{number}", spoken), spoken + 2.0)
        assert played(playout, spoken + 2.0) == []
    assert playout.wake_at() is None
    playout.add(clip("0.0.3.", 11.0), 13.0)
    due = playout.next(13.0)
    assert due is not None
    assert due.tempo == 1.0, "it is two seconds behind its last word"
    assert due.begins is not None
    assert due.begins.speech_end == 11.0
    playout.add(clip("0.1.0", 14.0), 15.0)
    assert played(playout, 20.0) == ["0.0.1", "0.0.2", "0.0.3"], "and is never cut short"
    playout.no_clip(Position(0, 1, 1), last_sentence=False)
    assert played(playout, 21.0) == ["0.1.0"]
    assert not playout.dropped


def test_a_whole_sentence_that_misses_a_piece_is_heard_without_it() -> None:
    playout = opened(whole_sentences=True)
    playout.add(clip("0.0.0", 2.0), 4.0)
    playout.add(clip("0.0.2.", 8.0), 9.0)
    assert (played(playout, 9.0), playout.wake_at()) == ([], 12.0)
    assert played(playout, 12.0) == ["0.0.0", "0.0.2"]
    assert playout.dropped == {"missing": 1}


def test_a_short_sentence_waits_for_the_long_one_before_it() -> None:
    playout = opened(whole_sentences=True)
    for number in range(5):
        playout.add(clip(f"0.0.{number}" + "." * (number == 4), 3.0 * number, seconds=3.0), 13.0)
    assert playout.next(14.0) is not None
    playout.add(clip("0.1.0.", 15.0), 17.0)
    assert played(playout, 26.0) == ["0.0.1", "0.0.2", "0.0.3", "0.0.4", "0.1.0"]
    assert not playout.dropped


def test_of_whole_sentences_that_are_too_late_none_is_heard_in_part() -> None:
    playout = opened(whole_sentences=True)
    for sentence in range(3):
        for number in range(3):
            at = f"0.{sentence}.{number}" + "." * (number == 2)
            playout.add(clip(at, 1.0 + sentence, seconds=4.0), 9.0)
    assert played(playout, 9.0) == [f"0.{sentence}.{number}" for sentence in (1, 2) for number in range(3)]
    assert playout.dropped == {"backlog": 1}


class Event(NamedTuple):
    """A clip part that is ready, or word that there will be none."""

    at: float
    part: ClipPart
    none: bool


def speech(rng: random.Random, *, lose: bool) -> tuple[list[Event], dict[int, float]]:
    """What comes of four segments, in any order within a second or two, and when their speech ends."""
    events, ends, now = [], {}, 0.0
    for seq in range(4):
        sentences = rng.randint(1, 3)
        for sentence in range(sentences):
            pieces = rng.randint(1, 3)
            for number in range(pieces):
                now += rng.uniform(1.0, 2.0)
                last_piece = number == pieces - 1
                end = "|" if last_piece and sentence == sentences - 1 else "." if last_piece else ""
                parts, ready, none = rng.randint(1, 3), now + rng.uniform(0.5, 2.5), rng.random() < 0.1
                if lose and rng.random() < 0.2:
                    continue
                at = f"{seq}.{sentence}.{number}{end}"
                for part in range(1 if none else parts):
                    each = clip(at, now, number=part, last=part == parts - 1, seconds=rng.uniform(0.2, 1.2) / parts)
                    events.append(Event(ready + 0.05 * part, each, none))
        ends[seq] = now
        now += 0.5
    return sorted(events, key=lambda event: event.at), ends


def perform(playout: Playout, events: list[Event], ends: dict[int, float]) -> list[tuple[Position, int, float]]:
    """Plays in real time, woken up by what comes and by `wake_at` alone; what was played, and when."""
    out, now = [], 0.0
    waiting = list(events)
    closed = {seq: end + 0.4 for seq, end in ends.items()}
    begun: list[int] = []
    while True:
        for seq, end in sorted(ends.items()):
            if seq not in begun and (seq == 0 or now >= ends[seq - 1] + 0.5):
                begun.append(seq)
                playout.open(seq)
            if seq in closed and now >= closed[seq]:
                del closed[seq]
                playout.expect(seq, end)
        while waiting and waiting[0].at <= now:
            event = waiting.pop(0)
            part = event.part
            if event.none:
                playout.no_clip(Position.of(part), last_piece=part.last_piece, last_sentence=part.last_sentence)
            else:
                playout.add(part, event.at)
        due = playout.next(now)
        if due is not None:
            out.append((Position.of(due.part), due.part.part, now))
            now += due.part.samples / due.part.rate / due.tempo
            continue
        times = [event.at for event in waiting[:1]] + list(closed.values())
        times += [ends[seq - 1] + 0.5 for seq in ends if seq and seq not in begun]
        wake = playout.wake_at()
        assert wake is None or wake > now, "it would be woken up for nothing, again and again"
        times += [] if wake is None else [wake]
        if not times:
            return out
        now = max(now, min(times))


@pytest.mark.parametrize("whole_sentences", [False, True])
def test_whatever_order_pieces_come_in_all_are_heard_in_order(whole_sentences: bool) -> None:
    for seed in range(200):
        events, ends = speech(random.Random(seed), lose=False)
        playout = Playout(CONFIG, whole_sentences=whole_sentences)
        heard = [(at, part) for at, part, _ in perform(playout, events, ends)]
        assert heard == sorted((Position.of(e.part), e.part.part) for e in events if not e.none), seed
        assert (playout.owed, playout.wake_at(), playout.dropped) == (0, None, {}), seed


@pytest.mark.parametrize("whole_sentences", [False, True])
def test_whatever_is_lost_nothing_is_heard_out_of_order_and_nothing_waited_for_for_ever(whole_sentences: bool) -> None:
    for seed in range(200):
        events, ends = speech(random.Random(seed), lose=True)
        playout = Playout(CONFIG, whole_sentences=whole_sentences)
        done = perform(playout, events, ends)
        heard = [(at, part) for at, part, _ in done]
        assert heard == sorted(set(heard)), seed
        assert (playout.owed, playout.wake_at()) == (0, None), seed
        spoken = {Position.of(event.part): event.part.timeline.speech_end for event in events}
        if not whole_sentences:
            assert all(now - spoken[at] <= CONFIG.max_lag for at, part, now in done if part == 0), seed

"""Interim captions of a segment that nobody closes."""

from __future__ import annotations

from app.captions.events import CaptionEvent
from app.captions.interims import STALE, Interims
from tests.support.feeds import spoken


def event(segment: str, text: str, *, final: bool = False) -> CaptionEvent:
    return CaptionEvent("", spoken("room", segment, text, final=final))


def test_what_nobody_closes_is_taken_back_once() -> None:
    open_ones = Interims()
    open_ones.note(event("s1", "this was being said when the bridge"), 0.0)
    open_ones.note(event("s2", "and this was"), 1.0)
    open_ones.note(event("s2", "and this was finished", final=True), 2.0)
    open_ones.note(event("s3", "taken back by itself"), 2.0)
    open_ones.note(event("s3", ""), 3.0)
    open_ones.note(event("s4", "this goes"), 4.0)
    open_ones.note(event("s4", "this goes on"), STALE)
    assert open_ones.take_back(STALE) == []
    (taken,) = open_ones.take_back(STALE + 0.1)
    assert (taken.caption.segment, taken.caption.text, taken.caption.final) == ("room.s1", "", False)
    assert [one.caption.segment for one in open_ones.take_back(3 * STALE)] == ["room.s4"]
    assert open_ones.take_back(9 * STALE) == []

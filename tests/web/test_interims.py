"""Interim captions of a segment that nobody closes."""

from __future__ import annotations

from app.captions.interims import STALE_SECONDS, Interims
from app.captions.published import PublishedCaption
from tests.support.feeds import spoken


def published(segment: str, text: str, *, final: bool = False) -> PublishedCaption:
    return PublishedCaption("", spoken("room", segment, text, final=final), 0.1)


def test_what_nobody_closes_is_taken_back_once() -> None:
    interims = Interims()
    interims.note(published("s1", "this was being said when the bridge"), 0.0)
    interims.note(published("s2", "and this was"), 1.0)
    interims.note(published("s2", "and this was finished", final=True), 2.0)
    interims.note(published("s3", "taken back by itself"), 2.0)
    interims.note(published("s3", ""), 3.0)
    interims.note(published("s4", "this goes"), 4.0)
    interims.note(published("s4", "this goes on"), STALE_SECONDS)
    assert interims.take_back(STALE_SECONDS) == []
    (taken,) = interims.take_back(STALE_SECONDS + 0.1)
    assert (taken.caption.segment, taken.caption.text, taken.caption.final) == ("room.s1", "", False)
    assert [stale.caption.segment for stale in interims.take_back(3 * STALE_SECONDS)] == ["room.s4"]
    assert interims.take_back(9 * STALE_SECONDS) == []

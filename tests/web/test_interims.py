"""What is shown now of sentences that are being spoken, for those who come in the middle of one."""

from __future__ import annotations

from app.captions.interims import LOOK_SECONDS, STALE_SECONDS, Interims
from app.captions.published import PublishedCaption
from ops.harness.captions import staged
from tests.support.feeds import spoken


def published(
    segment: str, text: str, *, final: bool = False, language: str = "en", ago: float = 0.5, room: str = "room"
) -> PublishedCaption:
    timeline = staged(ago, 0.1, (0.1, 0.2), (0.3, 0.4), translated=False)
    return PublishedCaption("", spoken(room, segment, text, final=final, language=language, timeline=timeline), 0.1)


def texts(interims: Interims, room: str = "room") -> list[str]:
    return [published.caption.text for published in interims.of(room)]


def test_the_newest_of_each_sentence_and_language_is_there_until_its_final() -> None:
    interims = Interims()
    assert interims.note(published("s2", "and then", ago=0.5), 0.0)
    assert interims.note(published("s1", "so o navio", language="pt", ago=5.0), 0.0)
    assert interims.note(published("s1", "only the ship", ago=5.0), 1.0)
    assert interims.note(published("s1", "so o navio parte", language="pt", ago=5.0), 2.0)
    assert not interims.note(published("s1", "so o navio", language="pt", ago=5.0), 3.0), "it comes late"
    assert interims.note(published("s1", "elsewhere", room="other"), 3.0)
    assert texts(interims) == ["only the ship", "so o navio parte", "and then"]
    assert interims.note(published("s1", "only the ship sails", final=True), 4.0)
    assert texts(interims) == ["so o navio parte", "and then"]
    assert interims.note(published("s2", ""), 5.0), "another language is spoken"
    assert texts(interims) == ["so o navio parte"]
    assert texts(interims, "other") == ["elsewhere"]
    assert texts(interims, "nowhere") == []


def test_what_nobody_finishes_is_not_told_for_ever() -> None:
    interims = Interims()
    interims.note(published("s1", "this was being said when the bridge"), 100.0)
    interims.note(published("s2", "this goes"), 101.0)
    interims.note(published("s2", "this goes on"), 100.0 + STALE_SECONDS)
    interims.forget_stale(100.0 + STALE_SECONDS)
    assert len(texts(interims)) == 2
    interims.forget_stale(100.1 + STALE_SECONDS)
    assert len(texts(interims)) == 2, "it has looked just now"
    interims.forget_stale(100.0 + STALE_SECONDS + LOOK_SECONDS)
    assert texts(interims) == ["this goes on"]
    interims.forget_stale(100.0 + 3 * STALE_SECONDS)
    assert texts(interims) == []

"""What waits for one reader: the newest of what grows, every final caption, and no more than a slow reader may have."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from app.captions.event_ids import event_id
from app.captions.feed_limits import Client
from app.captions.feeds import QUEUE_LENGTH, Feed, FeedEndedError, Wish
from app.captions.published import PublishedCaption
from ops.harness.captions import caption
from tests.support.feeds import no_feeds

WISH = Wish("room", "pt")


def published(segment: str, text: str, number: int = 0, **more: Any) -> PublishedCaption:  # noqa: ANN401
    """An interim caption, or the final one of a number in the stream."""
    item = caption("room", segment, text, final=bool(number), **more)
    return PublishedCaption(event_id(f"1-{number}") if number else "", item, 0.1)


async def taken(feed: Feed) -> list[str]:
    found = []
    while (one := await feed.next(0.01)) is not None:
        assert isinstance(one, PublishedCaption)
        found.append(one.caption.text)
    return found


async def test_a_slow_reader_is_sent_the_newest_of_what_grows_and_every_final() -> None:
    feed = Feed(WISH, Client("here"))
    for text in ("good", "good morning", "good morning to"):
        feed.put(published("s1", text))
        feed.put(published("s1", f"pt: {text}", language="pt"))
    assert await taken(feed) == ["good morning to", "pt: good morning to"]
    feed.put(published("s1", "good morning to all"))
    feed.put(published("s1", "pt: good morning to all", language="pt"))
    feed.put(published("s1", "Good morning to all.", 1))
    feed.put(published("s1", "Good morning to all of you.", 2))
    feed.put(published("s2", "next"))
    assert await taken(feed) == [
        "pt: good morning to all", "Good morning to all.", "Good morning to all of you.", "next",
    ]  # fmt: skip
    waiting = asyncio.create_task(feed.next(20))
    await asyncio.sleep(0)
    feed.put(published("s2", "next one"))
    woken = await waiting
    assert isinstance(woken, PublishedCaption)
    assert woken.caption.text == "next one"


async def test_a_reader_that_lets_finals_pile_up_is_ended_but_not_one_whose_lines_only_grow() -> None:
    feed = Feed(WISH, Client("here"))
    for number in range(3 * QUEUE_LENGTH):
        feed.put(published("s1", "word " * number))
    for number in range(1, QUEUE_LENGTH):
        feed.put(published(f"s{number}", "one", number))
    feed.check()
    for number in range(QUEUE_LENGTH, QUEUE_LENGTH + 2):
        feed.put(published(f"s{number}", "one", number))
    with pytest.raises(FeedEndedError):
        feed.check()


async def test_who_wants_whole_sentences_is_sent_no_translation_that_grows() -> None:
    feeds = no_feeds()
    with (
        feeds.open(WISH, Client("here")) as soon,
        feeds.open(replace(WISH, whole_sentences=True), Client("here")) as whole,
    ):
        feeds.send(published("s1", "good"))
        feeds.send(published("s1", "bom", language="pt"))
        feeds.send(published("s1", "xin", language="vi"))
        feeds.send(published("s1", "Good.", 1))
        feeds.send(published("s1", "Bom.", 2, language="pt"))
        assert await taken(soon) == ["Good.", "Bom."]
        assert await taken(whole) == ["Good.", "Bom."]
        feeds.send(published("s2", "good"))
        feeds.send(published("s2", "bom", language="pt"))
        assert await taken(soon) == ["good", "bom"]
        assert await taken(whole) == ["good"]

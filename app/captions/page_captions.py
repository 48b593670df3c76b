"""The captions of a room so far, for pages that show them when they are opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from app.captions import event_ids
from app.captions.history import newest
from app.captions.lines import Line, Lines
from app.captions.published import PublishedCaption
from app.captions.reader import CaptionServices
from app.tables import Room

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PageCaptions:
    """The captions of a page, and where its feed goes on."""

    lines: list[Line[PublishedCaption]]
    translates: Callable[[Line[PublishedCaption]], bool]
    """Whether a line has a translation in the language read."""
    language: str
    """The language read."""
    after: str
    """The caption's id after which the feed goes on; empty: from the beginning."""


async def page_captions(captions: CaptionServices, room: Room, language: str, since: float = 0.0) -> PageCaptions:
    """What a reader of `language` is shown: the newest lines (`lines.MAX_LINES`) said after `since` (epoch seconds).

    While Redis is away the newest captions may be missing here, so the feed then starts from the beginning: it
    brings every line again and the page takes each one once.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    try:
        past = await captions.history.after(room.code, language, event_ids.START, stores=room.stores)
        after = newest(past)
    except (RedisError, ConnectionError, TimeoutError) as error:
        log.warning("captions.no_stream", error=repr(error))
        past, after = await captions.history.stored_after(room.code, language, event_ids.START), event_ids.START
    lines = Lines(language, room.created_at.timestamp())
    for published in past:
        if published.said_since(since):
            lines.add(published, await captions.speakers.name(published.caption.speaker))
    return PageCaptions(lines.visible, lines.translates, language, event_ids.shown(after))

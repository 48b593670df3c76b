"""What has been said in a room, for pages that show it when they are opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from app.captions import event_ids, lag
from app.captions.events import CaptionEvent
from app.captions.history import newest
from app.captions.lines import Line, Lines
from app.captions.reader import CaptionServices
from app.tables import Room

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Said:
    """The captions of a page, and where its feed goes on."""

    lines: list[Line]
    translates: Callable[[Line], bool]
    """Whether a line has a translation in the language read."""
    read: str
    """The language."""
    after: str
    """The stream id after which the feed goes on; empty: from the beginning."""


async def said(captions: CaptionServices, room: Room, language: str) -> Said:
    """What a reader of `language` is shown.

    While Redis is away the newest captions may be missing here, so the feed then starts from the beginning: it
    brings every line again and the page takes each one once.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database does not answer.
    """
    try:
        events = await captions.history.after(room.code, language, event_ids.START, stores=room.stores)
        after = newest(events)
    except (RedisError, ConnectionError, TimeoutError) as error:
        log.warning("captions.no_stream", error=repr(error))
        events, after = await captions.history.stored_after(room.code, language, event_ids.START), event_ids.START
    lines = await _lines(captions, room, language, events)
    return Said(list(lines.shown), lines.translates, language, event_ids.stream_id(after) if after else "")


async def _lines(captions: CaptionServices, room: Room, language: str, events: list[CaptionEvent]) -> Lines:
    lines = Lines(language, room.created_at.timestamp())
    for event in events:
        speaker = await captions.speakers.name(event.caption.speaker)
        lines.take(event.caption, lag.until_ready(event.caption), speaker)
    return lines

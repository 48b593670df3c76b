"""Captions published as workers publish them, and read as pages read them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import redis
from sqlalchemy import select

from app import tables
from app.db import create_engine, create_sessions
from app.settings.web import WebSettings
from ops.harness.waiting import until
from tasks import publish
from tasks.wire.captions import publish_interim
from tasks.wire.messages import Caption, Timeline


def caption(
    room: str,
    segment: str,
    text: str,
    *,
    language: str = "en",
    source: str = "en",
    final: bool = True,
    speaker: str = "somebody",
    seq: int = 0,
    timeline: Timeline | None = None,
    engine: str = "test",
) -> Caption:
    """A caption of something that ended half a second ago, unless `timeline` says otherwise."""
    return Caption(
        segment=segment, room=room, speaker=speaker, seq=seq, language=language, source_language=source, text=text,
        final=final, engine=engine, timeline=timeline or _quick(translated=language != source),
    )  # fmt: skip


def staged(
    ago: float, closed: float, stt: tuple[float, float], translate: tuple[float, float], *, translated: bool
) -> Timeline:
    """Stages of two seconds of speech that ended so many seconds `ago`; each is given in seconds after that end."""
    end = time.time() - ago
    start, done = (end + stage if translated else None for stage in translate)
    return Timeline(
        speech_start=end - 2, speech_end=end, closed=end + closed, stt_start=end + stt[0], stt_end=end + stt[1],
        translate_start=start, translate_end=done,
    )  # fmt: skip


def _quick(*, translated: bool) -> Timeline:
    return staged(0.5, 0.1, (0.12, 0.3), (0.31, 0.33), translated=translated)


def say(client: redis.Redis, item: Caption) -> None:
    """Publish a caption, once."""
    if item.final:
        assert publish.final_caption(client, item, f"message-{item.segment}-{item.language}")
    else:
        assert publish_interim(client, item)


async def stored(settings: WebSettings, count: int) -> list[str]:
    """Wait until so many captions are in the database; their texts, in the order of the alphabet."""
    engine = create_engine(settings.sqlalchemy_url)
    texts: list[str] = []

    async def so() -> bool:
        async with create_sessions(engine)() as session:
            texts[:] = await session.scalars(select(tables.StoredCaption.text).order_by(tables.StoredCaption.text))
        return len(texts) == count

    try:
        await until(so, within=20.0)
    finally:
        await engine.dispose()
    return texts


@dataclass(frozen=True)
class Event:
    """One server-sent event; `id` is "" where it has none."""

    id: str
    event: str
    data: str


async def sse(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """The events in the lines of an open feed that say something: neither comments nor `here`."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line:
            if "data" in fields and fields.get("event") != "here":
                yield Event(fields.get("id", ""), fields.get("event", ""), fields["data"])
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            fields[name] = f"{fields[name]}\n{value}" if name == "data" and name in fields else value

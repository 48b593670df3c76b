"""Lines that people type: shown at once, whatever workers there are, then translated and spoken as speech is.

The bridge publishes a line itself, so that it is shown where nobody can translate it; from there on it takes the road
that a transcript takes. While Redis is away lines wait, in the order in which they came. The SFU keeps a line until the
bridge says that it is published, and gives it to the next bridge otherwise: it is shown once, whoever publishes it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

import structlog
from msgspec.structs import replace

from app.media.bridge.director import Director
from app.media.bridge.outbox import FAILURES, RETRY_SECONDS
from app.media.bridge.services import Services
from app.media.bridge.sfu_client import SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Nothing, Typed
from app.media.policy.interpreting import EVERYBODY
from app.media.policy.room import Room
from app.visible import clean
from tasks.wire.captions import publish_typed
from tasks.wire.messages import Caption, Segment, Speech, Timeline, Translation
from tasks.wire.queues import SPEAK, TRANSLATE, Work

MOST_CHARACTERS: Final = 500
"""The SFU lets no more through."""

MOST_WAITING: Final = 500
"""Lines of all rooms that are kept while Redis is away."""

MOST_REMEMBERED: Final = 1_000
"""Lines that are known when they are sent again."""

STEP_SECONDS: Final = 0.001
"""Between two lines that come at the same moment: they are shown by when they were said."""

log = structlog.get_logger(__name__)


class _Line(NamedTuple):
    typed: Typed
    segment: Segment
    text: str
    """Cleaned."""


class TypedLines:
    """One bridge's way for what is typed. Run `run` as a task."""

    def __init__(self, services: Services, director: Director) -> None:
        self._services = services
        self._director = director
        self._waiting: deque[_Line] = deque()
        self._done: deque[Typed] = deque()  # of which the SFU has still to be told
        self._work = asyncio.Event()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._last = 0.0  # when the newest line was typed

    def take(self, room: Room, typed: Typed, give_seq: Callable[[str, str], int]) -> None:
        """Takes a line, unless it is empty or there already; never blocks.

        Args:
            room: where it was typed, with the typist in it.
            typed: the line.
            give_seq: its number, of a room and a person, among what that person says.
        """
        text = clean(typed.text, MOST_CHARACTERS)
        name = line_id(typed)
        if not text or name in self._known:
            if all(line.segment.id != name for line in self._waiting):
                self._finish(typed)
            return
        self._director.speech.hear(room.name)
        if len(self._waiting) >= MOST_WAITING:
            log.warning("segment.lost", segment=name, room=room.name, reason="buffer_full")
            self._services.metrics.dropped.labels("segment", "buffer_full").inc()
            return
        self._known[name] = None
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        segment = self._segment(name, room, typed, give_seq(room.name, typed.participant))
        if segment.hear:
            self._director.on_open(segment)
            self._director.on_final(segment)
        self._waiting.append(_Line(typed, segment, text))
        self._work.set()

    async def run(self) -> None:
        """Sends for ever, each line once those before it have been sent."""
        while True:
            await self._work.wait()
            self._work.clear()
            await self._tell()
            wait = RETRY_SECONDS[0]
            while self._waiting:
                if await self._attempt(self._waiting[0]):
                    self._finish(self._waiting.popleft().typed)
                    await self._tell()
                else:
                    await asyncio.sleep(wait)
                    wait = RETRY_SECONDS[1]

    def _finish(self, typed: Typed) -> None:
        """Nothing is to be done about a line any more: the SFU need not keep it."""
        self._done.append(typed)
        self._work.set()

    async def _tell(self) -> None:
        while self._done:
            typed = self._done.popleft()
            line = {"room": typed.room, "participant": typed.participant, "line": typed.line}
            with suppress(SfuError, SfuGoneError):  # it comes again then
                fence = self._services.fence(typed.room)
                await self._services.sfu.request("published", line | {"fence": fence}, Nothing)

    async def _attempt(self, line: _Line) -> bool:
        """Whether all of it could be sent: what was sent before, and is sent once more, changes nothing."""
        segment = line.segment
        try:
            await publish_typed(self._services.redis, _caption(line))
            for work, message in _further(line):
                await asyncio.to_thread(self._services.send, work, message)
        except FAILURES as error:
            log.debug("sending a typed line failed", segment=segment.id, error=str(error))
            return False
        waited = round(1000 * (time.time() - segment.timeline.closed))
        log.info("line.typed", segment=segment.id, room=segment.room, speaker=segment.speaker, after_ms=waited)
        return True

    def _segment(self, name: str, room: Room, typed: Typed, seq: int) -> Segment:
        self._last = now = max(time.time(), self._last + STEP_SECONDS)
        playout = self._services.config.playout
        meta = replace(room.own(typed.participant), among=[])
        made = self._director.languages(
            room, typed.participant, meta, EVERYBODY, heard=typed.spoken, aloud=typed.spoken
        )
        return Segment(
            id=name,
            room=room.name,
            speaker=typed.participant,
            bridge=self._services.bridge,
            seq=seq,
            revision=0,
            final=True,
            samples=0,
            **made._asdict(),
            max_lag=playout.max_lag + playout.typed,
            voice=room.voices_of.get(typed.participant, 0),
            timeline=Timeline(speech_start=now, speech_end=now, closed=now),
            typed=True,
        )


def line_id(typed: Typed) -> str:
    """The id of a line's segment: the same when it comes again, and nobody else's."""
    return "t" + hashlib.sha256(f"{typed.room}/{typed.participant}/{typed.line}".encode()).hexdigest()[:24]


def _caption(line: _Line) -> Caption:
    return Caption.of(line.segment, line.text, timeline=line.segment.timeline, final=True, engine="")


def _further(line: _Line) -> Iterator[tuple[Work[Any], Translation | Speech]]:
    """What workers are asked for: translations, and speech where the line is heard as it is."""
    segment, text = line.segment, line.text
    for target in dict.fromkeys([*segment.hear, *segment.read]):
        if target == segment.language:
            yield SPEAK, Speech(segment=segment, text=text, language=target, timeline=segment.timeline)
        else:
            yield TRANSLATE, Translation(segment=segment, text=text, target=target, timeline=segment.timeline)

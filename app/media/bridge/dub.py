"""One dubbed track: a speaker's clips in one language, played into the SFU in order and on time."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Final

import numpy as np
import structlog
from redis.exceptions import RedisError

from app.media.audio.framer import Framer
from app.media.audio.opus import Pcm
from app.media.audio.tap import Sounding
from app.media.bridge.floor import LOOK_EVERY, Floor
from app.media.bridge.pieces import Position
from app.media.bridge.playout import Due, Playout
from app.media.bridge.sender import RtpSender, new_ssrc
from app.media.bridge.services import Services
from app.media.bridge.sfu_client import SfuError, SfuGoneError
from app.media.bridge.sfu_messages import InjectAnswer, Nothing
from app.media.policy.ladder import Reason
from app.media.policy.room import Dub
from tasks.wire.messages import ClipPart, Timeline

RETRY_SECONDS: Final = 1.0
"""Time before a request that the SFU refused is tried again."""

CLOSE_SECONDS: Final = 0.5
"""Time that closing the track may take."""

log = structlog.get_logger(__name__)


class DubTrack:
    """The dubbed producer of (speaker, version). Run `run` as a task; cancel it when nobody listens any more.

    The producer exists from the first time the track goes live and is paused while it is not, which puts the
    listeners back on the original voice.
    """

    def __init__(self, services: Services, room: str, speaker: str, version: Dub, floor: Floor | None = None) -> None:
        """With a `floor` it takes turns with its speaker and their other dubs: all are heard at the same device."""
        config = services.config.playout
        self.playout = Playout(config.taking_turns() if floor else config, whole_sentences=version.sentences)
        self._floor = floor
        self._services = services
        self._room = room
        self._speaker = speaker
        self._version = version
        self._live = False
        self._changed = asyncio.Event()
        self._producer: str | None = None
        self._paused = False
        self._sender: RtpSender | None = None
        self._playing = False
        self._said = 0.0  # when what is played now was begun to be said
        self._clause: tuple[tuple[Position, str], Framer] | None = None  # of which piece, by which voice
        self._counted: Counter[str] = Counter()
        self._told: dict[Reason, float] = {}  # when each last happened, on the monotonic clock
        self._until = 0.0  # when what is being played ends, epoch seconds

    @property
    def trouble(self) -> Reason | None:
        """What listeners should know of how it kept up lately."""
        since = time.monotonic() - self._services.config.playout.told_for
        return next((reason for reason in ("skipped", "hurried") if self._told.get(reason, since) > since), None)

    def ends(self, now: float) -> float | None:
        """When everything that it has, or is owed, will have been heard, as far as it can be told; None: it has been.

        Epoch seconds, as `now` is.
        """
        if not self._live or (not self.playout.owed and self._until <= now):
            return None
        return max(self._until, now) + self.playout.seconds

    @property
    def live(self) -> bool:
        """Whether the ladder lets it speak."""
        return self._live

    @property
    def sounding(self) -> bool:
        """Whether it is in the middle of something."""
        return self._playing or self.playout.begun

    @property
    def next_up(self) -> Position | None:
        """What it would begin now, where that is there."""
        return self.playout.next_up if self._live else None

    def set_live(self, live: bool) -> None:
        """Lets the track speak, or stops it at once and drops what it had."""
        if live != self._live:
            self._live = live
            if not live:
                self.playout.clear()
            self._changed.set()

    def open(self, seq: int) -> None:
        """Somebody has begun to say something that this track is to play."""
        if self._live:
            self.playout.open(seq)

    def expect(self, seq: int, speech_end: float, *, typed: bool = False) -> None:
        """A segment was sent whose clip this track is to play."""
        if self._live:
            self.playout.expect(seq, speech_end, typed=typed)
            self._changed.set()

    def add(self, part: ClipPart) -> None:
        """A clip part is ready; while the track may not speak it is of no use, nor where it is not to be heard here."""
        if part.draft and not self._version.drafts:
            self.no_clip(Position.of(part), last_piece=part.last_piece, last_sentence=part.last_sentence)
        elif self._live:
            self.playout.add(part, time.time())
            self._changed.set()

    def no_clip(self, at: Position, *, last_piece: bool = True, last_sentence: bool = True) -> None:
        """Nothing (more) comes of a piece, nor of what it is the last of."""
        if self._live:  # else nothing is waited for, and nothing would take it out again
            self.playout.no_clip(at, last_piece=last_piece, last_sentence=last_sentence)
            self._changed.set()

    async def run(self) -> None:
        """Plays until cancelled."""
        try:
            with self._floor.voice(self._room, self._speaker, self) if self._floor else nullcontext():
                while True:
                    try:
                        await self._step()
                    except (SfuError, SfuGoneError) as error:
                        log.warning("a dubbed track is stuck", speaker=self._speaker, error=str(error))
                        await asyncio.sleep(RETRY_SECONDS)
        finally:
            if self._sender is not None:
                self._sender.close()
            with suppress(SfuError, SfuGoneError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    if self._producer is not None and self._services.sfu.connected:
                        await self._request("closeProducer")

    async def _step(self) -> None:
        self._changed.clear()
        await self._sync_producer()
        if self._floor and not self.playout.begun and not self._floor.is_turn_of(self._room, self._speaker, self):
            await asyncio.sleep(LOOK_EVERY)
            return
        due = self.playout.next(time.time()) if self._live else None
        self._count_dropped()
        if due is not None:
            self._playing = True
            try:
                await self._play(due)
            finally:
                self._playing = False
            return
        wake_at = self.playout.wake_at() if self._live else None
        with suppress(TimeoutError):
            async with asyncio.timeout(None if wake_at is None else max(0.0, wake_at - time.time())):
                await self._changed.wait()

    async def _sync_producer(self) -> None:
        """Makes the producer exist and be paused exactly as the track is live."""
        if self._producer is None:
            if not self._live:
                return
            ssrc = new_ssrc()
            data = {
                "room": self._room,
                "participant": self._speaker,
                "track": "dubbed",
                "label": self._version.label,
                "ssrc": ssrc,
                "fence": self._services.fence(self._room),
            }
            answer = await self._services.sfu.request("inject", data, InjectAnswer)
            self._producer, self._sender = answer.producer_id, RtpSender(answer.port, ssrc, self._keep)
        if self._paused == self._live:
            paused = not self._live
            await self._request("pauseProducer" if paused else "resumeProducer")
            self._paused = paused

    async def _request(self, method: str) -> None:
        await self._services.sfu.request(method, {"producerId": self._producer}, Nothing)

    async def _play(self, due: Due) -> None:
        part = due.part
        try:
            pcm = await self._services.redis.get(part.key)
        except (RedisError, OSError) as error:
            log.warning("a clip cannot be fetched", segment=part.segment, error=str(error))
            pcm = None
        if not isinstance(pcm, bytes) or not pcm or self._sender is None:
            self._services.metrics.dropped.labels("clip", "gone").inc()
            return
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.int16)
        if due.begins is not None:
            self._heard(part, due.begins, time.time(), typed=due.typed)
        self._services.metrics.clips.inc()
        self._said = part.timeline.speech_start
        if due.late:
            self._services.metrics.hurried.inc()
            self._told["hurried"] = time.monotonic()
        self._until = time.time() + len(samples) / part.rate / due.tempo
        if not await self._sender.play(self._framed(due, samples), lambda: self._live):
            self._clause = None
            self._until = 0.0

    def _keep(self, packet: Sounding) -> None:
        self._services.keeper.keep(self._room, self._speaker, packet, self._version, self._said)

    def _heard(self, part: ClipPart, timeline: Timeline, now: float, *, typed: bool) -> None:
        """Writes down that a piece, or a whole sentence, begins to sound, and how late, unless it was typed."""
        behind = now - timeline.speech_end
        if not typed:
            self._services.metrics.word_lag.observe(max(0.0, behind))
        if part.piece == 0:
            self._services.keeper.cue(self._room, self._speaker, self._version, part.segment, now)
        if part.piece == 0 and not typed:
            self._services.metrics.first_sound(timeline, now)
        log.info(
            "clip.heard",
            segment=part.segment,
            piece=part.piece,
            room=part.room,
            language=part.language,
            version=self._version.label,
            lag_ms=round(1000 * behind),
        )

    def _framed(self, due: Due, samples: Pcm) -> Iterator[Pcm]:
        """The frames of a part. It goes on from the one before it, at the tempo at which its breath began."""
        part = due.part
        key = (Position.of(part), part.engine)
        begun, framer = self._clause or (None, None)
        if framer is None or begun != key:
            framer = Framer(part.rate, due.tempo)
        self._clause = None if part.ends_clause else (key, framer)
        return framer.push(samples, last=part.ends_clause, joined=part.last and not part.last_piece)

    def _count_dropped(self) -> None:
        for reason, count in (self.playout.dropped - self._counted).items():
            if reason != "cleared":
                self._told["skipped"] = time.monotonic()
            self._services.metrics.dropped.labels("clip", reason).inc(count)
            log.warning(
                "clips are not played", speaker=self._speaker, version=self._version.label, reason=reason, count=count
            )
        self._counted = self.playout.dropped.copy()

"""One tapped speaker: RTP from the SFU → voice activity → segments → workers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import structlog
from msgspec.structs import replace

from app.auth.tokens import ParticipantMeta
from app.cancellation import end
from app.media.audio.segmenter import Ask, AskKind, Segmenter
from app.media.audio.tap import Chunk, Sounding, TapStream
from app.media.audio.vad import FRAME_SECONDS, VoiceDetector
from app.media.bridge.director import Director, Languages
from app.media.bridge.mistakes import Mistakes
from app.media.bridge.outbox import Outbox
from app.media.bridge.services import Services
from app.media.bridge.sfu_client import SfuError, SfuGoneError
from app.media.bridge.sfu_messages import Nothing, TapAnswer
from app.media.policy.ladder import Level
from app.media.policy.room import Producer, Room
from tasks.wire.messages import STT_RATE, Segment, Timeline

RETRY_SECONDS: Final = 1.0
"""Time before a refused tap is tried again."""

SETTLE_SECONDS: Final = 0.3
"""Time after somebody wants to be translated again in which sound of before may still come, and nothing is heard."""

CLOSE_SECONDS: Final = 0.5
"""Time that untapping a track may take, and then sending its last segment."""

log = structlog.get_logger(__name__)


class Speaker(asyncio.DatagramProtocol):
    """Taps one original audio track. Run `run` as a task; cancel it when the track is gone."""

    def __init__(
        self,
        services: Services,
        room: Room,
        producer: Producer,
        first_seq: int,
        on_final: Callable[[Segment], None],
        director: Director,
    ) -> None:
        self.tapped = False
        """Whether the SFU has agreed to send the track."""
        self._services = services
        self._room = room
        self._producer = producer
        self._on_final = on_final
        self._director = director
        self._prefix = secrets.token_hex(6)
        self._meta = room.people[producer.participant]
        self._audience = room.audience(producer.participant)
        self._mistakes = Mistakes(self._meta.mistaken)
        self._segmenter = Segmenter(services.config.segmenter, first_seq)
        self._detector = VoiceDetector()
        self._begun = -1  # number of the segment that was sent last
        self._stream: TapStream | None = None
        self._outbox = Outbox(services.redis, services.send, services.metrics, director.on_dropped)
        self._apart_until: float | None = None  # seconds since the epoch, while what is said is not to be translated
        self._counted = {"received": 0, "lost": 0, "late": 0, "reordered": 0}

    async def run(self) -> None:
        """Taps the track until cancelled."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        sending = asyncio.create_task(self._outbox.run())
        tap: str | None = None
        try:
            tap = await self._tap(transport.get_extra_info("sockname")[1])
            self.tapped = True
            await asyncio.wait({sending})  # not the task itself, which may swallow a cancellation: see `end`
            sending.result()
        finally:
            self.tapped = False
            transport.close()
            self.stop_receiving()
            await end({sending})
            with suppress(SfuError, SfuGoneError, TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    if tap is not None and self._services.sfu.connected:
                        await self._services.sfu.request("untap", {"tapId": tap}, Nothing)
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._outbox.drain()

    def datagram_received(self, data: bytes, _addr: tuple[str | Any, int]) -> None:
        """A packet came on the tap's socket."""
        if self._stream is not None:
            self._receive(self._stream.feed(data, time.time()))

    def stop_receiving(self) -> None:
        """Receives no more, and closes the segment that is open."""
        self._stream = None
        for ask in self._segmenter.flush():
            self._put(ask)
        self._director.floor.note(self._room.name, self._producer.participant, speaking=False)

    def is_of(self, room: str, participant: str) -> bool:
        """Whether it is this person's voice."""
        return (self._room.name, self._producer.participant) == (room, participant)

    def give_seq(self) -> int:
        """A number for what this person says in another way, now."""
        return self._segmenter.give()

    def tick(self, now: float) -> None:
        """Time goes on, packets or not; call every 20 ms or so."""
        if self._stream is not None:
            self._receive(self._stream.tick(now))
            self._count(self._stream)

    async def _tap(self, port: int) -> str:
        while True:
            fence = self._services.fence(self._room.name)
            data = {"producerId": self._producer.producer_id, "port": port, "fence": fence}
            try:
                answer = await self._services.sfu.request("tap", data, TapAnswer)
            except (SfuError, SfuGoneError) as error:
                log.warning("cannot tap", speaker=self._producer.participant, error=str(error), retry_in=RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._stream = TapStream(answer.ssrc, answer.payload_type, self._keep)
                return answer.tap_id

    def _keep(self, packet: Sounding) -> None:
        """A packet of the voice, as it came: it is kept where the call is, unless it is not to be translated."""
        producer = self._room.producers.get(self._producer.producer_id)
        if producer is not None and not producer.untranslated and self._apart_until is None:
            self._services.keeper.keep(self._room.name, producer.participant, packet)

    def _receive(self, chunks: list[Chunk]) -> None:
        meta = self._room.people.get(self._producer.participant, self._meta)
        self._put_right(meta)
        if self._apart(time.time()):
            self._director.floor.note(self._room.name, self._producer.participant, speaking=False)
            return  # nothing of it is kept, not even as what came before the next word
        self._segmenter.streaming = not meta.among and self._services.listeners.hear(meta.speak)
        for chunk in chunks:
            began = time.perf_counter()
            frames = self._detector.push(chunk)
            self._services.metrics.vad_busy.inc(time.perf_counter() - began)
            self._services.metrics.vad.inc(len(frames) * FRAME_SECONDS)
            for frame in frames:
                for ask in self._segmenter.push(frame):
                    self._put(ask)
        speaking = not self._segmenter.idle
        self._director.floor.note(self._room.name, self._producer.participant, speaking=speaking)

    def _apart(self, now: float) -> bool:
        """Whether what is heard now is not to be translated. What had been begun ends as at a pause."""
        producer = self._room.producers.get(self._producer.producer_id)
        if producer is None or producer.untranslated:
            if self._apart_until is None:
                for ask in self._segmenter.flush():
                    self._put(ask)
                self._segmenter = Segmenter(self._services.config.segmenter, self._segmenter.seq)
                self._detector.reset()
            self._apart_until = now + SETTLE_SECONDS
        elif self._apart_until is not None and now >= self._apart_until:
            self._apart_until = None
        return self._apart_until is not None

    def _put(self, ask: Ask) -> None:
        self._director.speech.hear(self._room.name)
        # What has begun is sent to its end: else no worker would ever say that it is over.
        if ask.seq != self._begun and self._director.admitted(self._room.name) is Level.ORIGINAL:
            self._services.metrics.dropped.labels("segment" if ask.final else "interim", "busy").inc()
            return
        self._begun = ask.seq
        segment = self._segment(ask)
        owner = None if segment.among else self._services.listeners.choose(segment)
        if ask.revision == 0:
            self._director.on_open(segment)
        pcm = ask.samples.astype("<i2").tobytes()
        self._outbox.put(segment, pcm, ask.offset, owner=owner)
        if ask.final and segment.among and self._meta.between:  # in a call nobody can put it right
            self._mistakes.keep(segment, pcm)
        if ask.final:
            log.info(
                "segment.closed",
                segment=segment.id,
                room=segment.room,
                speaker=segment.speaker,
                language=segment.language,
                seconds=round(ask.length / STT_RATE, 2),
                read=segment.read,
                hear=segment.hear,
            )
            self._on_final(segment)

    def _put_right(self, meta: ParticipantMeta) -> None:
        """Sends what was taken for another language to the workers once more, as if it had just been said."""
        found = self._mistakes.put_right(meta.mistaken) if self._segmenter.idle else None
        if found is None or meta.mistaken is None:
            return
        before, pcm = found
        seq, now = self._segmenter.give(), time.time()
        spoken = before.timeline.speech_end - before.timeline.speech_start
        segment = replace(
            before,
            id=f"{self._prefix}-{seq}",
            seq=seq,
            among=[],
            timeline=Timeline(speech_start=now - spoken, speech_end=now, closed=now),
            **self._languages(replace(meta, speak=meta.mistaken.language, among=[]))._asdict(),
        )
        log.info("segment.again", segment=segment.id, before=before.id, room=segment.room, language=segment.language)
        self._director.on_dropped(before)  # what is still made of it is refused, and nothing else would say so
        self._director.on_open(segment)
        self._outbox.put(segment, pcm)
        self._on_final(segment)

    def _segment(self, ask: Ask) -> Segment:
        speaker = self._producer.participant
        if ask.revision == 0:  # a segment is in one language, that in which a worker begins to hear it
            self._meta = self._room.people.get(speaker, self._meta)
        if speaker in self._room.people:
            audience = self._room.audience(speaker)
            self._audience = audience if ask.revision == 0 else self._audience.lasting(audience)
        config = self._services.config.playout
        return Segment(
            id=f"{self._prefix}-{ask.seq}",
            room=self._room.name,
            speaker=speaker,
            bridge=self._services.bridge,
            seq=ask.seq,
            revision=ask.revision,
            final=ask.final,
            paused=ask.kind is AskKind.PAUSE,
            among=self._meta.among,
            leaning={code: count for code, count in self._mistakes.leaning.items() if code in self._meta.among},
            samples=ask.length,
            lead=ask.speech_start - ask.audio_start,
            max_lag=config.in_turns if self._meta.between else config.max_lag,
            voice=self._room.voices_of.get(speaker, 0),
            timeline=Timeline(speech_start=ask.speech_start, speech_end=ask.speech_end, closed=time.time()),
            **self._languages(self._meta)._asdict(),
        )

    def _languages(self, meta: ParticipantMeta) -> Languages:
        return self._director.languages(self._room, self._producer.participant, meta, self._audience)

    def _count(self, stream: TapStream) -> None:
        order = stream.order
        seen = (stream.packets, order.lost, order.late, order.reordered)
        for fate, value in zip(self._counted, seen, strict=True):
            if value > self._counted[fate]:
                self._services.metrics.packets.labels(fate).inc(value - self._counted[fate])
                self._counted[fate] = value

"""Cuts a track into segments: pure logic, frames of audio with speech probabilities in, asks out.

A segment opens on speech, asks for a hypothesis at every pause and while speech goes on, and closes when a
pause lasts. The final ask carries the very audio and revision of the ask made when that pause began, so that
the worker that answered it need not decode again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np

from app.media.audio.config import SegmenterConfig
from app.media.audio.opus import Pcm
from app.media.audio.vad import FRAME, FRAME_SECONDS, Frame

_SMOOTH: Final = 3
"""Frames over which power is averaged when the quietest point is looked for (about 100 ms)."""


class AskKind(Enum):
    """Why a transcript is wanted."""

    PAUSE = "pause"
    """A pause has begun; probably this is the whole segment."""
    GROWTH = "growth"
    """Speech goes on; this is what there is so far."""
    FINAL = "final"
    """The segment is closed."""


@dataclass(frozen=True)
class Ask:
    """One request for the transcript of a segment."""

    kind: AskKind
    seq: int
    """Counts segments from 0, without gaps."""
    revision: int
    """Counts asks with different audio within the segment from 0."""
    samples: Pcm
    """At 16 kHz: the sound from `offset` on."""
    offset: int
    """Samples of the segment that asks before this one have brought already: none but where it is heard as a stream."""
    length: int
    """Samples of the segment that are asked about; where a stream is cut in the end they can be fewer than were
    brought."""
    speech_start: float
    """First voiced moment, seconds since the epoch."""
    speech_end: float
    """End of the last voiced frame."""
    audio_start: float
    """When the first sample of the segment was captured, told by the first voiced one: the silence that is kept before
    it may be from before a long time without any sound, as of a microphone that was muted."""

    @property
    def final(self) -> bool:
        """Whether no further ask of this segment follows."""
        return self.kind is AskKind.FINAL


@dataclass
class _Open:
    """The segment being built."""

    frames: list[Frame]
    voiced: list[bool]
    streamed: bool = False
    """Whether it is heard as it comes, so that it cannot end before what was asked last."""
    revision: int = -1
    """Revision of the newest ask, -1 before the first."""
    asked_at: int = 0
    """Frames there were at the newest ask, or at the opening."""
    brought: int = 0
    """Frames that asks have brought, where it is streamed."""
    pause_ask: Ask | None = None
    """The ask of the pause that is going on."""
    speech: int = 0
    """Voiced frames."""
    last_voiced: int = -1
    """Index of the last voiced frame, -1 where there is none."""

    def __post_init__(self) -> None:
        self.asked_at = len(self.frames)
        self.speech = sum(self.voiced)
        self.last_voiced = max((index for index, voiced in enumerate(self.voiced) if voiced), default=-1)

    def add(self, frame: Frame, *, voiced: bool) -> None:
        """The next frame."""
        self.frames.append(frame)
        self.voiced.append(voiced)
        if voiced:
            self.speech += 1
            self.last_voiced = len(self.voiced) - 1

    @property
    def silence(self) -> int:
        """Frames since the last voiced one."""
        return len(self.voiced) - 1 - self.last_voiced


class Segmenter:
    """Segments one track."""

    def __init__(self, config: SegmenterConfig | None = None, first_seq: int = 0) -> None:
        self.seq = first_seq
        """Number of the open or next segment."""
        self.streaming = False
        """Whether segments that open from now on are heard as streams."""
        self._config = config or SegmenterConfig()
        self._recent: deque[Frame] = deque(maxlen=max(1, self._frames(self._config.pre_roll)))
        self._open: _Open | None = None
        self._given = 0  # numbers after that of the open segment that are something else's

    def give(self) -> int:
        """A number for what is said beside the track: after what is open, before what comes next."""
        if self._open is None:
            self.seq += 1
            return self.seq - 1
        self._given += 1
        return self.seq + self._given

    def push(self, frame: Frame) -> list[Ask]:
        """What the next frame of the track gives rise to, in order."""
        if self._open is None:
            if frame.probability < self._config.open_at:
                self._recent.append(frame)
                return []
            before = list(self._recent)
            self._recent.clear()
            self._open = _Open([*before, frame], [False] * len(before) + [True], self.streaming)
            return []
        self._open.add(frame, voiced=frame.probability >= self._threshold(self._open))
        if self._open.voiced[-1]:
            self._open.pause_ask = None
        return self._consider(self._open)

    @property
    def idle(self) -> bool:
        """Whether no segment is open."""
        return self._open is None

    def flush(self) -> list[Ask]:
        """Closes what is open: the track has ended."""
        return self._close(self._open) if self._open else []

    def _threshold(self, segment: _Open) -> float:
        return self._config.keep_at if segment.silence == 0 else self._config.open_at

    def _consider(self, segment: _Open) -> list[Ask]:
        config, silence = self._config, segment.silence
        if silence >= self._frames(self._endpoint(segment)):
            return self._close(segment)
        if self._too_long(segment):
            return self._close(segment) if silence >= self._frames(self._cut_pause(segment)) else self._cut(segment)
        if segment.speech < self._frames(config.min_speech):
            return []
        if silence == self._frames(config.tail):
            segment.pause_ask = self._ask(segment, AskKind.PAUSE, len(segment.frames))
            return [segment.pause_ask]
        since = len(segment.frames) - segment.asked_at
        every = config.stream_every if segment.streamed else config.interim_every
        if silence == 0 and every and since >= self._frames(every) and not self._may_be_cut_off(segment):
            return [self._ask(segment, AskKind.GROWTH, len(segment.frames))]
        return []

    def _may_be_cut_off(self, segment: _Open) -> bool:
        """Whether the newest of a segment may become the next one's, whose words must not be shown as this one's."""
        config = self._config
        return not segment.streamed and len(segment.frames) > self._frames(config.max_length - config.cut_window)

    def _too_long(self, segment: _Open) -> bool:
        config, length = self._config, len(segment.frames)
        if not segment.streamed:
            return length >= self._frames(config.max_length)
        if segment.silence >= self._frames(self._cut_pause(segment)):
            return length >= self._frames(config.stream_patience)
        return length >= self._frames(config.stream_max + config.cut_window)

    def _cut_pause(self, segment: _Open) -> float:
        """Seconds of silence with which a segment that is too long is not cut but over."""
        config = self._config
        if not segment.streamed:
            return config.tail
        last = config.stream_max - config.cut_window
        left = (last - len(segment.frames) * FRAME_SECONDS) / max(last - config.stream_patience, FRAME_SECONDS)
        return config.stream_pause + max(0.0, min(1.0, left)) * (config.endpoint - config.stream_pause)

    def _endpoint(self, segment: _Open) -> float:
        config = self._config
        shortness = max(0.0, 1.0 - segment.speech * FRAME_SECONDS / config.short_speech)
        return config.endpoint + shortness * max(0.0, config.endpoint_short - config.endpoint)

    def _close(self, segment: _Open) -> list[Ask]:
        self._open = None
        if segment.speech < self._frames(self._config.min_speech) and segment.revision < 0:
            self._recent.extend(segment.frames)
            if self._given:
                self._next()
            return []
        end = min(len(segment.frames), segment.last_voiced + 1 + self._frames(self._config.tail))
        self._recent.extend(segment.frames[end:])
        return [self._final(segment, end)]

    def _cut(self, segment: _Open) -> list[Ask]:
        """Closes the segment at its quietest recent point and carries the rest over into the next."""
        at = self._quietest(segment)
        rest = _Open(segment.frames[at:], segment.voiced[at:], self.streaming)
        segment.pause_ask = None
        ask = self._final(segment, at)
        self._open = rest
        return [ask]

    def _quietest(self, segment: _Open) -> int:
        first = max(0, len(segment.frames) - self._frames(self._config.cut_window))
        heard = segment.asked_at - (
            1 if segment.streamed else self._frames(self._config.tail)
        )  # a pause ends with that
        first = min(max(first, heard), len(segment.frames) - _SMOOTH)
        window = segment.frames[first:]
        power = np.array([float(np.mean(np.square(frame.samples.astype(np.float32)))) for frame in window])
        smooth = np.convolve(power, np.ones(_SMOOTH) / _SMOOTH, mode="valid")
        return len(segment.frames) - len(window) + int(np.argmin(smooth)) + _SMOOTH // 2 + 1

    def _final(self, segment: _Open, end: int) -> Ask:
        if segment.pause_ask is not None:
            ask = replace(segment.pause_ask, kind=AskKind.FINAL)
            if segment.streamed:  # the ask of the pause has brought all
                ask = replace(ask, samples=ask.samples[:0], offset=ask.length)
        else:
            ask = self._ask(segment, AskKind.FINAL, end)
        self._next()
        return ask

    def _next(self) -> None:
        self.seq, self._given = self.seq + 1 + self._given, 0

    def _ask(self, segment: _Open, kind: AskKind, end: int) -> Ask:
        segment.revision += 1
        segment.asked_at = end
        voiced = [index for index, voiced in enumerate(segment.voiced[:end]) if voiced]
        first, last = (voiced[0], voiced[-1]) if voiced else (0, end - 1)
        brought = segment.brought
        if segment.streamed:
            segment.brought = max(brought, end)
        new = [frame.samples for frame in segment.frames[brought:end]]
        return Ask(
            kind,
            self.seq,
            segment.revision,
            np.concatenate(new) if new else np.zeros(0, np.int16),
            brought * FRAME,
            end * FRAME,
            segment.frames[first].time,
            segment.frames[last].time + FRAME_SECONDS,
            segment.frames[first].time - first * FRAME_SECONDS,
        )

    @staticmethod
    def _frames(seconds: float) -> int:
        return round(seconds / FRAME_SECONDS)

"""Audio files as people have them → mono blocks, each with its time in the file. Runs in the listening process only.

Files are joined of parts with other rates and channels, begin late or have gaps, carry several tracks, and are stereo
whose channels cancel each other.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from app.media.audio.opus import Pcm

FORMATS: Final = (
    "wav,w64,aiff,mp3,flac,ogg,matroska,webm,mov,mp4,m4a,3gp,aac,adts,amr,caf,asf,au,mpegts,mpeg,avi,flv,nut,ac3,eac3,"
    "wv,tta,ape,dts,voc,mp2"
)
"""Containers that are read. Not playlists: FFmpeg would open the files and addresses that they name."""
BROADCAST: Final = frozenset({"mpegts", "mpeg"})
"""Their clock begins anywhere, and jumps where a recording was cut."""
JUMP: Final = 10.0
"""Seconds forward that are a cut in a broadcast rather than a pause (FFmpeg's own `dts_delta_threshold`)."""
GAP: Final = 0.15
"""Seconds that count as a gap: what encoders and clocks of containers are off by is less."""
SILENCE: Final = 1.0
"""Seconds of a gap that are heard, so that an utterance ends in it; the rest is time alone."""
CANCELLED: Final = 0.1
"""Power of the mix of two channels, relative to the louder one, below which they cancel each other: speech in one
channel alone has 0.25."""
HALF_LIFE: Final = 0.1
"""Seconds after which the powers of before count half: recordings are joined, and what was right before is wrong."""

Floats = NDArray[np.float32]


class RefusedError(Exception):
    """The audio cannot be used; the message says why and what to do."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Block:
    """Mono samples, and where they are in the file, seconds."""

    at: float
    samples: Pcm


def tracks(data: bytes) -> int:
    """How many audio tracks a file has.

    Raises:
        RefusedError: it is no audio.
    """
    try:
        with _opened(data) as container:
            count = len(container.streams.audio)
    except (av.FFmpegError, ValueError) as error:
        raise no_audio() from error
    if not count:
        raise RefusedError(415, "no_audio", "There is no sound in this file: send one with an audio track.")
    return count


def decoded(data: bytes, most: float, rate: int, track: int = 0) -> Iterator[Block]:
    """An audio track of a file as mono blocks at `rate`.

    Raises:
        RefusedError: it is no audio, or lasts longer than `most` seconds.
    """
    heard, samples = False, 0
    try:
        with _opened(data) as container:
            if container.duration and container.duration / av.time_base > most + 1:
                raise too_long(most)
            for block in _blocks(container, rate, track):
                heard = heard or bool(len(block.samples))
                samples += len(block.samples)
                if samples > most * rate:
                    raise too_long(most)
                yield block
    except (av.FFmpegError, ValueError) as error:
        raise no_audio() from error
    if not heard:
        raise no_audio()


def _opened(data: bytes) -> av.container.InputContainer:
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
    return av.open(io.BytesIO(data), "r", options=options)


def _blocks(container: av.container.InputContainer, rate: int, track: int) -> Iterator[Block]:
    broadcast = not BROADCAST.isdisjoint(container.format.name.split(","))
    zero = (container.start_time or 0) / av.time_base if broadcast else 0.0
    timeline = _Timeline(rate, JUMP if broadcast else None)
    mono = _Mono(rate)
    for frame in _frames(container, track):
        if not mono.takes(frame):
            yield timeline.next(mono.rest())
            mono = _Mono(rate)
        if frame.time is not None and (gap := timeline.gap(frame.time - zero - mono.held)) is not None:
            yield timeline.next(mono.rest())
            mono = _Mono(rate)
            yield from timeline.leap(gap)
        yield timeline.next(mono.push(frame))
    yield timeline.next(mono.rest())


def _frames(container: av.container.InputContainer, track: int) -> Iterator[AudioFrame]:
    """The frames of a track; packets that are damaged are passed over."""
    for packet in container.demux(container.streams.audio[track]):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            continue
        for frame in frames:
            if isinstance(frame, AudioFrame):
                yield frame


class _Timeline:
    """Where in the file the next samples are."""

    def __init__(self, rate: int, jump: float | None) -> None:
        """`jump`: seconds forward that are no gap; None: every gap is one."""
        self._rate = rate
        self._jump = jump
        self._from, self._samples = 0.0, 0
        self._begun = False

    @property
    def _at(self) -> float:
        return self._from + self._samples / self._rate

    def next(self, samples: Pcm) -> Block:
        """These samples, in their place."""
        block = Block(self._at, samples)
        self._samples += len(samples)
        self._begun = self._begun or bool(len(samples))
        return block

    def gap(self, at: float) -> float | None:
        """Where the next samples begin, if that is later than where those before have ended."""
        late = at - self._at
        if late < GAP or (self._jump is not None and self._begun and late > self._jump):
            return None
        return at

    def leap(self, to: float) -> Iterator[Block]:
        """Go there, through silence where something was before."""
        if self._begun:
            yield self.next(np.zeros(int(min(SILENCE, to - self._at) * self._rate), np.int16))
        self._from, self._samples = to, 0


class _Mono:
    """Frames of one form → mono samples."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._form: tuple[str, str, int] | None = None
        self._resampler: AudioResampler | None = None
        self._given, self._taken = 0.0, 0
        self._powers = np.zeros(3)

    @property
    def held(self) -> float:
        """Seconds that have gone in and not come out yet."""
        return self._given - self._taken / self._rate

    def takes(self, frame: AudioFrame) -> bool:
        """Whether a frame has the form of those before."""
        form = frame.format.name, frame.layout.name, frame.sample_rate
        self._form = self._form or form
        return form == self._form

    def push(self, frame: AudioFrame) -> Pcm:
        """The samples that a frame completes."""
        if self._resampler is None:
            self.takes(frame)
            layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
            self._resampler = AudioResampler(format="fltp", layout=layout, rate=self._rate)
        self._given += frame.samples / frame.sample_rate
        frame.pts = None  # the resampler would fill gaps of its own accord
        return self._mixed(frame)

    def rest(self) -> Pcm:
        """What is left when no more frames come."""
        return self._mixed(None) if self._resampler else np.zeros(0, np.int16)

    def _mixed(self, frame: AudioFrame | None) -> Pcm:
        assert self._resampler is not None  # noqa: S101
        found = [self._mix(out.to_ndarray().astype(np.float32, copy=False)) for out in self._resampler.resample(frame)]
        samples = np.concatenate(found) if found else np.zeros(0, np.float32)
        self._taken += len(samples)
        return np.clip(np.rint(samples * 32_768), -32_768, 32_767).astype(np.int16)

    def _mix(self, channels: Floats) -> Floats:
        """The mean of the channels, or the louder one where they cancel each other."""
        mix: Floats = channels.mean(axis=0)
        if len(channels) == 1:
            return mix
        now = np.array([np.sum(np.square(one, dtype=np.float64)) for one in (channels[0], channels[1], mix)])
        self._powers = self._powers * 0.5 ** (len(mix) / self._rate / HALF_LIFE) + now
        louder = int(np.argmax(self._powers[:2]))
        if self._powers[2] < CANCELLED * self._powers[louder]:
            mix = channels[louder]
        return mix


def no_audio() -> RefusedError:
    """415 for what cannot be read."""
    message = "This audio cannot be read: send wav, mp3, m4a, ogg, opus, webm or flac."
    return RefusedError(415, "not_audio", message)


def too_long(most: float) -> RefusedError:
    """413 for what lasts longer than that."""
    return RefusedError(413, "audio_too_long", f"More than {most:.0f} s of audio: send it in shorter files.")

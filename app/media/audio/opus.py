"""Opus and sample-rate conversion: what crosses between RTP and PCM.

Encoding and conversion go through FFmpeg (PyAV), whose decoder for Opus knows nothing of lost packets: decoding is
libopus's own (opuslib-next).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from opuslib_next import Decoder, OpusError

from app.media.audio.rtp import RTP_RATE

Pcm = npt.NDArray[np.int16]
"""Mono 16-bit samples, shape (n,)."""

FRAME: Final = RTP_RATE // 50
"""Samples of one 20 ms Opus frame at 48 kHz."""

MAX_PACKET_SAMPLES: Final = 6 * FRAME
"""The longest Opus packet: 120 ms (RFC 6716 3.1)."""

STEP: Final = FRAME // 8
"""Opus counts in 2.5 ms, here in samples."""

BITRATE: Final = 32_000
"""Bits per second of dubbed speech; RFC 7587 3.1.1 names 28-40 kbit/s as good for full-band mono speech."""


def frame_of(samples: Pcm, rate: int) -> AudioFrame:
    """Mono samples at `rate` Hz as FFmpeg takes them."""
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = rate
    return frame


class OpusDecoder:
    """Opus packets of one stream → mono 48 kHz PCM; stereo is mixed down."""

    def __init__(self) -> None:
        self._decoder = Decoder(RTP_RATE, 1)

    def decode(self, payload: bytes) -> Pcm:
        """The samples of one packet; empty when the packet is broken."""
        return self._decode(payload, MAX_PACKET_SAMPLES)

    def recover(self, samples: int, following: bytes) -> Pcm:
        """What probably was in the `samples` that are missing before the packet `following`, which is decoded next.

        Their end comes from the redundancy in `following` where the sender put some in (in-band FEC, RFC 6716 2.1.7),
        the rest goes on from what was decoded last and fades away (packet loss concealment).

        Raises:
            ValueError: `samples` is no multiple of `STEP`.
        """
        if samples % STEP:
            raise ValueError(f"Opus conceals multiples of {STEP} samples, not {samples}.")
        found = self._decode(following, samples, fec=True)
        return found if len(found) == samples else np.zeros(samples, np.int16)

    def _decode(self, payload: bytes, max_samples: int, *, fec: bool = False) -> Pcm:
        try:
            return np.frombuffer(self._decoder.decode(payload, max_samples, fec), np.int16)
        except OpusError:
            return np.zeros(0, np.int16)


class OpusEncoder:
    """Mono 48 kHz PCM → Opus packets of 20 ms."""

    def __init__(self) -> None:
        self._codec = AudioCodecContext.create("libopus", "w")
        assert isinstance(self._codec, AudioCodecContext)  # noqa: S101  (narrowing: create() is typed loosely)
        self._codec.sample_rate = RTP_RATE
        self._codec.layout = "mono"
        self._codec.format = "s16"
        self._codec.bit_rate = BITRATE
        self._codec.options = {"application": "voip", "frame_duration": "20"}
        self._codec.open()
        self._pts = 0

    def encode(self, samples: Pcm) -> list[bytes]:
        """The packets that `FRAME` samples complete: one, except that the very first call may give none.

        Raises:
            ValueError: not exactly one frame; the caller must cut and pad.
        """
        if len(samples) != FRAME:
            raise ValueError(f"An Opus frame has {FRAME} samples, not {len(samples)}: pad the last one.")
        frame = frame_of(samples, RTP_RATE)
        frame.pts = self._pts
        frame.time_base = Fraction(1, RTP_RATE)
        self._pts += FRAME
        return [bytes(packet) for packet in self._codec.encode(frame)]


class Resampler:
    """A stream of mono PCM from one rate to another; keeps its filter state between calls."""

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._resampler = AudioResampler(format="s16", layout="mono", rate=target)

    def push(self, samples: Pcm) -> Pcm:
        """The output that `samples` complete; lags the input by the filter's few samples."""
        return self._gather(frame_of(samples, self._source)) if len(samples) else np.zeros(0, np.int16)

    def finish(self) -> Pcm:
        """The samples still in the filter; the stream is over."""
        return self._gather(None)

    def _gather(self, frame: AudioFrame | None) -> Pcm:
        parts = [out.to_ndarray().reshape(-1) for out in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


def resample(samples: Pcm, source: int, target: int) -> Pcm:
    """A whole recording or clip at another rate."""
    if source == target:
        return samples
    stream = Resampler(source, target)
    return np.concatenate([stream.push(samples), stream.finish()])

"""Audio files as people have them, made of speech at 48 kHz."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000
STEP = 960
"""Samples of a frame."""

Samples = NDArray[np.int16]


def encoded(
    container: str,
    codec: str,
    tracks: Sequence[Samples],
    *,
    rate: int = RATE,
    layout: str = "mono",
    late: Sequence[tuple[float, float]] = (),
) -> bytes:
    """A file with these tracks, each of shape (samples,) or (channels, samples).

    From each (second, seconds) in `late` on, the time line is so many seconds behind what there is of sound.
    """
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        streams: list[Any] = [out.add_stream(codec, rate=rate, layout=layout) for _ in tracks]
        for stream, samples in zip(streams, tracks, strict=True):
            _write(out, stream, np.atleast_2d(samples), late)
    return file.getvalue()


def _write(out: Any, stream: Any, samples: Samples, late: Sequence[tuple[float, float]]) -> None:  # noqa: ANN401
    context = stream.codec_context
    names = "mono" if len(samples) == 1 else context.layout.name
    to = av.AudioResampler(context.format, context.layout, context.sample_rate)
    done = 0
    for at in range(0, samples.shape[1] // STEP * STEP, STEP):
        packed = np.ascontiguousarray(samples[:, at : at + STEP].T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=names)
        frame.sample_rate = RATE
        behind = sum(seconds for second, seconds in late if at / RATE >= second)
        for piece in to.resample(frame):
            piece.pts, piece.time_base = done + int(behind * context.sample_rate), Fraction(1, context.sample_rate)
            done += piece.samples
            out.mux(stream.encode(piece))
    out.mux(stream.encode(None))


def mp3(samples: Samples, **more: Any) -> bytes:  # noqa: ANN401
    """An MP3."""
    return encoded("mp3", "libmp3lame", [samples], **more)


def wav(channels: Samples, rate: int = RATE) -> bytes:
    """A WAV of shape (channels, samples)."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((len(channels), 2, rate, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(channels.T).astype("<i2").tobytes())
    return out.getvalue()

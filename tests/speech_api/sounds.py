"""Reading what the APIs sent, and making what they are sent."""

from __future__ import annotations

import io
import wave

import av
import numpy as np
from numpy.typing import NDArray


def decoded(data: bytes, rate: int = 16_000) -> NDArray[np.int16]:
    """Mono samples of any audio file."""
    resampler = av.AudioResampler("s16", "mono", rate)
    with av.open(io.BytesIO(data), "r") as container:
        frames = [out for frame in [*container.decode(audio=0), None] for out in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames]).astype(np.int16)


def wav(samples: NDArray[np.int16], rate: int = 16_000) -> bytes:
    """A mono WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def pitch(samples: NDArray[np.int16], rate: int) -> float:
    """The strongest frequency, Hz."""
    return float(np.argmax(np.abs(np.fft.rfft(samples.astype(np.float64)))) * rate / len(samples))

"""Recorded sound: files that are read whole."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import av
import numpy as np

from app.media.audio.opus import Pcm
from app.media.audio.rtp import RTP_RATE


@lru_cache(maxsize=4)
def read_recording(path: Path) -> Pcm:
    """The whole recording as mono 48 kHz. Blocks for some tens of milliseconds."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RTP_RATE)
    parts: list[Pcm] = []
    with av.open(str(path)) as container:
        for frame in [*container.decode(audio=0), None]:
            parts += [out.to_ndarray().reshape(-1).astype(np.int16) for out in resampler.resample(frame)]
    return np.concatenate(parts)

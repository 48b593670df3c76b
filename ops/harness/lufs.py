"""Loudness as people hear it: EBU R 128, by FFmpeg's own filter."""

from __future__ import annotations

from fractions import Fraction

import av
import av.filter
import numpy as np
from numpy.typing import NDArray

SILENCE = -70.0
"""What the standard calls silence, LUFS."""


def integrated(samples: NDArray[np.float32], rate: int) -> float:
    """Integrated loudness of mono samples in -1…1, LUFS; `SILENCE` where there is none."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="mono", time_base=Fraction(1, rate))
    meter, sink = graph.add("ebur128", "metadata=true"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    padded = np.concatenate([samples, np.zeros(rate // 2, np.float32)])  # the last block of 400 ms must be complete
    frame = av.AudioFrame.from_ndarray(padded[None], format="flt", layout="mono")
    frame.sample_rate, frame.pts = rate, 0
    graph.push(frame)
    graph.push(None)
    found = SILENCE
    while True:
        try:
            measured = graph.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return found
        if isinstance(measured, av.AudioFrame) and "lavfi.r128.I" in measured.metadata:
            found = float(measured.metadata["lavfi.r128.I"])

"""Loudness as people hear it: EBU R 128, by FFmpeg's own filter."""

from __future__ import annotations

import av
import numpy as np


def loudness(pcm: bytes, rate: int) -> float:
    """Integrated loudness of mono 16-bit speech, LUFS; -70 when there is none."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="s16", layout="mono")
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None], layout="mono")
    frame.rate, frame.pts = rate, 0
    source.push(frame)
    source.push(None)
    measured = -70.0
    while True:
        try:
            metadata = sink.pull().metadata
        except (av.BlockingIOError, av.EOFError):
            return measured
        measured = float(metadata.get("lavfi.r128.I", measured))

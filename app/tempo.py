"""Speech faster or slower at the same pitch: FFmpeg's `atempo` (WSOLA), by way of PyAV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import av
import av.filter
from av.audio.frame import AudioFrame


def at_tempo(frames: Iterable[AudioFrame], tempo: float) -> Iterator[AudioFrame]:
    """Mono s16 frames of one rate, `tempo` times as fast (0.25 to 100); as they are at 1."""
    if tempo == 1.0:
        yield from frames
        return
    graph: Any = None
    for frame in frames:
        graph = graph or _graph(frame, tempo)
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _graph(frame: AudioFrame, tempo: float) -> Any:  # noqa: ANN401  (PyAV's graphs are loosely typed)
    graph = av.filter.Graph()
    # One filter does not go below half speed.
    tempos = [0.5, tempo / 0.5] if tempo < 0.5 else [tempo]
    nodes = [
        graph.add_abuffer(format="s16", sample_rate=frame.sample_rate, layout="mono"),
        *(graph.add("atempo", str(each)) for each in tempos),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*nodes).configure()
    return graph


def _pulled(graph: Any) -> Iterator[AudioFrame]:  # noqa: ANN401
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return

"""Speech faster or slower at the same pitch: FFmpeg's `atempo` (WSOLA), by way of PyAV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import av
import av.filter
from av.audio.frame import AudioFrame


class Tempo:
    """Mono s16 frames of one rate, some times as fast; as they are at 1."""

    def __init__(self, tempo: float) -> None:
        """`tempo` is 0.25 to 100."""
        self._tempo = tempo
        self._graph: Any = None

    def push(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """The next frame, as far as it can be given already."""
        if self._tempo == 1.0:
            yield frame
            return
        self._graph = self._graph or _graph(frame, self._tempo)
        self._graph.push(frame)
        yield from _pulled(self._graph)

    def finish(self) -> Iterator[AudioFrame]:
        """What is left; the stream is over."""
        if self._graph is not None:
            self._graph.push(None)
            yield from _pulled(self._graph)


def at_tempo(frames: Iterable[AudioFrame], tempo: float) -> Iterator[AudioFrame]:
    """A whole stream; see `Tempo`."""
    changed = Tempo(tempo)
    for frame in frames:
        yield from changed.push(frame)
    yield from changed.finish()


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

"""The encoding process: `python -m app.speech_api.encode FORMAT SPEED`.

Blocks of mono s16le PCM come in, each behind its size and rate; the encoded sound goes out as soon as it is there. A
process of its own, because `web` loads no media library.
"""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Final

import av
import msgspec
import numpy as np
from av.audio.frame import AudioFrame

from app import confinement
from app.media.audio.tempo import at_tempo
from app.speech_api.audio_formats import FORMS, Form, Format
from app.speech_api.records import SIZE_HEADER

_OPTIONS: Final = {"mp3": {"write_xing": "0", "id3v2_version": "0"}, "ogg": {"page_duration": "200000"}}
"""By muxer. The output is a pipe: nothing may need going back, and nothing may wait (a page of Ogg would, for 1 s)."""
_WHOLE: Final = frozenset({"wav"})
"""Containers that begin with their length, which is known last: readers believe whatever number stands there."""
_BITRATE: Final = 64_000


class _Output:
    """What a muxer writes to."""

    def write(self, data: bytes) -> int:
        """Pass it on at once."""
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return len(data)


def _blocks() -> Iterator[AudioFrame]:
    source = sys.stdin.buffer
    while len(head := source.read(2 * SIZE_HEADER.size)) == 2 * SIZE_HEADER.size:
        size, rate = SIZE_HEADER.unpack(head[: SIZE_HEADER.size])[0], SIZE_HEADER.unpack(head[SIZE_HEADER.size :])[0]
        samples = np.frombuffer(source.read(size), "<i2")
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        yield frame


def _encode(frames: Iterator[AudioFrame], form: Form) -> None:
    first = next(frames, None)
    if first is None:
        return
    whole = io.BytesIO() if form.container in _WHOLE else None
    with av.open(
        whole or _Output(),
        "w",
        format=form.container,
        options=_OPTIONS.get(form.container, {}) | {"flush_packets": "1"},
    ) as container:
        stream: Any = container.add_stream(form.codec, rate=form.rate, layout="mono")
        if form.codec in {"libmp3lame", "libopus", "aac"}:
            stream.bit_rate = _BITRATE
        stream.codec_context.open()
        size = stream.codec_context.frame_size or None
        resampler = av.AudioResampler(stream.codec_context.format, "mono", form.rate, frame_size=size)
        for frame in _unstamped(itertools.chain([first], frames)):
            for out in resampler.resample(frame):
                container.mux(stream.encode(out))
        container.mux(stream.encode(None))
    if whole is not None:
        _Output().write(whole.getvalue())


def _bare(frames: Iterator[AudioFrame], form: Form) -> None:
    resampler = av.AudioResampler("s16", "mono", form.rate)
    output = _Output()
    for frame in _unstamped(frames):
        for out in resampler.resample(frame):
            output.write(out.to_ndarray().astype("<i2").tobytes())


def _unstamped(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame | None]:
    """All frames without time stamps, which are counted anew, and None at the end."""
    for frame in frames:
        frame.pts = None
        yield frame
    yield None


def main() -> None:
    """The process."""
    form = FORMS[msgspec.convert(sys.argv[1], Format)]
    confinement.confine()
    frames = at_tempo(_blocks(), float(sys.argv[2]))
    try:
        (_encode if form.container else _bare)(frames, form)
    except BrokenPipeError:  # nobody listens any more
        sys.exit(0)


if __name__ == "__main__":
    main()

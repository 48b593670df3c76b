"""Kokoro's network in two parts: how a clause is to be said, and its sound, made piece by piece as it is wanted.

Nine tenths of the time go into the second part, the vocoder (iSTFTNet, the `generator` of StyleTTS 2's decoder). Its
convolutions look a tenth of a second to both sides; only its instance normalisation looks at the whole clause. Here
that takes the mean and variance that a voice has over a fixed sentence instead, so that pieces join without a seam.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx.utils import Extractor

from tasks.engines.base import EngineError
from tasks.engines.tts.kokoro.normal import Normal, normal
from tasks.engines.tts.loudness import gain_for

Array = NDArray[np.float32]

RATE: Final = 24_000
SAMPLES: Final = 300
"""Of one frame."""

FRAMES_PER_SECOND: Final = RATE // SAMPLES

PIECES: Final = (20, 28, 36, 48, 64, 96)
"""Frames of the first, second and further pieces at least: they end with a word, so that it is none that is torn apart
where the next piece comes late."""

HESITATION: Final = 16
"""Frames by which the pieces of a clause may come late in all: 0.2 s, less than the 0.25 s from which silence between
words counts as a pause (Goldman-Eisler, Psycholinguistics, 1968)."""

CONTEXT: Final = 8
"""Frames before and after a piece that are computed with it: the reach of the vocoder's convolutions is 7."""

MARGIN: Final = 4
"""Frames kept of the silence that the network puts around a clause."""

_DURATIONS: Final = "/encoder/Clip_output_0"
"""Half as many frames as each token sounds for."""
_FEATURES: Final = "/decoder/decoder/decode.3/Div_4_output_0"
_SOURCE: Final = "/decoder/decoder/generator/Concat_3_output_0"
"""Spectrogram of harmonics and noise, `_STEPS` for each frame and one more."""
_STEPS: Final = 60
_SOUND: Final = "audio"
_STYLE: Final = "style"

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class _Prosody:
    """How a clause is to be said."""

    features: Array
    source: Array
    begin: int
    end: int
    """Frames between which something is said."""
    words: list[int]
    """Frames at which a word ends."""


class KokoroNetwork:
    """The network of a model file, for some voices. Keeps no state between calls."""

    voices: dict[str, Normal]
    """What is normal for each of them."""

    def __init__(
        self, model: Path, options: onnxruntime.SessionOptions, samples: Mapping[str, Inputs], *, space: int
    ) -> None:
        """Load it, and measure the voices where they were not measured before.

        Args:
            model: the file.
            options: for both parts.
            samples: of each voice, a sentence of some seconds as tokens, style and speed.
            space: the token between words.

        Raises:
            EngineError: the file is no Kokoro model, or of another export.
        """
        self._space = space
        try:
            # By way of files: what onnx holds is freed before the sessions take their memory, 100 MB less of it in all.
            with ExitStack() as opened:
                parts = _Parts(opened)
                names = _cut(model, parts)

                def session(part: _Part) -> onnxruntime.InferenceSession:
                    return onnxruntime.InferenceSession(part.path, options, providers=["CPUExecutionProvider"])

                self._prosody, self._vocoder = session(parts.prosody), session(parts.vocoder)
                self.voices = normal(model, samples, lambda: self._measured(session(parts.measuring), names, samples))
        except Exception as error:  # protobuf's, onnx's and onnxruntime's have no common base
            raise EngineError(f"{model} is not a usable Kokoro model: {error}") from error

    def speak(self, inputs: Inputs, voice: str, *, in_pieces: bool) -> Iterator[tuple[Array, bool]]:
        """The sound of a clause without the silence around it, at `RATE`; and whether it is the last piece.

        Args:
            inputs: tokens, style and speed.
            voice: one of those that were measured.
            in_pieces: whether to give it as it is made, where the machine is fast enough that pieces follow each other.
                That is a third more work.
        """
        prosody = self._plan(inputs)
        rest = {**self.voices[voice].statistics, _STYLE: inputs[_STYLE]}
        lengths = lengths_of(prosody.begin, prosody.end, prosody.words if in_pieces else ())
        at, held = prosody.begin, list[Array]()
        work, started, playing = 0, time.monotonic(), False
        while lengths:
            length = lengths.pop(0)
            held.append(self._sound(prosody, at, at + length, rest))
            at, work = at + length, work + length + 2 * CONTEXT
            pace = (time.monotonic() - started) / work
            ready = sum(map(len, held)) // SAMPLES
            if playing or ready + HESITATION >= lead(lengths, pace):
                playing = True
                yield np.concatenate(held), not lengths
                held.clear()
            elif ready + HESITATION + lengths[0] < lead(lengths[1:], pace):  # too slow for pieces, which are more work
                lengths = [sum(lengths)]

    def _measured(
        self, measuring: onnxruntime.InferenceSession, names: Sequence[str], samples: Mapping[str, Inputs]
    ) -> dict[str, Normal]:
        found: dict[str, Normal] = {}
        for voice, inputs in samples.items():
            prosody = self._plan(inputs)
            given = {_FEATURES: prosody.features, _SOURCE: prosody.source, _STYLE: inputs[_STYLE]}
            sound, *statistics = measuring.run([_SOUND, *names], given)
            found[voice] = Normal(gain_for(sound.reshape(-1), RATE), dict(zip(names, statistics, strict=True)))
        return found

    def _plan(self, inputs: Inputs) -> _Prosody:
        durations, features, source = self._prosody.run([_DURATIONS, _FEATURES, _SOURCE], dict(inputs))
        ends = 2 * np.cumsum(durations.reshape(-1).astype(int))
        words = ends[:-1][inputs["tokens"][0, 1:] == self._space]
        frames = features.shape[2]
        begin, end = max(0, int(ends[0]) - MARGIN), min(frames, int(ends[-2]) + MARGIN)
        return _Prosody(features, source, begin, end, words.tolist())

    def _sound(self, prosody: _Prosody, begin: int, end: int, rest: Inputs) -> Array:
        first, last = max(0, begin - CONTEXT), min(prosody.features.shape[2], end + CONTEXT)
        cut = {
            _FEATURES: prosody.features[:, :, first:last],
            _SOURCE: prosody.source[:, :, _STEPS * first : _STEPS * last + 1],
        }
        sound: Array = np.asarray(self._vocoder.run([_SOUND], {**rest, **cut})[0], np.float32).reshape(-1)
        return sound[SAMPLES * (begin - first) : SAMPLES * (end - first)]


class _Part:
    """A file in memory only (memfd_create(2)): a worker writes nothing to a disk but what docs/privacy.md names."""

    def __init__(self, name: str, opened: ExitStack) -> None:
        self._file = opened.enter_context(os.fdopen(os.memfd_create(name), "wb"))
        self.path = f"/proc/self/fd/{self._file.fileno()}"

    def write(self, model: onnx.ModelProto) -> None:
        self._file.write(model.SerializeToString())
        self._file.flush()


class _Parts:
    """What a model is cut into, until `opened` is closed."""

    def __init__(self, opened: ExitStack) -> None:
        self.prosody = _Part("prosody", opened)
        self.vocoder = _Part("vocoder", opened)
        self.measuring = _Part("measuring", opened)
        """The vocoder that works the statistics of its instance normalisation out, and gives them."""


def _cut(model: Path, parts: _Parts) -> list[str]:
    """Write the parts; the names of the statistics."""
    whole = onnx.load(str(model))
    names = [node.output[0] for node in whole.graph.node if node.op_type == "ReduceMean" and "/generator/" in node.name]
    for name in (_DURATIONS, _FEATURES, _SOURCE, *names):
        whole.graph.value_info.append(onnx.ValueInfoProto(name=name, type=_FLOATS))
    cut, sound = Extractor(whole).extract_model, [_FEATURES, _SOURCE, _STYLE]
    parts.prosody.write(cut(["tokens", _STYLE, "speed"], [_DURATIONS, _FEATURES, _SOURCE]))
    parts.vocoder.write(cut([*sound, *names], [_SOUND]))
    parts.measuring.write(cut(sound, [_SOUND, *names]))
    return names


def lengths_of(begin: int, end: int, words: Iterable[int]) -> list[int]:
    """Frames of the pieces between two frames, where words end at some frames."""
    lengths: list[int] = []
    for word in words:
        wanted = PIECES[min(len(lengths), len(PIECES) - 1)]
        if word - begin >= wanted and end - word >= PIECES[0]:
            lengths.append(word - begin)
            begin = word
    return [*lengths, end - begin]


def lead(lengths: Sequence[int], pace: float) -> float:
    """Frames that must be there before a clause begins to sound, so that none of the other pieces comes late.

    Args:
        lengths: of the pieces still to be made, frames.
        pace: seconds that a frame takes to be made.
    """
    made = list(accumulate((length + 2 * CONTEXT) * pace * FRAMES_PER_SECOND for length in lengths))
    sounding = [0, *accumulate(lengths)]
    return max((each - before for each, before in zip(made, sounding, strict=False)), default=0.0)


_FLOATS: Final = onnx.helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, None)

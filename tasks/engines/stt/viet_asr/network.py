"""The network, a Conformer with CTC that takes sound in chunks of 400 ms and remembers what came before.

A chunk costs the same wherever in an utterance it stands: what the network needs of the past are two caches of fixed
size and the number of frames so far.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime

from tasks.engines.base import EngineError
from tasks.engines.stt.viet_asr.bands import filled
from tasks.engines.stt.viet_asr.fbank import BANDS, RATE, STEP, Array, Fbank

CHUNK: Final = 43
"""Frames of the filter bank that the network takes at once."""
ADVANCE: Final = 40
"""Frames by which a chunk begins after the one before."""
OUTPUTS: Final = 10
"""Frames of a chunk's output."""

OUTPUT_SECONDS: Final = ADVANCE * STEP / RATE / OUTPUTS
"""Seconds of one frame of output: 0.04."""

ENDING_SECONDS: Final = 0.5
"""Silence heard after the end, without which the last word may be cut off."""

_ATTENTION: Final = (1, 12, 4, 40, 224)
_CONVOLUTION: Final = (1, 12, 448, 30)


class Network:
    """The weights, which all streams share."""

    def __init__(self, folder: Path) -> None:
        """Load `model.onnx` and `vocab.txt`.

        Raises:
            EngineError: the folder holds no such model.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            lines = (folder / "vocab.txt").read_text("utf-8").splitlines()
            self.session = onnxruntime.InferenceSession(
                folder / "model.onnx", options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's have no common base
            raise EngineError(f"{folder.name} is not a usable model of viet-asr: {error}") from error
        self.pieces = [line.rsplit(" ", 1)[0] for line in lines]
        shapes = {given.name: tuple(given.shape[1:]) for given in self.session.get_inputs()}
        wanted = {"chunk": (CHUNK, BANDS), "offset": (1,), "att_cache": _ATTENTION[1:], "cnn_cache": _CONVOLUTION[1:]}
        if shapes != wanted:
            raise EngineError(f"{folder.name} takes {shapes} instead of {wanted}")

    def begin(self) -> Stream:
        """A new utterance."""
        return Stream(self)


class Stream:
    """One utterance as the network hears it. Not for several threads at a time."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._fbank = Fbank()
        self._frames: Array = np.zeros((0, BANDS), np.float32)
        self._attention: Array = np.zeros(_ATTENTION, np.float32)
        self._convolution: Array = np.zeros(_CONVOLUTION, np.float32)
        self._outputs = 0

    def feed(self, samples: Array) -> list[Array]:
        """What comes of the chunks that are complete with these samples (-1…1, 16 kHz), which follow those before.

        Returns:
            Log-probabilities of the pieces, (`OUTPUTS`, pieces) for each chunk.
        """
        self._frames = np.concatenate([self._frames, filled(self._fbank(samples))])
        found: list[Array] = []
        while len(self._frames) >= CHUNK:
            found.append(self._run(self._frames[:CHUNK]))
            self._frames = self._frames[ADVANCE:]
        return found

    def end(self) -> list[Array]:
        """What is left, and what comes of a short silence after it; nothing may be fed after it."""
        found = self.feed(np.zeros(int(ENDING_SECONDS * RATE), np.float32))
        if len(self._frames):
            missing = CHUNK - len(self._frames)
            found.append(self._run(np.concatenate([self._frames, np.repeat(self._frames[-1:], missing, axis=0)])))
        return found

    def fork(self) -> Stream:
        """A stream that has heard the same, and goes on by itself."""
        other = copy(self)  # the arrays are replaced and never written to
        other._fbank = copy(self._fbank)
        return other

    def _run(self, chunk: Array) -> Array:
        given = {
            "chunk": chunk[None],
            "offset": np.array([[self._outputs]], np.int64),
            "att_cache": self._attention,
            "cnn_cache": self._convolution,
        }
        output, self._attention, self._convolution = self._network.session.run(None, given)
        self._outputs += OUTPUTS
        found: Array = output[0]
        return found

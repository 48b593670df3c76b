"""Kokoro-82M int8 on onnxruntime: the clear Portuguese voice, at a third of real time, so clause by clause.

Phonemes come from the espeak-ng program and are written the way Kokoro was trained on them (hexgrad/misaki,
`EspeakG2P`): affricates and diphthongs as one letter, other ties dropped.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from tasks.engines import espeak_program
from tasks.engines.base import Audio, EngineError, TextToSpeech
from tasks.engines.loudness import Samples, finish, gain_for
from tasks.engines.speakable import speakable, speakable_clauses

RATE: Final = 24_000
LONGEST: Final = 510
"""Phonemes that the model takes at once."""

LENGTHS: Final = (22, 42, 70, 80)
"""Characters of the first, second and further clauses. Each sounds for longer than the next takes to be made, also on
a machine that has other things to do."""

VOICES: Final = MappingProxyType({"pt": ("pf_dora", "pm_alex"), "en": ("af_heart",)})
"""Language → voices, each a file of styles; the second letter tells women's (f) from men's (m)."""

_SAMPLES: Final = {
    "pt": "Bom dia, que bom que vocês puderam vir hoje.",
    "en": "Good morning, we are glad that you could join us.",
}
_TIED: Final = {
    "a^\u026a": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^\u026a": "A", "o^ʊ": "O", "ə^ʊ": "Q",
    "s^s": "S", "t^s": "ʦ", "t^ʃ": "ʧ", "ɔ^\u026a": "Y",
}  # fmt: skip
_PUNCTUATION = re.compile("[,;:.!?…—\u2013]+(?=\\s|$)")


class Kokoro(TextToSpeech):
    """Kokoro voices on the CPU."""

    name = "kokoro-82m-int8"
    languages = frozenset(VOICES)
    quick = False
    voices = VOICES

    def __init__(self, folder: Path, *, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Threads that spin while they wait would take the cores from the other engines.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._alphabet: dict[str, int] = json.loads((folder / "config.json").read_text())["vocab"]
        self._styles = {
            voice: np.fromfile(folder / f"{voice}.bin", "<f4").reshape(LONGEST, 256)
            for voices in VOICES.values()
            for voice in voices
        }
        self._gains: dict[str, float] = {}

    def warm_up(self) -> None:
        """Speak a fixed sentence with every voice, which sets the levels."""
        for language, text in _SAMPLES.items():
            for voice in VOICES[language]:
                self._gains[voice] = gain_for(self._synthesise(text, language, voice), RATE)

    def clauses(self, text: str, language: str) -> list[str]:
        """A short first clause (some 400 ms on two threads), longer ones after it."""
        return speakable_clauses(text, language, lengths=LENGTHS)

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause; see `TextToSpeech.speak`."""
        chosen = self.voice_of(language, voice)
        samples = self._synthesise(speakable(clause, language), language, chosen)
        return finish(samples, RATE, gain=self._gains.get(chosen, 1.0), clause=clause)

    def phonemes(self, text: str, language: str) -> str:
        """`text` in Kokoro's alphabet, with its punctuation, which carries the prosody."""
        output = espeak_program.run(["-q", "--ipa", "--tie=^"], text, espeak_program.VOICES[language][0]).decode()
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        marks = [mark[0] for mark in _PUNCTUATION.findall(text)]
        if len(marks) in (len(lines), len(lines) - 1):  # espeak-ng writes one line a clause, as a rule
            lines = [line + mark for line, mark in zip(lines, [*marks, ""], strict=False)]
        joined = re.sub(r"\([a-z-]+\)", "", " ".join(lines))  # "(en)…(pt-br)": a word taken for another language's
        for tied, letter in _TIED.items():
            joined = joined.replace(tied, letter)
        return joined.replace("^", "").replace("-", "")

    def _synthesise(self, text: str, language: str, voice: str) -> Samples:
        ids = [self._alphabet[letter] for letter in self.phonemes(text, language) if letter in self._alphabet]
        if not ids:
            raise EngineError(f"{self.name} found nothing to say in {len(text)} characters")
        ids = ids[: LONGEST - 1]
        style: NDArray[np.float32] = self._styles[voice][min(len(ids), LONGEST - 1)][None]
        inputs = {"tokens": [[0, *ids, 0]], "style": style, "speed": np.ones(1, np.float32)}
        samples: Samples = np.asarray(self._session.run(None, inputs)[0], dtype=np.float32).reshape(-1)
        return samples

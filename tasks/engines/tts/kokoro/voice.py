"""Kokoro-82M int8 on onnxruntime: the clear Portuguese voice.

Phonemes come from the espeak-ng program and are written the way Kokoro was trained on them (hexgrad/misaki,
`EspeakG2P`): affricates and diphthongs as one letter, other ties dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tasks.engines.base import Audio, EngineError, Piece, TextToSpeech
from tasks.engines.tts import espeak_program
from tasks.engines.tts.kokoro.network import RATE, Inputs, KokoroNetwork
from tasks.engines.tts.loudness import Leveller, closing_pause, without_tail
from tasks.engines.tts.onnx_options import options
from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.languages import LANGUAGES

MAX_PHONEMES: Final = 510
"""Phonemes that the model takes at once."""

CLAUSE_CHARACTERS: Final = (60, 80)
"""Characters of the first and further clauses: a piece of a growing sentence is mostly one. The first sound comes as
soon as with shorter ones, and each end of a clause would take a quarter of a second more (docs/measurements/voices.md).
"""

PACE: Final = 1.1
"""How many times faster than the voices speak of themselves: as fast as people talk, so that a dub is no longer than
its speech. Heard back, as few words are lost (docs/measurements/voices.md)."""

VOICES: Final = MappingProxyType(
    {code: known.engines.kokoro for code, known in LANGUAGES.items() if known.engines.kokoro}
)
"""Language → voices, each a file of styles; the second letter tells women's (f) from men's (m)."""

_TIED: Final = {
    "a^\u026a": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^\u026a": "A", "o^ʊ": "O", "ə^ʊ": "Q",
    "s^s": "S", "t^s": "ʦ", "t^ʃ": "ʧ", "ɔ^\u026a": "Y",
}  # fmt: skip


class Kokoro(TextToSpeech):
    """Kokoro voices on the CPU."""

    name = "kokoro-82m-int8"
    languages = frozenset(VOICES)
    voices = VOICES

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._alphabet: dict[str, int] = json.loads((folder / "config.json").read_text())["vocab"]
        self._styles = {
            voice: np.fromfile(folder / f"{voice}.bin", "<f4").reshape(MAX_PHONEMES, 256)
            for voices in VOICES.values()
            for voice in voices
        }
        samples = {
            voice: self._inputs(LANGUAGES[language].engines.kokoro_sample, language, voice)
            for language, voices in VOICES.items()
            for voice in voices
        }
        self._network = KokoroNetwork(folder / "model.onnx", options(threads), samples, space=self._alphabet[" "])
        self._gains = {voice: found.gain for voice, found in self._network.voices.items()}

    def warm_up(self) -> None:
        """Speak a few words, so that the first request is not slower than the others."""
        language = next(iter(self.voices))
        self.speak(self.clauses(LANGUAGES[language].engines.kokoro_sample, language)[0], language)

    def clauses(self, text: str, language: str) -> list[str]:
        """Clauses as long as a piece of a growing sentence, and longer ones after the first."""
        return speakable_clauses(text, language, lengths=CLAUSE_CHARACTERS)

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause; see `TextToSpeech.speak`."""
        (whole,) = self._spoken(clause, language, voice, in_pieces=False)
        return whole.audio

    def pieces(self, clause: str, language: str, voice: str | None = None) -> Iterator[Piece]:
        """One clause as it is made; see `TextToSpeech.pieces`."""
        return self._spoken(clause, language, voice, in_pieces=True)

    def _spoken(self, clause: str, language: str, voice: str | None, *, in_pieces: bool) -> Iterator[Piece]:
        chosen = self.voice_of(language, voice)
        inputs = self._inputs(speakable(clause, language), language, chosen)
        level = Leveller(RATE, self._gains[chosen])
        for samples, last in self._network.speak(inputs, chosen, in_pieces=in_pieces):
            if last:  # the network ends with a pause of its own
                spoken = without_tail(samples, RATE, gain=self._gains[chosen])
                yield Piece(level.push(np.concatenate([spoken, closing_pause(clause, RATE)])), last)
            else:
                yield Piece(level.push(samples), last)

    def phonemes(self, text: str, language: str) -> str:
        """`text` in Kokoro's alphabet, with its punctuation, which carries the prosody."""
        joined = espeak_program.phonemes(text, espeak_program.VOICES[language][0], "--tie=^")
        for tied, letter in _TIED.items():
            joined = joined.replace(tied, letter)
        return joined.replace("^", "").replace("-", "")

    def _inputs(self, text: str, language: str, voice: str) -> Inputs:
        ids = [self._alphabet[letter] for letter in self.phonemes(text, language) if letter in self._alphabet]
        if not ids:
            raise EngineError(f"{self.name} found nothing to say in {len(text)} characters")
        ids = ids[: MAX_PHONEMES - 1]
        style: NDArray[np.float32] = self._styles[voice][min(len(ids), MAX_PHONEMES - 1)][None]
        return {"tokens": np.array([[0, *ids, 0]]), "style": style, "speed": np.full(1, PACE, np.float32)}

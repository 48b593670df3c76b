"""Piper voices on onnxruntime, without Piper: a voice is one VITS network (Kim et al., ICML 2021).

A voice is a folder with the network and its description (`NAME.onnx`, `NAME.onnx.json`), as Piper's makers publish
them. Piper asks espeak-ng, as a library, for the phonemes; here the program gives the same ones.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import onnxruntime

from tasks.engines.base import Audio, EngineError, TextToSpeech
from tasks.engines.tts import espeak_program
from tasks.engines.tts.loudness import Samples, finish, gain_for
from tasks.engines.tts.onnx_options import options
from tasks.engines.tts.piper.description import read
from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.languages import described

CLAUSE_CHARACTERS: Final = (26, 60, 120)
"""Characters of the first, second and further clauses: the first sounds after some 130 ms on one core."""

MAX_IDS: Final = 2_000
"""Of one clause, half a minute of speech: memory grows with it."""

_MARKS: Final = str.maketrans({"…": ".", "—": ",", "\u2013": ","})
"""Marks that no voice was trained with → those that stand for about the same."""


class Piper(TextToSpeech):
    """One Piper voice, or one network with several speakers, on the CPU.

    Raises:
        EngineError: the folder holds no usable voice; the message says why.
    """

    def __init__(self, folder: Path, language: str, *, threads: int) -> None:
        model, self._voice = read(folder)
        try:
            self._network = onnxruntime.InferenceSession(
                str(model), options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no common base
            raise EngineError(f"{model} is not a usable Piper voice: {error}") from error
        self._takes = {taken.name for taken in self._network.get_inputs()}
        self.name = folder.name
        self.languages = frozenset({language})
        speakers = tuple(self._voice.speaker_id_map) or (self._voice.dataset or folder.name,)
        self.voices = MappingProxyType({language: speakers})
        self._gains: dict[str, float] = {}

    def warm_up(self) -> None:
        """Speak a fixed sentence with the speakers, which sets their levels: thrice, as no two utterances are alike."""
        for language, voices in self.voices.items():
            for voice in voices[:8]:  # a network may hold hundreds; the others set their level when first heard
                spoken = [self._synthesise(described(language).samples.level, voice) for _ in range(3)]
                self._gains[voice] = gain_for(np.concatenate(spoken), self._rate)

    def clauses(self, text: str, language: str) -> list[str]:
        """A short first clause, longer ones after it."""
        return speakable_clauses(text, language, lengths=CLAUSE_CHARACTERS)

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause; see `TextToSpeech.speak`."""
        chosen = self.voice_of(language, voice)
        samples = self._synthesise(speakable(clause, language), chosen)
        gain = self._gains.setdefault(chosen, gain_for(samples, self._rate))
        return finish(samples, self._rate, gain=gain, clause=clause)

    @property
    def _rate(self) -> int:
        return self._voice.audio.sample_rate

    def _synthesise(self, text: str, voice: str) -> Samples:
        ids, scales = self._ids(text), self._voice.inference
        inputs = {
            "input": np.array([ids]),
            "input_lengths": np.array([len(ids)]),
            "scales": np.array([scales.noise_scale, scales.length_scale, scales.noise_w], np.float32),
        }
        if "sid" in self._takes:
            inputs["sid"] = np.array([self._voice.speaker_id_map.get(voice, 0)])
        samples: Samples = np.asarray(self._network.run(None, inputs)[0], np.float32).reshape(-1)
        return samples

    def _ids(self, text: str) -> list[int]:
        """`text` as the network takes it: "^", the phonemes by code point (NFD), and "$", with "_" after each but "$".

        Raises:
            EngineError: there is nothing in it to say.
        """
        known = self._voice.phoneme_id_map
        phonemes = espeak_program.phonemes(text, self._voice.espeak.voice).translate(_MARKS)
        if not any(letter.isalpha() for letter in phonemes):
            raise EngineError(f"{self.name} found nothing to say in {len(text)} characters")
        ids = [*known["^"], *known["_"]]
        for letter in unicodedata.normalize("NFD", phonemes):
            if letter in known:
                ids += [*known[letter], *known["_"]]
        return [*ids[:MAX_IDS], *known["$"]]

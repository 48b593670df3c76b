"""espeak-ng as a makeshift voice: quick, hard to follow. Used when a better one is missing or too slow."""

from __future__ import annotations

import io
import wave

import numpy as np

from tasks.engines.base import Audio, EngineError, TextToSpeech
from tasks.engines.tts import espeak_program
from tasks.engines.tts.loudness import Samples, finish, gain_for
from tasks.engines.tts.speakable import speakable, speakable_clauses
from tasks.languages import described


class Espeak(TextToSpeech):
    """Formant synthesis by the espeak-ng program, one process a clause."""

    name = "espeak-ng"
    languages = frozenset(espeak_program.VOICES)
    low_quality = True
    unclear = frozenset(code for code in espeak_program.VOICES if described(code).engines.espeak_unclear)
    voices = espeak_program.VOICES

    def __init__(self) -> None:
        self._gains: dict[str, float] = {}

    def warm_up(self) -> None:
        """Speak a fixed sentence in every language, which sets the levels."""
        for language, voices in self.voices.items():
            for voice in voices:
                self._gains[voice] = gain_for(*self._synthesise(described(language).samples.level, voice))

    def clauses(self, text: str, language: str) -> list[str]:
        """Whole sentences: it takes 20 ms whatever the length."""
        return speakable_clauses(text, language, lengths=(120, 200))

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause; see `TextToSpeech.speak`."""
        chosen = self.voice_of(language, voice)
        samples, rate = self._synthesise(speakable(clause, language), chosen)
        if not samples.any():
            raise EngineError(f"{self.name} found nothing to say in {len(clause)} characters")
        return finish(samples, rate, gain=self._gains.get(chosen, 1.0), clause=clause)

    def _synthesise(self, text: str, voice: str) -> tuple[Samples, int]:
        output = espeak_program.run(["--stdout"], text, voice)
        with wave.open(io.BytesIO(output)) as file:
            rate = file.getframerate()
        # The header of a stream gives a made-up length; the samples are all that follows its 44 bytes.
        samples = np.frombuffer(output[44 : len(output) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
        return samples, rate

"""A voice cloner without a model: it imitates a voice by humming at the pitch that the reference has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tasks.engines.base import Audio, VoiceCloner

RATE = 24_000


class FakeCloner(VoiceCloner):
    """Speaks English: every character is 10 ms at the strongest pitch of the reference."""

    name = "fake-cloner"
    languages = frozenset({"en"})

    def __init__(self) -> None:
        self.forgotten: list[bytes] = []
        self.spoken = 0
        """How many clauses it was asked to speak."""
        self.learned = 0
        """How often a reference was looked at."""

    def warm_up(self) -> None:
        """Nothing to do."""

    def clauses(self, text: str, language: str) -> list[str]:
        """Sentence by sentence."""
        assert language in self.languages
        return [part for part in text.split(".") if part.strip()]

    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:  # noqa: ARG002
        """Its own voice: 100 Hz."""
        return next(self.speak_as(clause, language, b"100"))

    def latents(self, reference: Audio) -> bytes:
        """The strongest pitch, in Hz."""
        self.learned += 1
        samples = np.frombuffer(reference.pcm, "<i2").astype(np.float64)
        strongest = int(np.argmax(np.abs(np.fft.rfft(samples))[1:]) + 1)
        return str(round(strongest * reference.rate / len(samples))).encode()

    def speak_as(self, clause: str, language: str, latents: bytes) -> Iterator[Audio]:
        """The clause at that pitch."""
        assert language in self.languages
        self.spoken += 1
        times = np.arange(len(clause) * RATE // 100) / RATE
        yield Audio((np.sin(2 * np.pi * float(latents) * times) * 8_000).astype("<i2").tobytes(), RATE)

    def forget(self, latents: bytes) -> None:
        """Note it."""
        self.forgotten.append(latents)

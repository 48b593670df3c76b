"""What an engine of each kind promises. Engines are loaded once a process and shared by its threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


class EngineError(RuntimeError):
    """An engine could not do its work; the message says why."""


@dataclass(frozen=True)
class Transcript:
    """What one utterance was heard as."""

    text: str
    """Empty when nothing was recognised."""
    confidence: float
    """Mean probability of a token, 0…1: text below about 0.45 is too uncertain to be spoken aloud."""
    reason: str = ""
    """Why `text` is empty."""
    looped: bool = False
    """A repetition loop was caught on the way."""
    settled: bool = True
    """False when a more careful decoding was called for but not asked for."""


@dataclass(frozen=True)
class Audio:
    """Mono 16-bit little-endian PCM."""

    pcm: bytes
    rate: int
    """Hz."""

    @property
    def samples(self) -> int:
        """Length in samples."""
        return len(self.pcm) // 2


class SpeechToText(ABC):
    """Turns one utterance into text. Keeps no state between calls."""

    name: str
    languages: frozenset[str]

    @abstractmethod
    def transcribe(self, pcm: bytes, language: str, *, thorough: bool = True) -> Transcript:
        """The text of `pcm` (mono s16le, 16 kHz, at most 30 s), spoken in `language`.

        Args:
            pcm: the utterance.
            language: a member of `languages`.
            thorough: whether doubtful results are decoded again with more care, at several times the cost.
        """

    @abstractmethod
    def warm_up(self) -> None:
        """Run once on nothing in particular, so that the first request is not slower than the others."""


class Translator(ABC):
    """Turns text of one language into another. Keeps no state between calls."""

    name: str
    pairs: frozenset[tuple[str, str]]
    """(source, target) languages."""

    @abstractmethod
    def translate(self, text: str, source: str, target: str) -> str:
        """The translation of `text`, which may be several sentences.

        Raises:
            EngineError: there is none.
        """

    def warm_up(self) -> None:
        """Translate something into every target, so that the first request is not slower than the others."""
        for source, target in sorted(self.pairs):
            self.translate("No. 1.", source, target)


class TextToSpeech(ABC):
    """Speaks text, clause by clause so that the first sound comes early. Keeps no state between calls."""

    name: str
    languages: frozenset[str]
    quick: bool
    """Whether it is fast enough to catch up when speech is late."""
    low_quality: bool = False
    """Whether a listener should be told that this voice is a makeshift."""

    @abstractmethod
    def clauses(self, text: str, language: str) -> list[str]:
        """`text` in the pieces that `speak` is to be called with, in order; none when nothing is speakable."""

    @abstractmethod
    def speak(self, clause: str, language: str) -> Audio:
        """One clause as audio at about -20 dBFS of active speech, never clipped, with its closing pause.

        Raises:
            EngineError: it could not be spoken.
        """

    @abstractmethod
    def warm_up(self) -> None:
        """Run once on a fixed sentence, which also sets the level of every voice."""

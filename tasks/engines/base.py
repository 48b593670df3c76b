"""What an engine of each kind promises. Engines are loaded once a process and shared by its threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class EngineError(RuntimeError):
    """An engine could not do its work; the message says why."""


@dataclass(frozen=True)
class Word:
    """One word of a transcript, with the punctuation that touches it."""

    text: str
    start: float
    """Seconds from the start of the audio."""
    end: float
    probability: float
    """Mean probability of its tokens, 0…1."""


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
    language: str = ""
    """What it was decoded as: the language asked for, or the one identified. Empty where nothing was decoded."""
    words: tuple[Word, ...] = ()
    """The words of `text` in order, where they were asked for."""
    hotwords_heard: tuple[str, ...] = ()
    """Those of the hotwords given that `text` holds, as they were given."""


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


class Effort(StrEnum):
    """How much may be done for one transcript."""

    QUICK = "quick"
    """One decoding: for what will be asked again in a second or two."""
    USUAL = "usual"
    """Another one of the same sound where the first is unsure or lost its place."""
    THOROUGH = "thorough"
    """Results that are still doubtful are decoded with more care, at several times the cost."""


class Engine(ABC):
    """What engines of all kinds have in common."""

    name: str
    fingerprint: str = ""
    """Differs between engines of one name whose results may differ: digest, version, settings."""

    def usable(self) -> bool:
        """Whether it is worth asking now; False while a service that refused is left alone."""
        return True

    @abstractmethod
    def warm_up(self) -> None:
        """Run once on nothing in particular, so that the first request is not slower than the others."""


class SpeechToText(Engine):
    """Turns one utterance into text. Keeps no state between calls."""

    languages: frozenset[str]

    @abstractmethod
    def transcribe(
        self,
        pcm: bytes,
        language: str | None,
        *,
        effort: Effort = Effort.THOROUGH,
        hotwords: Sequence[str] = (),
        words: bool = False,
    ) -> Transcript:
        """The text of `pcm` (mono s16le, 16 kHz, at most 30 s), spoken in `language`.

        Args:
            pcm: the utterance.
            language: a member of `languages`; None identifies it first, at next to no extra cost.
            effort: how much a result that is not good enough may cost.
            hotwords: names and terms that may well be said, the most important first. They make the model lean
                towards these spellings; too many of them are left out from the end.
            words: whether `Transcript.words` is wanted; costs time only when it is.

        Raises:
            EngineError: the language is not known or the audio is too long.
        """

    @abstractmethod
    def identify(self, pcm: bytes) -> dict[str, float]:
        """How probable each of `languages` is for what is spoken in `pcm`, the most probable first; they add up to 1.

        Empty where there is nothing to hear. Speech is not told from noise here.

        Raises:
            EngineError: the audio is too long.
        """


class Translator(Engine):
    """Turns text of one language into another. Keeps no state between calls."""

    pairs: frozenset[tuple[str, str]]
    """(source, target) languages."""
    draft: bool = False
    """Whether its quality is too low to be shown without the label "draft": what its description says."""

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


@dataclass(frozen=True)
class Piece:
    """A part of a spoken clause."""

    audio: Audio
    last: bool
    """Whether it ends the clause."""


class TextToSpeech(Engine):
    """Speaks text, clause by clause so that the first sound comes early. Keeps no state between calls."""

    languages: frozenset[str]
    low_quality: bool = False
    """Whether a listener should be told that this voice is a makeshift."""
    unclear: frozenset[str] = frozenset()
    """Languages in which it is not understood: where it is their only voice, captions come first."""
    voices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Language → names of its voices, the default first."""

    def voice_of(self, language: str, voice: str | None) -> str:
        """`voice`, or the default one of `language`.

        Raises:
            EngineError: the language, or the voice in it, is none of this engine's.
        """
        names = self.voices.get(language, ())
        if not names:
            raise EngineError(f"{self.name} has no voice of its own in {language}")
        chosen = voice or names[0]
        if chosen not in names:
            raise EngineError(f"{self.name} has no voice {chosen!r} in {language}: choose one of {', '.join(names)}")
        return chosen

    @abstractmethod
    def clauses(self, text: str, language: str) -> list[str]:
        """`text` in the pieces that `speak` is to be called with, in order; none when nothing is speakable."""

    @abstractmethod
    def speak(self, clause: str, language: str, voice: str | None = None) -> Audio:
        """One clause as audio, as loud as every other voice (`loudness`), never clipped, with its closing pause.

        Args:
            clause: a piece that `clauses` gave, or any short text.
            language: a member of `languages`.
            voice: a member of `voices[language]`; None for the default.

        Raises:
            EngineError: it could not be spoken, or there is no such voice.
        """

    def pieces(self, clause: str, language: str, voice: str | None = None) -> Iterator[Piece]:
        """As `speak`, in pieces as they are made, to be played one after the other; one, where it is made at once."""
        yield Piece(self.speak(clause, language, voice), last=True)

    @abstractmethod
    def warm_up(self) -> None:
        """Run once on fixed words: the first request is then no slower than others, and the voices have a level."""


class VoiceCloner(TextToSpeech):
    """Speaks in the voice of a short recording."""

    @abstractmethod
    def latents(self, reference: Audio) -> bytes:
        """What makes the voice of `reference` (some seconds of one person), opaque, small enough to be kept.

        Raises:
            EngineError: the recording is too short or silent.
        """

    @abstractmethod
    def speak_as(self, clause: str, language: str, latents: bytes) -> Iterator[Audio]:
        """One clause in the voice of `latents`, in pieces as they are made; played one after the other.

        Raises:
            EngineError: it could not be spoken, or `latents` are not this engine's.
        """

    @abstractmethod
    def forget(self, latents: bytes) -> None:
        """Keep nothing of this voice in memory."""

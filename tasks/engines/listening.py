"""Recognisers that keep state within an utterance: they hear each sample once, and know early what is certain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.engines.base import SpeechToText, Transcript, Word

if TYPE_CHECKING:  # descriptions of engines are read by processes that have no NumPy loaded
    import numpy as np
    from numpy.typing import NDArray


class Utterance(ABC):
    """One utterance as it is heard. Not for several threads at a time."""

    skipped: int = 0
    """Samples of its beginning that it needs not hear, since the words in them were known: what is fed begins there."""

    decodings: int = 0
    """How often its sound has been decoded, where that is done now and then rather than as it comes."""

    @abstractmethod
    def feed(self, samples: NDArray[np.float32]) -> None:
        """Hear on: mono, -1…1, 16 kHz, any number of samples, which follow those before."""

    @property
    @abstractmethod
    def certain(self) -> Sequence[Word]:
        """The words that no later sound changes, as they are recognised and not as they are written; only grows.

        A word that may go on is not among them. A mark may still come behind the last one; once another is certain,
        nothing of a word changes any more.
        """

    @abstractmethod
    def ended(self) -> Sequence[Word]:
        """All words, were this the end: `certain` and what follows. More may be fed after it all the same."""


class ListeningRecogniser(SpeechToText):
    """Turns speech into text while it is spoken."""

    one_language: bool = False
    """Whether words of one language are made of whatever is spoken, so that their probabilities must be looked at
    (`tasks.spoken_language`)."""

    @property
    def streamed(self) -> frozenset[str]:
        """The languages that it hears as streams: all, where it says nothing else."""
        return self.languages

    @abstractmethod
    def begin(self, language: str, hotwords: Sequence[str] = (), known: Sequence[Word] = ()) -> Utterance:
        """A new utterance in `language`.

        Args:
            language: a member of `streamed`.
            hotwords: as in `transcribe`.
            known: words that another utterance was certain of in the same sound: `certain` begins with them.

        Raises:
            EngineError: the language is not known.
        """

    @abstractmethod
    def transcript(
        self, words: Sequence[Word], language: str, *, hotwords: Sequence[str] = (), whole: bool
    ) -> Transcript:
        """Words of an `Utterance` in writing, `Transcript.words` among it.

        Args:
            words: from the utterance's beginning on.
            language: what it was begun with.
            hotwords: likewise.
            whole: whether these are all. Otherwise the text holds what further words leave as it is, so that the
                texts of more and more `certain` words begin with each other; case and final punctuation aside.
        """

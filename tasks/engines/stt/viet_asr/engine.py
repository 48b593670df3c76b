"""The recogniser: utterances through streams of the network, and their words in writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

from tasks.engines.base import Effort, EngineError, Transcript, Word
from tasks.engines.listening import ListeningRecogniser
from tasks.engines.stt.hotwords import heard_in
from tasks.engines.stt.sound import RATE, samples_of
from tasks.engines.stt.viet_asr.network import Network
from tasks.engines.stt.viet_asr.spotting import Spellings
from tasks.engines.stt.viet_asr.utterance import VietUtterance
from tasks.engines.stt.written_form import settled_words, written

MIN_CONFIDENCE: Final = 0.25
"""Below it a text is not believed.

The confidence is the square of the words' mean probability: on our clips Vietnamese had means from 0.75 on (median
0.98), English and Portuguese taken for Vietnamese from 0.28 to 0.66. So squared, the two fall on either side of what
`Transcript.confidence` promises, 0.45.
"""

REVISION: Final = 2
"""Goes up whenever the same sound becomes other words than before."""

_KEPT: Final = 4
"""Glossaries whose spellings are kept: one, and a few while it is being edited."""


class VietAsr(ListeningRecogniser):
    """Knows one language: whatever is spoken becomes words of it. One thread for a request, any number at a time."""

    one_language = True

    def __init__(self, folder: Path, *, name: str, languages: frozenset[str]) -> None:
        """Load the model from `model.onnx` and `vocab.txt`.

        Raises:
            EngineError: the folder holds no such model.
        """
        self.name = name
        self.languages = languages
        self.fingerprint = f"onnxruntime {version('onnxruntime')}, {REVISION}"
        self._network = Network(folder)
        self._spellings = lru_cache(_KEPT)(self._spell)

    def warm_up(self) -> None:
        """Hear a second of faint noise."""
        utterance = VietUtterance(self._network, None)
        utterance.feed(np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32))
        utterance.ended()

    def identify(self, pcm: bytes) -> dict[str, float]:
        """Its one language; see `SpeechToText.identify`."""
        return {} if samples_of(pcm) is None else dict.fromkeys(self.languages, 1.0)

    def begin(self, language: str, hotwords: Sequence[str] = (), known: Sequence[Word] = ()) -> VietUtterance:
        """A new utterance; see `ListeningRecogniser.begin`. It hears all of the sound, what is known of it too."""
        self._known(language)
        return VietUtterance(self._network, self._spellings(tuple(hotwords)), known)

    def transcript(
        self, words: Sequence[Word], language: str, *, hotwords: Sequence[str] = (), whole: bool
    ) -> Transcript:
        """Words in writing; see `ListeningRecogniser.transcript`. Numbers become digits when they are complete."""
        if not words:
            return Transcript("", 0.0, "nothing recognised", language=language)
        confidence = (sum(word.probability for word in words) / len(words)) ** 2
        if confidence < MIN_CONFIDENCE:
            return Transcript("", confidence, "too uncertain", language=language)
        known = words if whole else words[: settled_words(words, language)]
        found = written(known, language, hotwords, open_end=not whole)
        text = " ".join(word.text for word in found)
        return Transcript(
            text,
            confidence,
            settled=whole,
            language=language,
            words=tuple(found),
            hotwords_heard=heard_in(text, hotwords),
        )

    def transcribe(
        self,
        pcm: bytes,
        language: str | None,
        *,
        effort: Effort = Effort.THOROUGH,
        hotwords: Sequence[str] = (),
        words: bool = False,
    ) -> Transcript:
        """The text of one utterance; see `SpeechToText.transcribe`. A quick text has an open end."""
        language = language or next(iter(self.languages))
        self._known(language)
        audio = samples_of(pcm)
        if audio is None:
            return Transcript("", 0.0, "silence")
        utterance = self.begin(language, hotwords)
        utterance.feed(audio)
        whole = effort is not Effort.QUICK
        found = self.transcript(utterance.ended(), language, hotwords=hotwords, whole=whole)
        return found if words else replace(found, words=())

    def _spell(self, hotwords: tuple[str, ...]) -> Spellings | None:
        spellings = Spellings(self._network.pieces, hotwords)
        return spellings if spellings.texts else None

    def _known(self, language: str) -> None:
        if language not in self.languages:
            raise EngineError(f"{self.name} does not transcribe {language}: choose one of {sorted(self.languages)}")

"""Whisper on CTranslate2: whole utterances, and speech that is heard while it goes on."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from tasks.engines.base import Effort, EngineError, Transcript, Word
from tasks.engines.listening import ListeningRecogniser
from tasks.engines.stt.hotwords import heard_in
from tasks.engines.stt.phantoms import is_phantom
from tasks.engines.stt.sound import RATE
from tasks.engines.stt.whisper.certainty import Policy
from tasks.engines.stt.whisper.decoder import RECOGNITION, Decoder
from tasks.engines.stt.whisper.doubt import JUNK
from tasks.engines.stt.whisper.pace import Pace
from tasks.engines.stt.whisper.sound import WINDOW, audible
from tasks.engines.stt.whisper.transcriber import BEAM, Transcriber
from tasks.engines.stt.whisper.utterance import WhisperUtterance
from tasks.languages import described

CONFIDENCE_POWER: Final = 1.4
"""Of the words' mean probability, which makes the confidence of a decoding of it: within 0.05 on seven of our clips."""


class Whisper(ListeningRecogniser):
    """Any Whisper model in CTranslate2 form, int8 on the CPU: of every size and version, English-only, fine-tuned.

    The number of mel bands and whether it is multilingual are the weights' own; the special tokens are looked up by
    name in `tokenizer.json`, which must lie beside them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        threads: int,
        at_once: int = 1,
        name: str = "whisper-base",
        languages: Collection[str] = tuple(RECOGNITION),
        shorten: bool | None = None,
        policy: Policy = Policy(),  # noqa: B008
    ) -> None:
        """Load the model.

        Args:
            folder: `model.bin`, `config.json`, `tokenizer.json` and the vocabulary.
            threads: threads for one request.
            at_once: requests served at a time, each with as many threads; they share the weights.
            name: what the engine is called.
            languages: what it is trusted to transcribe; identification chooses among them only.
            shorten: whether to shorten the window; None does so for multilingual models (the English-only ones loop).
            policy: which words are certain while speech goes on.

        Raises:
            EngineError: the folder holds no usable model, or the model does not know one of the languages.
        """
        self.name = name
        self.languages = frozenset(languages)
        self._decoder = Decoder(folder, self.languages, threads=threads, at_once=at_once)
        shorten = self._decoder.multilingual if shorten is None else shorten
        self._transcriber = Transcriber(self._decoder, shorten=shorten)
        self.policy = policy
        self._pace = Pace()

    def warm_up(self) -> None:
        """Decode a second of faint noise in both ways."""
        noise = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
        language = min(self.languages)
        self._decoder.decode(self._decoder.encode(noise, self._transcriber.window(noise)), language)
        self._decoder.decode(self._decoder.encode(noise, WINDOW), language, beam=BEAM)

    def identify(self, pcm: bytes) -> dict[str, float]:
        """How probable each language is; see `SpeechToText.identify`."""
        audio = audible(pcm)
        return (
            {}
            if audio is None
            else self._decoder.identify(self._decoder.encode(audio, self._transcriber.window(audio)))
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
        """The text of one utterance; see `SpeechToText.transcribe`."""
        if language is not None and language not in self.languages:
            raise EngineError(f"{self.name} does not transcribe {language}: choose one of {sorted(self.languages)}")
        audio = audible(pcm)
        if audio is None:
            return Transcript("", 0.0, "silence")
        return self._transcriber.transcribe(audio, language, effort, hotwords, words=words)

    @property
    def streamed(self) -> frozenset[str]:
        """Languages with spaces between their words, of models whose window is shortened.

        A decoding over the whole window costs as much for one second as for thirty, and takes too long to be repeated.
        """
        if not self._transcriber.shorten:
            return frozenset()
        return frozenset(language for language in self.languages if described(language).sentences.spaced)

    def begin(self, language: str, hotwords: Sequence[str] = (), known: Sequence[Word] = ()) -> WhisperUtterance:
        """A new utterance; see `ListeningRecogniser.begin`. It goes on behind what is known."""
        if language not in self.streamed:
            raise EngineError(f"{self.name} does not hear {language} as a stream")
        return WhisperUtterance(self._transcriber, self._pace, self.policy, language, hotwords, known)

    def transcript(
        self, words: Sequence[Word], language: str, *, hotwords: Sequence[str] = (), whole: bool
    ) -> Transcript:
        """Words in writing; see `ListeningRecogniser.transcript`."""
        if not words:
            return Transcript("", 0.0, "nothing recognised", language=language)
        text = " ".join(word.text for word in words)
        confidence = (sum(word.probability for word in words) / len(words)) ** CONFIDENCE_POWER
        reason = "phantom line" if is_phantom(text, language, 0.0) else ""
        if confidence < math.exp(JUNK):
            reason = "too uncertain"
        if reason:
            return Transcript("", confidence, reason, language=language)
        return Transcript(
            text,
            confidence,
            settled=whole,
            language=language,
            words=tuple(words),
            hotwords_heard=heard_in(text, hotwords),
        )

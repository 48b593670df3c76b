"""One decoding by a Whisper model: audio to features, features to text, and what else the model can tell of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2

from tasks.engines.base import EngineError, Word
from tasks.engines.stt.sound import RATE, Samples
from tasks.engines.stt.whisper.doubt import LOOPING, Decoded
from tasks.engines.stt.whisper.loops import Heard, heard, sparse, stutters
from tasks.engines.stt.whisper.sound import LogMel
from tasks.engines.stt.whisper.vocabulary import Vocabulary
from tasks.engines.stt.whisper.words import align, sounding, unheard_from
from tasks.engines.text.repeats import before_restart, runs
from tasks.languages import LANGUAGES
from tasks.languages.text import compression_ratio

RECOGNITION: Final = {code: known.recognition for code, known in LANGUAGES.items() if known.recognition}
"""Language → how a multilingual Whisper takes it."""

TOKENS_BASE: Final = 18
TOKENS_A_SECOND_ELSE: Final = 12.0
"""Tokens of a decoding: a base, and as many as its language can need (`Recognition`), or this where that is unknown."""

CONTEXT_TOKENS: Final = 448
"""Tokens that the decoder holds, prompt included."""


@dataclass(frozen=True)
class Encoded:
    """Audio as the decoder takes it."""

    features: ctranslate2.StorageView
    audio: Samples
    window: float
    """Seconds that were encoded, silence included."""

    @property
    def seconds(self) -> float:
        """Length of the audio, without the silence after it."""
        return self.audio.size / RATE


@dataclass(frozen=True)
class Given:
    """What is known of a text before it is decoded."""

    before: str = ""
    """What was said before the sound begins."""
    beginning: str = ""
    """How the text begins, whatever the model would rather have."""


NOTHING: Final = Given()


class Decoder:
    """A loaded model. Keeps no state between calls."""

    def __init__(self, folder: Path, languages: Collection[str], *, threads: int, at_once: int) -> None:
        """Load it; see `Whisper`.

        Raises:
            EngineError: the folder holds no usable model, or the model does not know one of the languages.
        """
        self._languages = frozenset(languages)
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=at_once
            )
        except (RuntimeError, ValueError, IndexError) as error:
            raise EngineError(f"{folder.name} is not a Whisper model that CTranslate2 can load: {error}") from error
        self.multilingual = bool(self._model.is_multilingual)
        self.vocabulary = Vocabulary(folder, self._languages, multilingual=self.multilingual)
        self._mel = LogMel(self._model.n_mels)

    def encode(self, audio: Samples, window: float) -> Encoded:
        """The audio in a window of so many seconds, silence after it."""
        mel = ctranslate2.StorageView.from_array(self._mel(audio, window))
        return Encoded(self._model.encode(mel), audio, window)

    def identify(self, encoded: Encoded) -> dict[str, float]:
        """How probable each language is, the most probable first; they add up to 1."""
        if len(self._languages) == 1:
            return dict.fromkeys(self._languages, 1.0)
        found: list[tuple[str, float]] = self._model.detect_language(encoded.features)[0]
        known = {mark[2:-2]: chance for mark, chance in found if mark[2:-2] in self._languages}
        total = sum(known.values())
        return {language: chance / total for language, chance in known.items()}

    def words(self, encoded: Encoded, text: str, language: str) -> tuple[Word, ...]:
        """When each word of `text` was said."""
        return align(self._model, self.vocabulary, encoded.features, encoded.audio, text, language)

    def unheard_from(self, encoded: Encoded, text: str, language: str) -> float | None:
        """Where sound begins to which no word of `text` belongs, after all of them, in seconds; None: nowhere."""
        if not sparse(text, sounding(encoded.audio)):
            return None
        words = self.words(encoded, text, language)
        return unheard_from(encoded.audio, words[-1].end) if words else None

    def decode(
        self,
        encoded: Encoded,
        language: str,
        hotwords: Sequence[str] = (),
        *,
        beam: int = 1,
        given: Given = NOTHING,
    ) -> Decoded:
        """The text of what was encoded; greedy, or by a beam so wide. It begins with what is given of it."""
        rate = RECOGNITION[language].tokens_a_second if language in RECOGNITION else TOKENS_A_SECOND_ELSE
        beginning = self.vocabulary.encode(given.beginning) if given.beginning else []
        most = min(int(TOKENS_BASE + rate * encoded.seconds), CONTEXT_TOKENS // 2)
        limit = max(TOKENS_BASE, most - len(beginning))
        prompt = [*self.vocabulary.prompt(language, hotwords, given.before), *beginning]
        result: Any = self._model.generate(
            encoded.features,
            [prompt],
            beam_size=beam,
            # CTranslate2 takes it for the context, of which the text gets half, as in OpenAI's decoder.
            max_length=min(max(2 * limit, len(prompt) + limit), CONTEXT_TOKENS),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=not beginning,  # nothing need follow
            suppress_tokens=[-1],
        )[0]
        tokens = result.sequences_ids[0]  # what was given of them among them, at no cost to the score
        raw = self.vocabulary.decode(tokens)
        new = len(tokens) - len(beginning)
        cut_off = new >= limit
        said = self._heard(encoded, raw, language, cut_off=cut_off)
        finished = cut_off and before_restart(raw) == said.text
        looped = said.looped or said.crowded or cut_off
        return Decoded(
            text=said.text,
            log_probability=result.scores[0] * len(tokens) / (new + 1),  # as faster-whisper counts it
            no_speech=result.no_speech_prob,
            looped=looped,
            whole=finished or not looped,
            repeats=said.repeats,
        )

    def _heard(self, encoded: Encoded, raw: str, language: str, *, cut_off: bool) -> Heard:
        """What of a text was said; only one that repeats itself is worth the alignment."""
        suspicious = cut_off or stutters(raw) or compression_ratio(raw) > LOOPING or runs(raw.split())
        if not suspicious:
            return Heard(raw, repeats=False, looped=False, crowded=False)
        return heard(self.words(encoded, raw, language), cut_off=cut_off)

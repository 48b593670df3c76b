"""Whisper on CTranslate2 with a shortened mel: 5 s of speech cost a fifth of the fixed 30 s window.

The price of the short window is repetition loops, so: real silence of at least 2 s after the speech and 6 s
in all, a token limit, loops collapsed, a second decoding of the same encoding (beam after greedy, or greedy after
beam) where the first is unsure or loops, and doubtful results decoded again with care: a wider window and a beam,
and the whole window where even that loops.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np

from tasks.engines.base import Effort, EngineError, SpeechToText, Transcript, Word
from tasks.engines.stt.hotwords import echoed, heard_in
from tasks.engines.stt.whisper.doubt import LOOPING, Decoded, refusal
from tasks.engines.stt.whisper.sound import RATE, WINDOW, LogMel, Samples, audible
from tasks.engines.stt.whisper.vocabulary import Vocabulary
from tasks.engines.stt.whisper.words import align
from tasks.engines.text.repeats import before_restart, collapse
from tasks.languages import LANGUAGES
from tasks.languages.text import compression_ratio

RECOGNITION: Final = {code: known.recognition for code, known in LANGUAGES.items() if known.recognition}
"""Language → how a multilingual Whisper takes it."""

PADDING_SECONDS: Final = 2.0
MIN_SECONDS: Final = 6.0
"""Seconds of silence after the speech, and of speech and silence together, below which the model loops."""

WINDOW_STEP_SECONDS: Final = 0.5
"""Windows are whole multiples of so many seconds: the CPU library (oneDNN) compiles code for every length of window
that it meets, and keeps it. 400 encodings of any length from 6 to 13 s took 267 MB, in steps of half a second 20."""

UNFAMILIAR_MIN_SECONDS: Final = 12.0
"""Speech and silence together for languages not in `GREEDY_FIRST`, for what is not asked again soon: in 6 s the model
takes more words for others. On the evaluation set Portuguese came down from a WER of 20.2 to 18.7, Vietnamese from 38.8
to 37.1, in 1.1 and 1.2 of the time; 15 s and 20 s do no better (docs/quality.md)."""

CAREFUL_PADDING_SECONDS: Final = 4.0
CAREFUL_MIN_SECONDS: Final = 12.0
"""The same for a careful decoding. On the 15 doubtful segments of the evaluation set (82 clips in three languages) 12 s
gave what 30 s did within half a point of word error rate, in 0.4 times the time."""

TOKENS_BASE: Final = 18
TOKENS_A_SECOND_ELSE: Final = 12.0
"""Tokens of a decoding: a base, and as many as its language can need (`Recognition`), or this where that is unknown."""

CONTEXT_TOKENS: Final = 448
"""Tokens that the decoder holds, prompt included."""

UNSURE_LOG_PROBABILITY: Final = -0.2
"""Mean log-probability below which a greedy decoding is followed by a beam."""

GREEDY_FIRST: Final = frozenset(code for code, known in RECOGNITION.items() if known.greedy_first)
"""Languages that the model knows so well that greedy decoding is seldom unsure. On half of the evaluation set it gave
English 8.4 % WER read, Portuguese 22.7, Vietnamese 42.2; a beam where unsure 5.7, 21.2, 37.4; the other half agreed."""

BEAM: Final = 5
"""Costs about 50 ms for 5 s of speech, the encoding being there already."""


@dataclass(frozen=True)
class _Encoded:
    features: ctranslate2.StorageView
    audio: Samples
    window: float
    """Seconds that were encoded, silence included."""

    @property
    def seconds(self) -> float:
        """Length of the audio, without the silence after it."""
        return self.audio.size / RATE


class Whisper(SpeechToText):
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
    ) -> None:
        """Load the model.

        Args:
            folder: `model.bin`, `config.json`, `tokenizer.json` and the vocabulary.
            threads: threads for one request.
            at_once: requests served at a time, each with as many threads; they share the weights.
            name: what the engine is called.
            languages: what it is trusted to transcribe; identification chooses among them only.
            shorten: whether to shorten the window; None does so for multilingual models (the English-only ones loop).

        Raises:
            EngineError: the folder holds no usable model, or the model does not know one of the languages.
        """
        self.name = name
        self.languages = frozenset(languages)
        try:
            self._model = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=at_once
            )
        except (RuntimeError, ValueError, IndexError) as error:
            raise EngineError(f"{folder.name} is no Whisper model that CTranslate2 can load: {error}") from error
        multilingual = bool(self._model.is_multilingual)
        self._shorten = multilingual if shorten is None else shorten
        self._vocabulary = Vocabulary(folder, self.languages, multilingual=multilingual)
        self._mel = LogMel(self._model.n_mels)

    def warm_up(self) -> None:
        """Decode a second of faint noise in both ways."""
        noise = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
        language = min(self.languages)
        self._decode(self._encode(noise, self._window(noise)), language)
        self._decode(self._encode(noise, WINDOW), language, beam=BEAM)

    def identify(self, pcm: bytes) -> dict[str, float]:
        """How probable each language is; see `SpeechToText.identify`."""
        audio = self._audible(pcm)
        return {} if audio is None else self._identify(self._encode(audio, self._window(audio)))

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
        audio = self._audible(pcm)
        if audio is None:
            return Transcript("", 0.0, "silence")
        encoded, language = self._encode_for(audio, language, effort)
        if effort is Effort.QUICK:
            decoded = self._decode(encoded, language, hotwords)
        else:
            decoded = self._decode_twice(encoded, language, hotwords)
        if hotwords and (decoded.doubtful or echoed(decoded.text, hotwords)):
            decoded = self._decode_twice(encoded, language)
        looped = decoded.looped
        wants_care = decoded.doubtful and not decoded.nobody_spoke
        if wants_care and effort is Effort.THOROUGH:
            encoded, decoded = self._decode_carefully(encoded, decoded, language)
        reason = refusal(decoded, language)
        text = "" if reason else decoded.text
        confidence = math.exp(min(0.0, decoded.log_probability))
        settled = effort is Effort.THOROUGH or (effort is Effort.USUAL and not wants_care)
        timed = self._words(encoded, text, language) if words and text else ()
        return Transcript(text, confidence, reason, looped, settled, language, timed, heard_in(text, hotwords))

    def _audible(self, pcm: bytes) -> Samples | None:
        if len(pcm) > WINDOW * RATE * 2:
            raise EngineError(f"a segment of more than {WINDOW:.0f} s cannot be transcribed: lower SEGMENT_MAX")
        return audible(pcm)

    def _window(self, audio: Samples, shortest: float = MIN_SECONDS, padding: float = PADDING_SECONDS) -> float:
        if not self._shorten:
            return WINDOW
        return min(
            WINDOW, WINDOW_STEP_SECONDS * math.ceil(max(shortest, audio.size / RATE + padding) / WINDOW_STEP_SECONDS)
        )

    def _encode(self, audio: Samples, window: float) -> _Encoded:
        mel = ctranslate2.StorageView.from_array(self._mel(audio, window))
        return _Encoded(self._model.encode(mel), audio, window)

    def _encode_for(self, audio: Samples, language: str | None, effort: Effort) -> tuple[_Encoded, str]:
        """The audio in a window that suits its language, which is identified in the short one where it is not given."""
        encoded = None
        if language is None:
            encoded = self._encode(audio, self._window(audio))
            language = next(iter(self._identify(encoded)))
        roomy = effort is not Effort.QUICK and language not in GREEDY_FIRST
        window = self._window(audio, UNFAMILIAR_MIN_SECONDS if roomy else MIN_SECONDS)
        if encoded is None or encoded.window < window:
            encoded = self._encode(audio, window)
        return encoded, language

    def _identify(self, encoded: _Encoded) -> dict[str, float]:
        if len(self.languages) == 1:
            return dict.fromkeys(self.languages, 1.0)
        found: list[tuple[str, float]] = self._model.detect_language(encoded.features)[0]
        known = {mark[2:-2]: chance for mark, chance in found if mark[2:-2] in self.languages}
        total = sum(known.values())
        return {language: chance / total for language, chance in known.items()}

    def _words(self, encoded: _Encoded, text: str, language: str) -> tuple[Word, ...]:
        return align(self._model, self._vocabulary, encoded.features, encoded.audio, text, language)

    def _decode_twice(self, encoded: _Encoded, language: str, hotwords: Sequence[str] = ()) -> Decoded:
        """One decoding, and where that is not good enough another that is."""
        first, second = (1, BEAM) if language in GREEDY_FIRST else (BEAM, 1)
        decoded = self._decode(encoded, language, hotwords, beam=first)
        unsure = first == 1 and decoded.log_probability < UNSURE_LOG_PROBABILITY
        if decoded.nobody_spoke or (decoded.whole and not unsure):
            return decoded
        other = self._decode(encoded, language, hotwords, beam=second)
        return replace(other, looped=other.looped or decoded.looped) if other.whole else decoded

    def _decode_carefully(self, encoded: _Encoded, decoded: Decoded, language: str) -> tuple[_Encoded, Decoded]:
        """A beam over a wider window, and over the whole one where the decoder loses its place even so."""
        window = self._window(encoded.audio, CAREFUL_MIN_SECONDS, CAREFUL_PADDING_SECONDS)
        if encoded.window < window:
            encoded = self._encode(encoded.audio, window)
            decoded = self._decode(encoded, language, beam=BEAM)
        if decoded.whole or encoded.window == WINDOW:
            return encoded, decoded
        encoded = self._encode(encoded.audio, WINDOW)
        return encoded, self._decode(encoded, language, beam=BEAM)

    def _decode(self, encoded: _Encoded, language: str, hotwords: Sequence[str] = (), *, beam: int = 1) -> Decoded:
        rate = RECOGNITION[language].tokens_a_second if language in RECOGNITION else TOKENS_A_SECOND_ELSE
        limit = min(int(TOKENS_BASE + rate * encoded.seconds), CONTEXT_TOKENS // 2)
        prompt = self._vocabulary.prompt(language, hotwords)
        result: Any = self._model.generate(
            encoded.features,
            [prompt],
            beam_size=beam,
            # CTranslate2 takes it for the context, of which the text gets half, as in OpenAI's decoder.
            max_length=min(max(2 * limit, len(prompt) + limit), CONTEXT_TOKENS),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[-1],
        )[0]
        tokens = result.sequences_ids[0]
        raw = self._vocabulary.decode(tokens)
        cut_off = len(tokens) >= limit
        once = before_restart(raw) if cut_off else None
        text, looped = (once, True) if once else collapse(raw)
        looped = looped or cut_off or compression_ratio(raw) > LOOPING
        return Decoded(
            text=text,
            log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),  # as faster-whisper counts it
            no_speech=result.no_speech_prob,
            looped=looped,
            whole=once is not None or not looped,
        )

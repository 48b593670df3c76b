"""Whisper on CTranslate2 with a shortened mel: 5 s of speech cost a fifth of the fixed 30 s window.

The price of the short window is repetition loops, so: real silence of at least 2 s after the speech and 6 s
in all, greedy decoding with a token limit, loops collapsed, doubtful results decoded again with care:
the whole window and a beam.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tasks.engines.base import EngineError, SpeechToText, Transcript
from tasks.engines.phantoms import is_phantom
from tasks.engines.repeats import before_restart, collapse, compression_ratio

RATE: Final = 16_000
WINDOW: Final = 30.0
"""Seconds that the model hears at most."""

PADDING: Final = 2.0
SHORTEST: Final = 6.0
"""Seconds of silence after the speech, and of speech and silence together, below which the model loops."""

CONTEXT: Final = 448
"""Tokens of the decoder's context, prompt included."""

TOKENS_BASE: Final = 18
TOKENS_A_SECOND: Final = {"en": 6.5, "pt": 8.0, "vi": 12.0}
"""No speaker is faster; more tokens mean a loop."""

SILENCE_PEAK: Final = 1e-4
"""Peak of full scale under which there is nothing to hear (-80 dBFS; the quietest speech met had -67 RMS)."""

QUIET_DB: Final = -35.0
LEVEL_DB: Final = -26.0
"""Speech under the first level (RMS, dBFS) is raised to the second: the log-mel is not level-invariant."""

NO_SPEECH: Final = 0.6
DOUBTFUL: Final = -0.7
UNLIKELY: Final = -1.0
JUNK: Final = -1.3
LOOPING: Final = 2.4
"""Limits on the probability of silence, the mean log-probability of a token (three: decode again, refuse where
silence is likely too, refuse) and the compression ratio. On this project's clips speech stayed within 0.39 and
-0.8, non-speech beyond 0.5 and -0.9 but for loops, which compression gives away."""

CAREFUL_BEAM: Final = 5
"""Beam of the second decoding; in the first it would cost 30 % for a point of WER, and loop where greedy does not."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class _Decoded:
    text: str
    log_probability: float
    no_speech: float
    looped: bool
    whole: bool
    """False where the decoder lost its place, so that words may be missing."""

    @property
    def doubtful(self) -> bool:
        return not self.whole or self.log_probability < DOUBTFUL


class Whisper(SpeechToText):
    """A multilingual Whisper model in CTranslate2 form, int8 on the CPU."""

    name = "whisper-base"
    languages = frozenset({"en", "pt", "vi"})

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._model = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
        )
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._features = FeatureExtractor()
        self._prompts = {language: self._prompt(language) for language in self.languages}

    def _prompt(self, language: str) -> list[int]:
        marks = ("<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>", "<|notimestamps|>")
        ids = [token for mark in marks if (token := self._tokenizer.token_to_id(mark)) is not None]
        if len(ids) != len(marks):
            raise EngineError(f"this Whisper model does not know the language {language}")
        return ids

    def warm_up(self) -> None:
        """Decode a second of faint noise in both ways."""
        noise = np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32)
        self._decode(noise, "en", careful=False)
        self._decode(noise, "en", careful=True)

    def transcribe(self, pcm: bytes, language: str, *, thorough: bool = True) -> Transcript:
        """The text of one utterance; see `SpeechToText.transcribe`."""
        if language not in self.languages:
            raise EngineError(f"{self.name} does not transcribe {language}: choose one of {sorted(self.languages)}")
        if len(pcm) > WINDOW * RATE * 2:
            raise EngineError(f"a segment of more than {WINDOW:.0f} s cannot be transcribed: lower SEGMENT_MAX")
        audio = _levelled(np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768))
        if audio.size < RATE // 10 or np.abs(audio).max() < SILENCE_PEAK:
            return Transcript("", 0.0, "silence")
        decoded = self._decode(audio, language, careful=False)
        looped = decoded.looped
        wants_care = decoded.doubtful and not _nobody_spoke(decoded)
        if wants_care and thorough:
            decoded = self._decode(audio, language, careful=True)
        confidence = math.exp(min(0.0, decoded.log_probability))
        settled = thorough or not wants_care
        if reason := _refusal(decoded, language):
            return Transcript("", confidence, reason, looped, settled)
        return Transcript(decoded.text, confidence, "", looped, settled)

    def _decode(self, audio: Samples, language: str, *, careful: bool) -> _Decoded:
        seconds = min(audio.size / RATE, WINDOW)
        window = WINDOW if careful else min(WINDOW, max(SHORTEST, seconds + PADDING))
        limit = int(TOKENS_BASE + TOKENS_A_SECOND[language] * seconds)
        prompt = self._prompts[language]
        result: Any = self._model.generate(
            self._mel(audio, window),
            [prompt],
            beam_size=CAREFUL_BEAM if careful else 1,
            max_length=min(2 * limit, CONTEXT),  # CTranslate2 gives the text half of it, as OpenAI's decoder does
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=[-1],
        )[0]
        tokens = result.sequences_ids[0]
        raw = self._tokenizer.decode(tokens).strip()
        cut_off = len(tokens) >= limit
        once = before_restart(raw) if cut_off else None
        text, looped = (once, True) if once else collapse(raw)
        return _Decoded(
            text=text,
            log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),  # as faster-whisper counts it
            no_speech=result.no_speech_prob,
            looped=looped or cut_off or compression_ratio(raw) > LOOPING,
            whole=once is not None or not (looped or cut_off or compression_ratio(raw) > LOOPING),
        )

    def _mel(self, audio: Samples, window: float) -> ctranslate2.StorageView:
        frames = math.ceil(window * 50) * 2  # 10 ms each, an even number
        padded = np.zeros(frames * 160, np.float32)
        heard = audio[: padded.size]
        padded[: heard.size] = heard
        mel = self._features(padded, padding=0)[None, :, :frames]
        return ctranslate2.StorageView.from_array(np.ascontiguousarray(mel, np.float32))


def _levelled(audio: Samples) -> Samples:
    if audio.size == 0:
        return audio
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    if rms == 0 or 20 * math.log10(rms) >= QUIET_DB or np.abs(audio).max() < SILENCE_PEAK:
        return audio
    gain = min(10 ** (LEVEL_DB / 20) / rms, 0.99 / float(np.abs(audio).max()))
    return audio * np.float32(gain)


def _nobody_spoke(decoded: _Decoded) -> bool:
    return decoded.no_speech >= NO_SPEECH and decoded.doubtful


def _refusal(decoded: _Decoded, language: str) -> str:
    """Why this text must not be shown; empty when it may be."""
    compressed = compression_ratio(decoded.text)
    if not decoded.text or not any(character.isalnum() for character in decoded.text):
        return "nothing recognised"
    if decoded.no_speech >= NO_SPEECH and (decoded.doubtful or decoded.log_probability < UNLIKELY / 2):
        return "no speech"
    if compressed > LOOPING:
        return "repetition loop"
    if decoded.log_probability < JUNK or (decoded.log_probability < UNLIKELY and decoded.no_speech > 0.3):
        return "too uncertain"
    if is_phantom(decoded.text, language, decoded.no_speech):
        return "phantom line"
    return ""

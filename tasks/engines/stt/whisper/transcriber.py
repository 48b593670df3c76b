"""Whisper with a shortened mel: 5 s of speech cost a fifth of the fixed 30 s window.

The price of the short window is repetition loops, so: real silence of at least 2 s after the speech and 6 s
in all, a token limit, loops collapsed, a second decoding of the same encoding (beam after greedy, or greedy after
beam) where the first is unsure or loops, and doubtful results decoded again with care: a wider window and a beam,
and the whole window where even that loops.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tasks.engines.base import Effort, Transcript
from tasks.engines.stt.hotwords import echoed, heard_in
from tasks.engines.stt.sound import RATE, Samples
from tasks.engines.stt.whisper.decoder import NOTHING, RECOGNITION, Decoder, Encoded, Given
from tasks.engines.stt.whisper.doubt import Decoded, refusal
from tasks.engines.stt.whisper.sound import WINDOW

PADDING_SECONDS: Final = 2.0
MIN_SECONDS: Final = 6.0
"""Seconds of silence after the speech, and of speech and silence together, below which the model loops."""

WINDOW_STEP_SECONDS: Final = 0.5
"""Windows are whole multiples of so many seconds: the CPU library (oneDNN) compiles code for every length of window
that it meets, and keeps it (docs/measurements/soak.md)."""

UNFAMILIAR_MIN_SECONDS: Final = 12.0
"""Speech and silence together for languages not in `GREEDY_FIRST`, for what is not asked again soon: in 6 s the model
takes more words for others; 15 s and 20 s do no better (docs/measurements/recogniser.md)."""

CAREFUL_PADDING_SECONDS: Final = 4.0
CAREFUL_MIN_SECONDS: Final = 12.0
"""The same for a careful decoding: as good as 30 s, in less than half of the time (docs/measurements/recogniser.md)."""

UNSURE_LOG_PROBABILITY: Final = -0.2
"""Mean log-probability below which a greedy decoding is followed by a beam."""

GREEDY_FIRST: Final = frozenset(code for code, known in RECOGNITION.items() if known.greedy_first)
"""Languages that the model knows so well that greedy decoding is seldom unsure
(docs/measurements/recogniser.md)."""

BEAM: Final = 5
"""Costs about 50 ms for 5 s of speech, the encoding being there already."""


class Transcriber:
    """A loaded model, and how much care it takes. Keeps no state between calls."""

    def __init__(self, decoder: Decoder, *, shorten: bool) -> None:
        """`shorten`: whether to shorten the window."""
        self.decoder = decoder
        self.shorten = shorten

    def transcribe(
        self,
        audio: Samples,
        language: str | None,
        effort: Effort,
        hotwords: Sequence[str],
        *,
        words: bool,
        given: Given = NOTHING,
    ) -> Transcript:
        """The text of one utterance, at the level that the model knows; see `SpeechToText.transcribe`.

        Where its beginning is given, `Transcript.confidence` is that of the rest.
        """
        encoded, language = self.encode_for(audio, language, effort)
        decoded = self.decode(encoded, language, effort, hotwords, given=given)
        looped = decoded.looped
        wants_care = decoded.wants_care
        if wants_care and effort is Effort.THOROUGH:
            encoded, decoded = self._decode_carefully(encoded, decoded, language, given)
        reason = refusal(decoded, language)
        text = "" if reason else decoded.text
        confidence = math.exp(min(0.0, decoded.log_probability))
        rest = self.decoder.unheard_from(encoded, text, language) if text and effort is not Effort.QUICK else None
        settled = effort is Effort.THOROUGH or (effort is Effort.USUAL and not wants_care and rest is None)
        timed = self.decoder.words(encoded, text, language) if words and text else ()
        found = Transcript(text, confidence, reason, looped, settled, language, timed, heard_in(text, hotwords))
        if rest is None or effort is not Effort.THOROUGH:
            return found
        more = audio[int(rest * RATE) :]
        return _joined(found, self.transcribe(more, language, effort, hotwords, words=words), rest)

    def decode(
        self, encoded: Encoded, language: str, effort: Effort, hotwords: Sequence[str] = (), *, given: Given = NOTHING
    ) -> Decoded:
        """The text of what was encoded; without the hotwords where it is doubtful with them, or they alone."""
        if effort is Effort.QUICK:
            decoded = self.decoder.decode(encoded, language, hotwords, given=given)
        else:
            decoded = self._decode_twice(encoded, language, hotwords, given=given)
        if hotwords and (decoded.doubtful or echoed(decoded.text, hotwords)):
            return self._decode_twice(encoded, language, given=given)
        return decoded

    def window(self, audio: Samples, shortest: float = MIN_SECONDS, padding: float = PADDING_SECONDS) -> float:
        """Seconds to encode of so much audio."""
        if not self.shorten:
            return WINDOW
        steps = math.ceil(max(shortest, audio.size / RATE + padding) / WINDOW_STEP_SECONDS)
        return min(WINDOW, WINDOW_STEP_SECONDS * steps)

    def encode_for(self, audio: Samples, language: str | None, effort: Effort) -> tuple[Encoded, str]:
        """The audio in a window that suits its language, which is identified in the short one where it is not given."""
        encoded = None
        if language is None:
            encoded = self.decoder.encode(audio, self.window(audio))
            language = next(iter(self.decoder.identify(encoded)))
        roomy = effort is not Effort.QUICK and language not in GREEDY_FIRST
        window = self.window(audio, UNFAMILIAR_MIN_SECONDS if roomy else MIN_SECONDS)
        if encoded is None or encoded.window < window:
            encoded = self.decoder.encode(audio, window)
        return encoded, language

    def _decode_twice(self, encoded: Encoded, language: str, hotwords: Sequence[str] = (), *, given: Given) -> Decoded:
        """One decoding, and where that is not good enough another that is."""
        first, second = (1, BEAM) if language in GREEDY_FIRST else (BEAM, 1)
        decoded = self.decoder.decode(encoded, language, hotwords, beam=first, given=given)
        unsure = first == 1 and decoded.log_probability < UNSURE_LOG_PROBABILITY
        if decoded.nobody_spoke or (decoded.whole and not unsure):
            return decoded
        other = self.decoder.decode(encoded, language, hotwords, beam=second, given=given)
        return replace(other, looped=other.looped or decoded.looped) if other.whole else decoded

    def _decode_carefully(
        self, encoded: Encoded, decoded: Decoded, language: str, given: Given
    ) -> tuple[Encoded, Decoded]:
        """Over a wider window, and over the whole one where the decoder loses its place even so.

        By a beam; greedily where something is repeated, which a beam hears once too seldom.
        """
        window = self.window(encoded.audio, CAREFUL_MIN_SECONDS, CAREFUL_PADDING_SECONDS)
        if encoded.window < window:
            encoded = self.decoder.encode(encoded.audio, window)
            decoded = self.decoder.decode(encoded, language, beam=1 if decoded.repeats else BEAM, given=given)
        if decoded.whole or encoded.window == WINDOW:
            return encoded, decoded
        encoded = self.decoder.encode(encoded.audio, WINDOW)
        return encoded, self.decoder.decode(encoded, language, beam=BEAM, given=given)


def _joined(found: Transcript, more: Transcript, start: float) -> Transcript:
    """Two transcripts of one utterance as one: the model says once what was said twice, and leaves the rest out.

    Args:
        found: of its beginning.
        more: of what `found` has no words for.
        start: of that, in seconds.
    """
    if not more.text:
        return found
    later = [replace(word, start=round(word.start + start, 2), end=round(word.end + start, 2)) for word in more.words]
    return replace(
        found,
        text=f"{found.text} {more.text}",
        confidence=min(found.confidence, more.confidence),
        looped=found.looped or more.looped,
        words=(*found.words, *later),
        hotwords_heard=tuple(dict.fromkeys([*found.hotwords_heard, *more.hotwords_heard])),
    )

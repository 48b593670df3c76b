"""The recogniser: a whole utterance through one stream of the network, and its words in writing."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

from tasks.engines.base import Effort, EngineError, SpeechToText, Transcript, Word
from tasks.engines.stt.hotwords import heard_in
from tasks.engines.stt.sound import RATE, Samples, samples_of
from tasks.engines.stt.viet_asr.network import Network, Token
from tasks.engines.stt.written_form import written

MIN_CONFIDENCE: Final = 0.25
"""Below it a text is not believed.

The confidence is the square of the tokens' mean probability: on our clips Vietnamese had means from 0.75 on (median
0.98), English and Portuguese taken for Vietnamese from 0.28 to 0.66. So squared, the two fall on either side of what
`Transcript.confidence` promises, 0.45.
"""


class VietAsr(SpeechToText):
    """Knows one language: whatever is spoken becomes words of it. One thread for a request, any number at a time."""

    def __init__(self, folder: Path, *, name: str, languages: frozenset[str]) -> None:
        """Load the model from `model.onnx` and `vocab.txt`.

        Raises:
            EngineError: the folder holds no such model.
        """
        self.name = name
        self.languages = languages
        self.fingerprint = f"onnxruntime {version('onnxruntime')}"
        self._network = Network(folder)

    def warm_up(self) -> None:
        """Hear a second of faint noise."""
        self._tokens(np.random.default_rng(0).normal(0, 0.01, RATE).astype(np.float32))

    def identify(self, pcm: bytes) -> dict[str, float]:
        """Its one language; see `SpeechToText.identify`."""
        return {} if samples_of(pcm) is None else dict.fromkeys(self.languages, 1.0)

    def transcribe(
        self,
        pcm: bytes,
        language: str | None,
        *,
        effort: Effort = Effort.THOROUGH,
        hotwords: Sequence[str] = (),
        words: bool = False,
    ) -> Transcript:
        """The text of one utterance; see `SpeechToText.transcribe`.

        Hotwords get their spelling back where they are recognised; the decoding does not lean towards them. A quick
        text leaves numbers in words and its end open.
        """
        language = language or next(iter(self.languages))
        if language not in self.languages:
            raise EngineError(f"{self.name} does not transcribe {language}: choose one of {sorted(self.languages)}")
        audio = samples_of(pcm)
        if audio is None:
            return Transcript("", 0.0, "silence")
        tokens = self._tokens(audio)
        if not tokens:
            return Transcript("", 0.0, "nothing recognised", language=language)
        confidence = (sum(token.probability for token in tokens) / len(tokens)) ** 2
        if confidence < MIN_CONFIDENCE:
            return Transcript("", confidence, "too uncertain", language=language)
        quick = effort is Effort.QUICK
        found = written(_words(tokens, audio.size / RATE), language, hotwords, open_end=quick)
        text = " ".join(word.text for word in found)
        return Transcript(
            text,
            confidence,
            settled=not quick,
            language=language,
            words=tuple(found) if words else (),
            hotwords_heard=heard_in(text, hotwords),
        )

    def _tokens(self, audio: Samples) -> list[Token]:
        stream = self._network.begin()
        return [*stream.feed(audio), *stream.end()]


def _words(tokens: Sequence[Token], seconds: float) -> list[Word]:
    """Tokens put together to words, with times within the sound."""
    groups: list[list[Token]] = []
    for token in tokens:
        if token.begins_word or not groups:
            groups.append([])
        groups[-1].append(token)
    return [
        Word(
            "".join(token.text for token in group),
            min(group[0].start, seconds),
            min(group[-1].end, seconds),
            sum(token.probability for token in group) / len(group),
        )
        for group in groups
        if any(token.text for token in group)
    ]

"""English and Portuguese spoken by somebody who is set to a language that is heard as a stream: what is shown of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ops.harness.pipeline import asks
from ops.measure.clips import NOBODY, SEVERAL, Clip
from ops.measure.eval import stt
from tasks import spoken_language
from tasks.engines.base import SpeechToText, Word
from tasks.engines.listening import ListeningRecogniser
from tasks.wire.messages import STT_RATE


@dataclass
class _Told:
    """What readers of one clip get."""

    words: int = 0
    """That were shown, in whatever language."""
    refused: bool = False
    asked: int = 0


def measure(
    clips: Iterable[Clip], engine: ListeningRecogniser, identifier: SpeechToText, language: str
) -> dict[str, Any]:
    """Clips by what is shown of them, with the question whether the language is spoken and without.

    Args:
        clips: of the language and of others.
        engine: knows the language.
        identifier: tells it from others.
        language: what every speaker is set to.
    """
    chosen = (clip for clip in clips if clip.text and clip.kind != stt.JOINED)
    spoken = [clip for clip in chosen if clip.language not in (NOBODY, SEVERAL)]
    foreign = [clip for clip in spoken if clip.language != language]
    own = [clip for clip in spoken if clip.language == language]
    told = {clip.id: _told(clip, engine, identifier, language) for clip in spoken}
    return {
        "foreign": len(foreign),
        "foreign_with_words": sum(told[clip.id].words > 0 for clip in foreign),
        "foreign_with_words_before": sum(_without(clip, engine, language) for clip in foreign),
        "foreign_told": sum(told[clip.id].refused for clip in foreign),
        "own": len(own),
        "own_refused": sum(told[clip.id].refused for clip in own),
        "own_asked": sum(told[clip.id].asked > 0 for clip in own),
        "own_with_words": sum(told[clip.id].words > 0 for clip in own),
        "with_words": sorted(clip.id for clip in foreign if told[clip.id].words),
    }


def _told(clip: Clip, engine: ListeningRecogniser, identifier: SpeechToText, language: str) -> _Told:
    told = _Told()

    def asked() -> SpeechToText:
        told.asked += 1
        return identifier

    heard, verdict, number, utterance = 0, "", -1, engine.begin(language)
    for ask in asks([clip.pcm], streaming=True):
        if ask.seq != number:
            heard, verdict, number, utterance = 0, "", ask.seq, engine.begin(language)
        utterance.feed(ask.samples[heard:].astype(np.float32) / np.float32(32768))
        heard = max(heard, len(ask.samples))
        words: list[Word] = list(utterance.ended() if ask.final else utterance.certain)
        pcm = ask.samples.astype("<i2").tobytes()
        seconds = len(ask.samples) / STT_RATE
        verdict = spoken_language.judge(
            words, verdict, asked, _beginning(pcm), language, seconds=seconds, whole=ask.final
        )
        if spoken_language.other(verdict):
            told.refused = True
        elif verdict or ask.final:
            text = engine.transcript(words, language, whole=ask.final).text
            told.words = max(told.words, len(text.split()))
    return told


def _beginning(pcm: bytes) -> Callable[[int], bytes]:
    return lambda most: pcm[: 2 * most]


def _without(clip: Clip, engine: ListeningRecogniser, language: str) -> bool:
    """Whether the recogniser alone gives words."""
    return any(
        engine.transcribe(ask.samples.tobytes(), language).text for ask in asks([clip.pcm], streaming=True) if ask.final
    )

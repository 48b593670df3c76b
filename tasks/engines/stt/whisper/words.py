"""When each word was said: from the cross-attention of the decoder, aligned in time, without the pauses.

The method of OpenAI's `whisper/timing.py` as CTranslate2 implements it (`Whisper.align`); the number of frames given is
that of the speech, not of the window, so that no word is placed in the silence after it. The alignment leaves no gap:
a pause belongs to one of its neighbours, and what precedes the first word to that. So the quiet at a word's edges is
taken off it.
"""

from __future__ import annotations

from typing import Any, Final

import ctranslate2
import numpy as np
from numpy.typing import NDArray

from tasks.engines.base import Word
from tasks.engines.stt.sound import RATE, Samples
from tasks.engines.stt.whisper.sound import FRAME
from tasks.engines.stt.whisper.vocabulary import Vocabulary

STEP: Final = 2 * FRAME
"""Seconds of one step of the encoder."""

QUIET_DB: Final = 20.0
"""How far under the loud parts (95th percentile) a step is a pause. In noise nearer than that nothing is taken off."""

MARGIN: Final = 3
"""Steps of quiet that are left at an edge: the breath of a consonant is no pause."""

UNHEARD: Final = 0.4
"""Seconds of sound after the last word that are worth another decoding."""


def align(
    model: ctranslate2.models.Whisper,
    vocabulary: Vocabulary,
    encoded: ctranslate2.StorageView,
    audio: Samples,
    text: str,
    language: str,
) -> tuple[Word, ...]:
    """The words of `text` with their times, as far as the model can place them.

    Args:
        model: the model that heard it.
        vocabulary: its tokens.
        encoded: what its encoder made of the audio and the silence after it.
        audio: the audio.
        text: what was said.
        language: in which language.
    """
    tokens = vocabulary.encode(text)
    grouped = vocabulary.words(tokens)
    steps = int(audio.size / RATE / STEP)
    if not grouped or not steps:
        return ()
    found: Any = model.align(encoded, vocabulary.start(language), [tokens], 2 * steps)[0]
    pairs = np.array(found.alignments)
    # The path through the attention matrix, one pair (token, step) at a time: a token begins where the path reaches it.
    reached = np.concatenate([[True], np.diff(pairs[:, 0]) > 0])
    begins = pairs[reached, 1]
    loud = _loud(audio, steps)
    edges = np.concatenate([[0], np.cumsum([len(group) for group in grouped])])
    words = []
    for group, first, last in zip(grouped, edges[:-1], edges[1:], strict=True):
        start, end = _without_pauses(loud, int(begins[first]), int(begins[last]))
        probability = float(np.mean(found.text_token_probs[first:last]))
        words.append(
            Word(vocabulary.decode(group), round(start * STEP, 2), round(end * STEP, 2), round(probability, 3))
        )
    return tuple(words)


def sounding(audio: Samples) -> float:
    """Seconds of the audio that are no pause."""
    return float(np.count_nonzero(_loud(audio, int(audio.size / RATE / STEP)))) * STEP


def unheard_from(audio: Samples, end: float) -> float | None:
    """Where the sound begins that comes after the last word, in seconds; None where there is none worth a word.

    Args:
        audio: all of it.
        end: where the last word ends, in seconds.
    """
    loud = np.flatnonzero(_loud(audio, int(audio.size / RATE / STEP))[round(end / STEP) + 1 :])
    if loud.size * STEP < UNHEARD:
        return None
    return max(end, end + (int(loud[0]) + 1 - MARGIN) * STEP)


def _loud(audio: Samples, steps: int) -> NDArray[np.bool_]:
    """For each step whether it is no pause; a single loud step is a click."""
    size = int(RATE * STEP)
    power = np.mean(np.square(audio[: steps * size].reshape(steps, size), dtype=np.float64), axis=1)
    loud = np.pad(power > np.percentile(power, 95) * 10 ** (-QUIET_DB / 10), 1)
    return np.asarray(loud[1:-1] & (loud[:-2] | loud[2:]))


def _without_pauses(loud: NDArray[np.bool_], start: int, end: int) -> tuple[int, int]:
    """The steps from `start` to `end` without the quiet at either edge; all of them where they are all quiet."""
    sounding = np.flatnonzero(loud[start:end])
    if not sounding.size:
        return start, end
    return max(start, start + int(sounding[0]) - MARGIN), min(end, start + int(sounding[-1]) + 1 + MARGIN)

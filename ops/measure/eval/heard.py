"""What a recogniser made of recordings, with translations of what was said: what translators are given in calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ops.measure.clips import Clip, TextSet
from tasks.engines.base import SpeechToText

NAME: Final = "heard"
LONGEST: Final = 29.0
"""Seconds of a clip that a recogniser takes at once."""


def heard(found: Iterable[Clip], engine: SpeechToText, source: str, target: str) -> TextSet:
    """The transcripts of the recordings in `source` whose translation into `target` is known."""
    known = [
        clip for clip in found if clip.language == source and target in clip.translation and clip.duration_s <= LONGEST
    ]
    pairs = [(engine.transcribe(clip.pcm.tobytes(), source).text, clip.translation[target]) for clip in known]
    understood = [pair for pair in pairs if pair[0]]
    sentences, references = (tuple(pair[side] for pair in understood) for side in (0, 1))
    return TextSet(NAME, source, target, sentences, references)

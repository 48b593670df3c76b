"""What is measured of a recogniser that listens: one that hears what it is told to, on a clock that is counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ops.measure.clips import Part
from ops.measure.long_speech import LongSpeech
from ops.measure.simultaneous.commits import figures, measure, run, table
from tasks.engines.base import Effort, Transcript, Word
from tasks.engines.listening import ListeningRecogniser, Utterance

RATE = 16_000
SPEECH = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
WAITS = 0.7


class ScriptedUtterance(Utterance):
    """Hears one word of `SPEECH` a second, and is certain of it a while after."""

    def __init__(self, slips: int | None) -> None:
        """`slips`: a word that it hears otherwise in the end."""
        self._slips = slips
        self._seconds = 0.0

    def feed(self, samples: NDArray[np.float32]) -> None:
        """Hear on."""
        self._seconds += samples.size / RATE

    @property
    def certain(self) -> list[Word]:
        """Those that have ended a while ago."""
        return [Word(text, n, n + 1.0, 0.9) for n, text in enumerate(SPEECH) if n + 1 + WAITS <= self._seconds]

    def ended(self) -> list[Word]:
        """All of them."""
        texts = ["other" if n == self._slips else text for n, text in enumerate(SPEECH)]
        return [Word(text, n, n + 1.0, 0.9) for n, text in enumerate(texts)]


class Scripted(ListeningRecogniser):
    """Listens as `ScriptedUtterance` does, and hears half of each word of a part by itself."""

    name = "scripted"
    languages = frozenset({"en"})

    def begin(self, language: str, hotwords: Sequence[str] = (), known: Sequence[Word] = ()) -> Utterance:  # noqa: ARG002
        """A new utterance."""
        return ScriptedUtterance(None)

    def transcript(
        self,
        words: Sequence[Word],
        language: str,  # noqa: ARG002
        *,
        hotwords: Sequence[str] = (),  # noqa: ARG002
        whole: bool,  # noqa: ARG002
    ) -> Transcript:
        """The words."""
        return Transcript(" ".join(word.text for word in words), 0.9)

    def transcribe(
        self,
        pcm: bytes,  # noqa: ARG002
        language: str | None,  # noqa: ARG002
        *,
        effort: Effort = Effort.THOROUGH,  # noqa: ARG002
        hotwords: Sequence[str] = (),  # noqa: ARG002
        words: bool = False,  # noqa: ARG002
    ) -> Transcript:
        """Always the same."""
        return Transcript("alpha", 0.9)

    def warm_up(self) -> None:
        """Nothing to load."""

    def identify(self, pcm: bytes) -> dict[str, float]:  # noqa: ARG002
        """English."""
        return {"en": 1.0}


def speech() -> LongSpeech:
    """Eleven seconds, a word in each."""
    parts = tuple(Part(float(n), n + 1.0, "en", text) for n, text in enumerate(SPEECH))
    return LongSpeech("alphabet", "en", np.zeros((len(SPEECH) + 1) * RATE, np.int16), parts)


def test_each_word_is_shown_once_as_late_as_it_is_certain() -> None:
    found = run(speech().samples, ScriptedUtterance(None))
    assert [word.text for word in found.shown] == SPEECH
    row = figures(speech(), found, "as it is")
    assert (row["wer"], row["changed"]) == (0, 0)
    assert row["word_shown_s"]["p50"] == 0.76, "after the piece of 0.128 s in which it has become certain"


def test_a_word_that_changes_is_counted() -> None:
    assert run(speech().samples, ScriptedUtterance(3)).changed == 1


def test_a_recogniser_is_held_against_whole_parts_in_a_table() -> None:
    measured = measure(speech(), Scripted())
    assert measured["rows"][0] == {"policy": "whole parts, with care", "wer": 90.0}
    assert [row["policy"] for row in measured["rows"][1:]] == ["as it is"], "policies are Whisper's"
    assert "as it is" in table("en", measured)

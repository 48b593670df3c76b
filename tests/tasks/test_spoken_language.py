"""Whether the language that is set is spoken: when that is asked, and what follows."""

from __future__ import annotations

import pytest

from tasks.engines.base import Effort, SpeechToText, Transcript, Word
from tasks.spoken_language import ASKED, LEAST_SECONDS, SURE, judge, other
from tasks.wire.messages import STT_RATE


class Identifier(SpeechToText):
    """Says what it is made with."""

    name = "identifier"
    languages = frozenset({"en", "pt", "vi"})

    def __init__(self, **found: float) -> None:
        self.found = found
        self.asked = 0

    def identify(self, pcm: bytes) -> dict[str, float]:
        assert pcm
        self.asked += 1
        return self.found

    def transcribe(
        self,
        pcm: bytes,
        language: str | None,
        *,
        effort: Effort = Effort.THOROUGH,
        hotwords: object = (),
        words: bool = False,
    ) -> Transcript:
        raise NotImplementedError

    def warm_up(self) -> None:
        pass


def words(count: int, probability: float) -> list[Word]:
    return [Word("à", at, at + 0.3, probability) for at in range(count)]


def verdict(
    found: list[Word], engine: Identifier | None, before: str = "", *, whole: bool = False, seconds: float = 4.0
) -> str:
    pcm = bytes(2 * round(seconds * STT_RATE))
    return judge(found, before, lambda: engine, lambda most: pcm[: 2 * most], "vi", seconds=seconds, whole=whole)


def test_words_that_are_certain_need_no_question() -> None:
    never = Identifier()
    assert verdict(words(3, 0.95), never) == verdict(words(6, 0.85), never) == SURE
    assert verdict(words(5, 0.5), never, SURE) == verdict(words(20, 0.75), never, SURE) == SURE, "what is shown stays"
    assert verdict(words(1, 0.75), never, whole=True) == SURE, "a word by itself"
    assert verdict(words(2, 0.65), never, whole=True, seconds=1.7) == SURE, "a name by itself"
    assert never.asked == 0


def test_few_uncertain_words_wait_for_more() -> None:
    never = Identifier()
    assert verdict([], never) == verdict([], never, whole=True) == ""
    assert verdict(words(2, 1.0), never) == verdict(words(5, 0.85), never) == ""
    assert never.asked == 0


@pytest.mark.parametrize(
    ("found", "expected"),
    [({"en": 0.9, "vi": 0.1}, "en"), ({"en": 0.6, "vi": 0.4}, ASKED), ({"vi": 0.9, "en": 0.1}, ASKED), ({}, ASKED)],
)
def test_another_language_is_believed_where_it_is_probable_enough(found: dict[str, float], expected: str) -> None:
    engine = Identifier(**found)
    assert verdict(words(6, 0.6), engine) == expected
    assert verdict(words(12, 0.6), engine, expected, whole=True) == expected
    assert engine.asked == 1, "once an utterance"
    assert other(expected) == ("en" if expected == "en" else None)


def test_doubt_that_comes_later_is_asked_about_too() -> None:
    foreign = Identifier(en=1.0)
    assert verdict(words(3, 0.6), foreign, whole=True) == "en"
    assert verdict(words(3, 0.5), foreign, whole=True, seconds=1.7) == "en"
    assert verdict(words(20, 0.6), foreign, SURE) == verdict(words(20, 0.6), foreign, SURE, whole=True) == "en"
    assert verdict(words(3, 0.5), foreign, whole=True, seconds=LEAST_SECONDS / 2) == ASKED
    assert verdict(words(6, 0.6), None) == ASKED, "nobody can tell"

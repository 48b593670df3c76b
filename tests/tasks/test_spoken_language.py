"""Whether the language that is set is spoken: when that is asked, and what follows."""

from __future__ import annotations

import numpy as np
import pytest
import soxr

from ops.harness.pipeline import segments
from ops.harness.recordings import RATE, by_language, to_int16
from tasks import steps
from tasks.engines.base import Effort, SpeechToText, Transcript, Word
from tasks.serving import Engines
from tasks.spoken_language import ASKED, LEAST_SECONDS, SURE, clear, judge, likeliest, likeliest_of, other
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


@pytest.mark.parametrize(
    ("found", "memory", "seconds", "language"),
    [
        ({}, {"en": 9.0}, 1.0, None),
        ({"en": 0.6, "pt": 0.4}, {}, 0.5, "en"),
        ({"en": 0.6, "pt": 0.4}, {"pt": 9.0}, 0.5, "pt"),
        ({"en": 0.6, "pt": 0.4}, {"en": 9.0, "pt": 1.0}, 0.5, "en"),
        ({"en": 0.97, "pt": 0.02}, {"pt": 60.0}, 3.0, "en"),
        ({"pt": 0.97, "en": 0.02}, {"en": 60.0}, 2.5, "pt"),
        ({"en": 0.55, "pt": 0.45}, {"pt": 60.0}, 9.0, "en"),
        ({"en": 0.7, "vi": 0.3}, {"vi": 4.0}, 1.2, "vi"),
        ({"en": 0.99, "pt": 0.001}, {"pt": 4.0}, 0.8, "en"),
        ({"en": 0.5, "pt": 0.5}, {"vi": 4.0}, 0.8, "en"),
    ],
)
def test_the_shorter_an_utterance_the_more_its_forerunners_count(
    found: dict[str, float], memory: dict[str, float], seconds: float, language: str | None
) -> None:
    assert likeliest(found, memory, seconds) == language


@pytest.mark.parametrize(
    ("found", "sureness", "leaning", "seconds", "language"),
    [
        ({"en": 0.4, "fr": 0.5, "pt": 0.1}, {}, {}, 2.0, "en"),
        ({"en": 0.3, "pt": 0.7}, {}, {}, 2.0, "pt"),
        ({"fr": 1.0}, {}, {}, 2.0, "en"),
        ({"en": 0.6, "pt": 0.4}, {}, {"pt": 1}, 1.0, "pt"),
        ({"en": 0.6, "pt": 0.4}, {}, {"pt": 1, "en": 1}, 1.0, "en"),
        ({"en": 0.95, "pt": 0.05}, {}, {"pt": 2}, 9.0, "en"),
    ],
)
def test_who_speaks_is_told_among_those_who_may(
    found: dict[str, float], sureness: dict[str, float], leaning: dict[str, int], seconds: float, language: str
) -> None:
    assert likeliest_of(["en", "pt"], found, sureness, leaning, seconds) == language


@pytest.mark.parametrize(
    ("found", "sure", "language"),
    [({"en": 0.9, "vi": 0.1}, 0.95, "vi"), ({"en": 0.3, "vi": 0.7}, 0.2, "en"), ({"en": 0.6, "vi": 0.4}, 0.6, "vi")],
)
def test_a_recogniser_of_one_language_has_its_say(found: dict[str, float], sure: float, language: str) -> None:
    assert likeliest_of(["en", "vi"], found, {"vi": sure}, {}, 2.0) == language


def test_where_the_sound_leaves_no_doubt_nothing_else_is_asked(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clear(["en", "vi"], {"en": 0.992, "vi": 0.008})
    assert clear(["en", "vi"], {"pt": 0.5, "en": 0.499, "vi": 0.001})
    assert not clear(["en", "vi"], {"en": 0.98, "vi": 0.02})
    assert not clear(["en", "vi"], {"pt": 1.0})
    vietnamese = by_language("vi")[0].pcm()
    assert steps.identify(vietnamese, ["en", "vi"], {}, 5.0).transcript is None
    monkeypatch.setattr("tasks.spoken_language.CLEAR", 2.0)
    found = steps.identify(vietnamese, ["en", "vi"], {}, 5.0)
    assert found.transcript, "its recogniser has heard it already, and need not do so again"
    assert found.transcript.text
    assert engines.stt_for("vi").name != engines.identifier().name


@pytest.mark.parametrize("pair", [("en", "pt"), ("en", "vi")])
def test_two_people_who_take_turns_at_one_microphone_are_told_apart(engines: Engines, pair: tuple[str, str]) -> None:
    assert engines
    told = []
    for language in pair:
        for clip in by_language(language)[:3]:
            for ask in segments(to_int16(clip.samples())):
                seconds = ask.speech_end - ask.speech_start
                found = steps.identify(ask.samples.tobytes(), pair, {}, seconds)
                told.append((language, found.language))
    assert len(told) > 5
    assert all(found == language for language, found in told)
    assert steps.identify(bytes(2 * RATE), pair, {}, 1.0).language is None


def test_the_first_words_decide_nothing_for_those_after_them(engines: Engines) -> None:
    voice = engines.tts.loaded["hibari-en"]
    sound = voice.speak("Okay.", "en")
    okay = soxr.resample(np.frombuffer(sound.pcm, "<i2").astype(np.float32) / 32768, sound.rate, RATE)
    silence = np.zeros(2 * RATE, np.float32)
    clips = [clip for language in ("pt", "en") for clip in by_language(language)[:4]]
    parts = [silence, okay, silence, *(part for clip in clips for part in (clip.samples(), silence))]
    spoken: list[tuple[float, str]] = []
    memory: dict[str, float] = {}
    for ask in segments(to_int16(np.concatenate(parts))):
        seconds = len(ask.samples) / RATE
        language = likeliest(engines.identifier().identify(ask.samples.tobytes()), memory, seconds)
        assert language is not None
        memory[language] = memory.get(language, 0.0) + ask.speech_end - ask.speech_start
        spoken.append((ask.speech_start, language))
    turn = sum(len(part) for part in parts[: 3 + 2 * 4]) / RATE
    assert {language for start, language in spoken if 4 < start < turn} == {"pt"}
    assert {language for start, language in spoken if start > turn} == {"en"}

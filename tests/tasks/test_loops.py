"""What was said stays, however often; what a decoder says in a loop goes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray

from ops.harness.pipeline import segments
from ops.harness.recordings import RATE, by_language, to_int16
from tasks.engines.base import SpeechToText, Word
from tasks.engines.stt.whisper.decoder import Decoder
from tasks.engines.stt.whisper.engine import Whisper
from tasks.engines.stt.whisper.loops import Heard, heard
from tasks.engines.stt.whisper.sound import audible
from tasks.serving import Engines

GAP = np.zeros(RATE // 5, np.float32)
SAID = [
    ("Please come here.", 2),
    ("Please come here.", 3),
    ("Yes, yes, yes, yes.", 1),
    ("Stop! Stop! Stop! Stop!", 1),
    ("Wait a minute.", 2),
    ("Turn left here.", 3),
    ("Thank you so much.", 2),
    ("That is not true.", 2),
    ("Come back tomorrow.", 3),
    ("Open the window.", 2),
    ("We are almost there.", 2),
    ("Call me later.", 2),
    ("I do not know.", 3),
    ("My number is two zero seven.", 2),
    ("Very, very, very good.", 1),
    ("The code is four seven one.", 2),
]


def timed(text: str, *seconds: float) -> list[Word]:
    ends = list(itertools.accumulate(seconds))
    return [Word(word, end - length, end, 1.0) for word, length, end in zip(text.split(), seconds, ends, strict=True)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (timed("call 55 55 55 55", *[0.4] * 5), Heard("call 55 55 55 55", True, False, False)),
        (timed("Yes, yes, yes, yes.", *[0.2] * 4), Heard("Yes, yes, yes, yes.", True, False, False)),
        (timed("Go on. Go on.", *[0.2] * 4), Heard("Go on. Go on.", False, False, False)),
        (timed("Go on now. Go on now.", *[0.2] * 3, 0.0, 0.0, 0.3), Heard("Go on now.", False, True, False)),
        (timed("Go on now, go on now, go", *[0.2] * 6, 0.0), Heard("Go on now, go on now", True, True, False)),
        (timed("no " * 9 + "no", 0.3, 0.3, *[0.02] * 8), Heard("no no", False, True, False)),
        (timed("Oh, oh, oh, dear", 0.3, 0.0, 0.0, 0.4), Heard("Oh, dear", False, True, False)),
        (timed("5" * 60, 1.6), Heard("5" * 60, False, False, True)),
        (timed("5555", 1.6), Heard("5555", False, False, False)),
        (timed("one two", 0.2, 0.0), Heard("one two", False, False, False)),
    ],
)
def test_copies_that_stand_still_are_no_speech(words: list[Word], expected: Heard) -> None:
    assert heard(words) == expected


def spoken(engines: Engines, text: str, voice: str = "hibari-en", language: str = "en") -> NDArray[np.float32]:
    engine = engines.tts.loaded[voice]
    clauses = [engine.speak(clause, language) for clause in engine.clauses(text, language)]
    pieces = [np.frombuffer(clause.pcm, "<i2").astype(np.float32) / 32768 for clause in clauses]
    return np.concatenate(
        [soxr.resample(piece, clause.rate, RATE) for piece, clause in zip(pieces, clauses, strict=True)]
    )


def keys(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()


@pytest.mark.parametrize(("text", "copies"), SAID, ids=[f"{text} x{copies}" for text, copies in SAID])
def test_what_is_said_again_stays(engines: Engines, text: str, copies: int) -> None:
    once = spoken(engines, text)
    sound = np.concatenate([part for _ in range(copies) for part in (once, GAP)])
    expected = keys(engines.stt_for("en").transcribe(to_int16(once).tobytes(), "en").text) if copies > 1 else keys(text)
    whole = engines.stt_for("en").transcribe(to_int16(sound).tobytes(), "en")
    assert keys(whole.text) == expected * copies
    quiet = np.zeros(RATE, np.float32)
    asked = segments(to_int16(np.concatenate([quiet, sound, quiet])))
    parts = [engines.stt_for("en").transcribe(ask.samples.tobytes(), "en").text for ask in asked]
    assert keys(" ".join(parts)) == expected * copies


def test_fives_are_heard_in_a_call(engines: Engines) -> None:
    sound = np.concatenate([np.zeros(RATE, np.float32), spoken(engines, "Five five five five."), GAP, GAP, GAP])
    parts = [engines.stt_for("en").transcribe(ask.samples.tobytes(), "en") for ask in segments(to_int16(sound))]
    assert "".join(part.text for part in parts).strip(".") == "5555"


@pytest.mark.parametrize("language", ["en", "pt"])
def test_a_sentence_that_was_said_once_is_once_there(engines: Engines, language: str) -> None:
    decoder = _decoder(engines.stt_for(language))
    for clip in by_language(language):
        if clip.duration_s > 9:
            continue
        audio = audible(clip.pcm())
        text = engines.stt_for(language).transcribe(clip.pcm(), language).text
        assert audio is not None
        encoded = decoder.encode(audio, 12.0)
        assert heard(decoder.words(encoded, f"{text} {text} {text}", language)).text == text.rstrip(","), clip.id
        twice = np.concatenate([audio, GAP, audio])
        encoded = decoder.encode(twice, 24.0)
        assert heard(decoder.words(encoded, f"{text} {text}", language)).text == f"{text} {text}", clip.id


def _decoder(engine: SpeechToText) -> Decoder:
    assert isinstance(engine, Whisper)
    return engine._decoder

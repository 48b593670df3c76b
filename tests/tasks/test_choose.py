from __future__ import annotations

import pytest

from tasks.engines.choose import PreferenceError, preferences, speech_to_text, translator, voice

ALL = {"hibari-en", "kokoro-82m-int8", "espeak-ng", "whisper-base", "bergamot-en-pt"}


@pytest.mark.parametrize(
    ("language", "available", "late", "expected"),
    [
        ("pt", ALL, False, "kokoro-82m-int8"),
        ("pt", ALL, True, "espeak-ng"),
        ("pt", {"espeak-ng"}, False, "espeak-ng"),
        ("pt", {"kokoro-82m-int8"}, True, "kokoro-82m-int8"),
        ("pt", {"hibari-en"}, False, None),
        ("en", ALL, False, "hibari-en"),
        ("en", ALL, True, "hibari-en"),
        ("vi", ALL, False, "espeak-ng"),
        ("xx", ALL, False, None),
    ],
)
def test_voice(language: str, available: set[str], late: bool, expected: str | None) -> None:
    assert voice(language, available, late=late, preferred={}) == expected


def test_a_preferred_voice_wins_unless_it_is_slow_and_speech_is_late() -> None:
    preferred = preferences("en=kokoro-82m-int8, pt=espeak-ng")
    assert voice("en", ALL, late=False, preferred=preferred) == "kokoro-82m-int8"
    assert voice("en", ALL, late=True, preferred=preferred) == "hibari-en"
    assert voice("pt", ALL, late=False, preferred=preferred) == "espeak-ng"


@pytest.mark.parametrize("setting", ["pt", "pt=", "pt=hibari-en", "xx=espeak-ng"])
def test_a_wrong_preference_is_refused_in_plain_words(setting: str) -> None:
    with pytest.raises(PreferenceError, match="SPEAK_WITH"):
        preferences(setting)


def test_speech_to_text_and_translation() -> None:
    assert speech_to_text("vi", ALL) == "whisper-base"
    assert speech_to_text("vi", set()) is None
    assert translator("en", "pt", ALL) == "bergamot-en-pt"
    assert translator("en", "vi", ALL) is None

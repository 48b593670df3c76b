from __future__ import annotations

import pytest

from tasks.engines.choose import PreferenceError, best, preferences, services
from tasks.engines.description import Offer
from tasks.engines.translation.pivot import pivots
from tests.support.offers import described


def offer(name: str, engine: str, *serves: str, default: bool = True) -> Offer:
    return Offer(name, described(engine), frozenset(serves), default=default)


HIBARI = offer("hibari-en", "hibari", "en")
KOKORO = offer("kokoro-82m-int8", "kokoro", "en", "pt")
ESPEAK = offer("espeak-ng", "espeak", "en", "pt", "vi")
PIPER_PT = offer("piper-pt", "piper", "pt", default=False)
VOICES = [ESPEAK, KOKORO, HIBARI]

BASE = offer("whisper-base", "whisper-ct2", "en", "pt", "vi")
SMALL = offer("whisper-small", "whisper-ct2", "en", "pt", "vi", default=False)
VIET = offer("viet-asr-streaming", "viet-asr", "vi")
PHO = offer("phowhisper-small", "whisper-ct2", "vi", default=False)

BERGAMOT = offer("bergamot-en-pt", "bergamot", "en>pt", "pt>en")
ARGOS_EN_PT = offer("argos-en-pt", "argos", "en>pt", default=False)
ARGOS_EN_VI = offer("argos-en-vi", "argos", "en>vi", default=False)
ARGOS_VI_EN = offer("argos-vi-en", "argos", "vi>en", default=False)
DRAFT = offer("draft-en-vi", "gguf", "en>vi", "vi>en", default=False)


@pytest.mark.parametrize(
    ("language", "offers", "late", "expected"),
    [
        ("pt", VOICES, False, KOKORO),
        ("pt", VOICES, True, ESPEAK),
        ("pt", [*VOICES, PIPER_PT], False, PIPER_PT),
        ("pt", [ESPEAK], False, ESPEAK),
        ("pt", [KOKORO], True, KOKORO),
        ("pt", [HIBARI], False, None),
        ("en", VOICES, False, HIBARI),
        ("en", VOICES, True, HIBARI),
        ("vi", VOICES, False, ESPEAK),
        ("xx", VOICES, False, None),
    ],
)
def test_the_clearest_voice_speaks_and_a_quick_one_when_late(
    language: str, offers: list[Offer], late: bool, expected: Offer | None
) -> None:
    assert best(language, offers, {}, late=late) == expected


def test_a_preferred_voice_wins_unless_it_is_slow_and_speech_is_late() -> None:
    preferred = preferences("en=kokoro-82m-int8, pt=espeak-ng", "SPEAK_WITH", VOICES)
    assert best("en", VOICES, preferred) == KOKORO
    assert best("en", VOICES, preferred, late=True) == HIBARI
    assert best("pt", VOICES, preferred) == ESPEAK


@pytest.mark.parametrize("setting", ["pt", "pt=", "pt=hibari-en", "xx=espeak-ng"])
def test_a_wrong_preference_is_refused_in_plain_words(setting: str) -> None:
    with pytest.raises(PreferenceError, match=r"SPEAK_WITH.*pt=espeak-ng\|kokoro-82m-int8"):
        preferences(setting, "SPEAK_WITH", VOICES)


def test_a_model_made_for_one_language_is_used_for_it_and_larger_ones_where_asked_for() -> None:
    offers = [SMALL, BASE, PHO]
    assert best("vi", offers, {}) == PHO
    assert best("vi", [*offers, VIET], {}) == VIET
    assert best("en", [VIET, BASE], {}) == BASE
    assert best("vi", [VIET, BASE], preferences("vi=whisper-base", "TRANSCRIBE_WITH", [VIET, BASE])) == BASE
    assert best("en", offers, {}) == BASE
    assert best("en", offers, {"en": "whisper-small"}) == SMALL
    assert best("vi", [], {}) is None


def test_translators_come_in_order_of_what_they_are_worth() -> None:
    offers = [DRAFT, ARGOS_EN_PT, BERGAMOT]
    assert best("en>pt", offers, {}) == BERGAMOT
    assert best("en>pt", offers, preferences("en>pt=argos-en-pt", "TRANSLATE_WITH", offers)) == ARGOS_EN_PT
    assert best("en>vi", offers, {}) == DRAFT
    assert best("en>vi", [*offers, ARGOS_EN_VI], {}) == ARGOS_EN_VI


def test_pairs_that_nobody_serves_go_by_way_of_english() -> None:
    offers = [BERGAMOT, ARGOS_EN_VI, ARGOS_VI_EN]
    made = pivots(offers, ("en", "pt", "vi"))
    assert [(set(one.serves), one.parts) for one in made] == [
        ({"pt>vi"}, ("bergamot-en-pt", "argos-en-vi")),
        ({"vi>pt"}, ("argos-vi-en", "bergamot-en-pt")),
    ]
    assert best("pt>vi", [*offers, *made], {}) == made[0]
    assert services([*offers, *made]) == ["en>pt", "en>vi", "pt>en", "pt>vi", "vi>en", "vi>pt"]


def test_a_draft_is_built_upon_only_where_nothing_else_is_there() -> None:
    made = pivots([BERGAMOT, DRAFT], ("en", "pt", "vi"))
    assert [(one.name, one.engine.draft) for one in made] == [
        ("bergamot-en-pt+draft-en-vi", True),
        ("draft-en-vi+bergamot-en-pt", True),
    ]
    one_way = [BERGAMOT, DRAFT, ARGOS_EN_VI]
    assert [(one.name, one.engine.draft) for one in pivots(one_way, ("en", "pt", "vi"))] == [
        ("bergamot-en-pt+argos-en-vi", False),
        ("draft-en-vi+bergamot-en-pt", True),
    ]
    direct = offer("llm-endpoint", "endpoint", "pt>vi", "vi>pt")
    assert pivots([BERGAMOT, DRAFT, direct], ("en", "pt", "vi")) == []
    solid = pivots([*one_way, direct], ("en", "pt", "vi"))
    assert [one.name for one in solid] == ["bergamot-en-pt+argos-en-vi"]
    assert best("pt>vi", [direct, *solid], {}) == solid[0]

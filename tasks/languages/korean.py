"""Korean, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

KOREAN: Final = Language(
    code="ko",
    own_name="한국어",
    english_name="Korean",
    samples=Samples(
        level="안녕하세요. 와 주셔서 감사합니다.",
        speed="목요일 아침 회의에 여러분을 초대하고 싶습니다.",
    ),
    engines=EngineCodes(espeak=("ko", "ko+f3"), espeak_unclear=True, gtts="ko", nllb="kor_Hang"),
    recognition=Recognition(tokens_a_second=12.0),
    sentences=SentenceRules(
        paused_before=frozenset(words("하지만 그래서 그리고 그런데")),
    ),
    written=WrittenNumbers(decimal="."),
)

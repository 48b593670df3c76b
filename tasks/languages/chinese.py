"""Chinese, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.written_numbers import WrittenNumbers

CHINESE: Final = Language(
    code="zh",
    own_name="中文",
    english_name="Chinese",
    samples=Samples(
        level="大家早上好。很高兴见到你们。",
    ),
    engines=EngineCodes(espeak=("cmn", "cmn+f3"), espeak_unclear=True, gtts="zh-CN", nllb="zho_Hans"),
    recognition=Recognition(tokens_a_second=12.0),
    sentences=SentenceRules(
        spaced=False,
        joint="",
    ),
    written=WrittenNumbers(decimal="."),
)

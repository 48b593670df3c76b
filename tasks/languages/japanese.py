"""Japanese, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.written_numbers import WrittenNumbers

JAPANESE: Final = Language(
    code="ja",
    own_name="日本語",
    english_name="Japanese",
    samples=Samples(
        level="おはようございます。お会いできてうれしいです。",
    ),
    engines=EngineCodes(gtts="ja", nllb="jpn_Jpan"),
    recognition=Recognition(tokens_a_second=12.0),
    sentences=SentenceRules(
        spaced=False,
        joint="",
    ),
    written=WrittenNumbers(decimal="."),
)

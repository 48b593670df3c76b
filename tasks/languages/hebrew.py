"""Hebrew, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

HEBREW: Final = Language(
    code="he",
    own_name="עברית",
    english_name="Hebrew",
    right_to_left=True,
    samples=Samples(
        level="בוקר טוב לכולם. אנחנו שמחים לראות אתכם.",
        speed="אנחנו רוצים להזמין אתכם לפגישה שלנו ביום חמישי בבוקר.",
    ),
    # espeak-ng 1.51 has a Hebrew voice that leaves digits out without a word.
    engines=EngineCodes(gtts="iw", nllb="heb_Hebr"),
    recognition=Recognition(tokens_a_second=12.0),
    sentences=SentenceRules(
        paused_before=frozenset(words("אבל כי כאשר איפה אם או בזמן כדי לכן")),
    ),
    written=WrittenNumbers(decimal="."),
)

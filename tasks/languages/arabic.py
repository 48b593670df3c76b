"""Arabic, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

ARABIC: Final = Language(
    code="ar",
    own_name="العربية",
    english_name="Arabic",
    right_to_left=True,
    samples=Samples(
        level="صباح الخير. يسعدنا حضوركم.",
        speed="نود أن ندعوكم إلى اجتماعنا صباح الخميس.",
    ),
    engines=EngineCodes(espeak=("ar", "ar+f3"), espeak_unclear=True, gtts="ar", nllb="arb_Arab"),
    recognition=Recognition(tokens_a_second=12.0),
    sentences=SentenceRules(
        paused_before=frozenset(words("لكن لأن عندما الذي التي حيث إذا ثم حتى")),
    ),
    written=WrittenNumbers(decimal="."),
)

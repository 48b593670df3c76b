"""German, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

GERMAN: Final = Language(
    code="de",
    own_name="Deutsch",
    english_name="German",
    samples=Samples(
        level="Guten Morgen. Wir freuen uns, dass Sie gekommen sind.",
        speed="Wir möchten Sie zu unserer Sitzung am Donnerstagmorgen einladen.",
    ),
    engines=EngineCodes(espeak=("de", "de+f3"), espeak_unclear=True, gtts="de", nllb="deu_Latn"),
    recognition=Recognition(tokens_a_second=8.0),
    sentences=SentenceRules(
        abbreviations=frozenset(words("nr usw bzw bspw")),
        clause_beginners=frozenset(words("aber weil wenn dass wo ob und oder während denn sondern obwohl")),
        paused_before=frozenset(words("aber weil wenn dass wo wie ob und oder während um denn sondern obwohl")),
    ),
    written=WrittenNumbers(decimal=","),
)

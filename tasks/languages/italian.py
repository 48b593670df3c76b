"""Italian, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

ITALIAN: Final = Language(
    code="it",
    own_name="Italiano",
    english_name="Italian",
    samples=Samples(
        level="Buongiorno a tutti. Siamo felici di vedervi.",
        speed="Vorremmo invitarvi alla nostra riunione di giovedì mattina.",
    ),
    engines=EngineCodes(espeak=("it", "it+f3"), espeak_unclear=True, gtts="it", nllb="ita_Latn"),
    recognition=Recognition(tokens_a_second=8.0),
    sentences=SentenceRules(
        abbreviations=frozenset(words("sig sigg dott avv")),
        clause_beginners=frozenset(words("ma perché quando che dove se e o mentre quindi")),
        paused_before=frozenset(words("ma perché quando che dove come se e o mentre per quindi")),
    ),
    written=WrittenNumbers(decimal=","),
)

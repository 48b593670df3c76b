"""Spanish, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

SPANISH: Final = Language(
    code="es",
    own_name="Español",
    english_name="Spanish",
    samples=Samples(
        level="Buenos días. Nos alegra que hayan podido venir.",
        speed="Nos gustaría invitarle a nuestra reunión del jueves por la mañana.",
    ),
    engines=EngineCodes(espeak=("es", "es+f3"), gtts="es", nllb="spa_Latn"),
    recognition=Recognition(tokens_a_second=8.0),
    sentences=SentenceRules(
        abbreviations=frozenset(words("sr sra srta dra ud uds núm pág")),
        clause_beginners=frozenset(words("pero porque cuando que donde si aunque y o mientras")),
        paused_before=frozenset(words("pero porque cuando que donde como si aunque y o mientras para")),
    ),
    written=WrittenNumbers(decimal=","),
)

"""French, as far as engines need it."""

from __future__ import annotations

from typing import Final

from tasks.languages.language import EngineCodes, Language, Recognition, Samples, SentenceRules
from tasks.languages.spoken_rules import words
from tasks.languages.written_numbers import WrittenNumbers

FRENCH: Final = Language(
    code="fr",
    own_name="Français",
    english_name="French",
    samples=Samples(
        level="Bonjour à tous. Nous sommes heureux de vous voir.",
        speed="Nous aimerions vous inviter à notre réunion de jeudi matin.",
    ),
    engines=EngineCodes(espeak=("fr", "fr+f3"), espeak_unclear=True, gtts="fr", nllb="fra_Latn"),
    recognition=Recognition(tokens_a_second=8.0),
    sentences=SentenceRules(
        abbreviations=frozenset(words("mme mlle")),
        clause_beginners=frozenset(words("mais parce quand que où si et ou pendant car donc")),
        paused_before=frozenset(words("mais parce quand que où comme si et ou pendant pour car donc")),
    ),
    written=WrittenNumbers(decimal=","),
)

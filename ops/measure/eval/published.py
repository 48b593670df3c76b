"""What others have measured of the translation engines, to hold our own figures against.

BLEU on FLORES dev, by Mozilla: evaluation/bleu-results.json of the repository mozilla/firefox-translations-models at
commit 026f44a1. "Bergamot" there is the student in production then; "NLLB" the distilled model of 600M parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FLORES: Final = "flores200dev"
"""What the sentences are called in a set of ours."""

_BLEU: Final[Mapping[str, Mapping[str, float]]] = {
    "bergamot": {"en-pt": 49.4, "pt-en": 47.8},
    "argos": {"en-pt": 43.9, "pt-en": 45.4},
    "nllb": {"en-pt": 45.1, "pt-en": 43.1, "en-vi": 36.8, "vi-en": 32.5},
    "opus-mt": {"en-vi": 26.0, "vi-en": 26.2},
}
"""How engines' names begin → direction → BLEU."""


def bleu(engine: str, source: str, target: str, texts: str) -> float | None:
    """The published figure of an engine for these texts; None where there is none."""
    if texts != FLORES or "+" in engine:  # a pivot is two engines
        return None
    family = next((name for name in _BLEU if engine.startswith(name)), "")
    return _BLEU.get(family, {}).get(f"{source}-{target}")

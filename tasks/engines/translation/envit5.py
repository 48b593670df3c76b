"""EnViT5, a T5 for English and Vietnamese (VietAI; Ngo et al., "MTet", 2022), converted to CTranslate2.

`model.bin`, `config.json`, a vocabulary and `spiece.model`. Each text begins with its language, "en: ", and so does
each translation. Greedy decoding scores higher than a beam, as its converter measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.text.pieces import Pieces
from tasks.engines.translation import ct2
from tasks.engines.translation.ct2 import END, Decoding
from tasks.engines.translation.sentence_by_sentence import SentenceTranslator

_LANGUAGE: Final = re.compile(r"[a-z]{2}\s*:\s*")


class EnViT5(SentenceTranslator):
    """Both directions, by one model."""

    def __init__(self, folder: Path, pairs: Iterable[tuple[str, str]], decoding: Decoding) -> None:
        self.name = folder.name
        self.pairs = frozenset(pairs)
        self._pieces = Pieces(folder / "spiece.model")
        self._model = ct2.load(folder, decoding)
        self._end = [] if self._model.adds_end else [END]
        self.fingerprint = ct2.fingerprint([folder / "model.bin", folder / "spiece.model"], decoding)

    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:  # noqa: ARG002
        """All of `pieces` in one batch."""
        tokens = [[*self._pieces.encode(f"{source}: {piece}"), *self._end] for piece in pieces]
        translated = [self._pieces.decode(found) for found in self._model.translate(tokens)]
        return [text[_ends(text) :] for text in translated]


def _ends(text: str) -> int:
    """Where the name of the language ends that a translation begins with."""
    found = _LANGUAGE.match(text)
    return found.end() if found else 0


def _load(request: LoadRequest) -> EnViT5:
    return EnViT5(request.folder, request.offer.pairs, Decoding(threads=request.config.threads, beam=1))


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="envit5-ct2", rank=15, load=_load)
"""Larger than Bergamot's students and Argos's packages; nobody has it who did not ask for it."""

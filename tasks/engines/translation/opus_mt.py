"""OPUS-MT models converted to CTranslate2, in the folders that such conversions are passed around in.

`model.bin`, `config.json`, a vocabulary, `source.spm` and `target.spm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.text.pieces import Pieces
from tasks.engines.translation import ct2
from tasks.engines.translation.ct2 import END, Decoding
from tasks.engines.translation.nllb import FLORES
from tasks.engines.translation.sentence_by_sentence import SentenceTranslator


class OpusMt(SentenceTranslator):
    """One direction, by a Marian model of the University of Helsinki."""

    def __init__(self, folder: Path, source: str, target: str, decoding: Decoding) -> None:
        self.name = folder.name
        self.pairs = frozenset({(source, target)})
        self._source = Pieces(folder / "source.spm")
        self._target = Pieces(folder / "target.spm")
        self._model = ct2.load(folder, decoding)
        known = ct2.vocabulary(folder)
        # Models for several target languages are told the one by the first token of the source.
        marks = [f">>{code}<<" for code in (FLORES.get(target, target)[:3], target)]
        self._mark = next(([mark] for mark in marks if mark in known), [])
        self._end = [] if self._model.adds_end else [END]
        self.fingerprint = ct2.fingerprint(
            [folder / name for name in ("model.bin", "source.spm", "target.spm")], decoding
        )

    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:  # noqa: ARG002
        """All of `pieces` in one batch."""
        tokens = [[*self._mark, *self._source.encode(piece), *self._end] for piece in pieces]
        return [self._target.decode(found) for found in self._model.translate(tokens)]


def _load(request: LoadRequest) -> OpusMt:
    ((source, target),) = request.offer.pairs
    decoding = Decoding(threads=request.config.threads, beam=request.config.beam)
    return OpusMt(request.folder, source, target, decoding)


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="opus-ct2", rank=30, load=_load)

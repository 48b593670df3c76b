"""NLLB-200 models converted to CTranslate2, in the folders that such conversions are passed around in.

`model.bin`, `config.json`, a vocabulary, and one `*.model` or `*.spm` tokenizer for all languages. The weights are
CC-BY-NC-4.0, not free for commercial use.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.text.pieces import Pieces
from tasks.engines.translation import ct2
from tasks.engines.translation.ct2 import END, Decoding
from tasks.engines.translation.sentence_by_sentence import SentenceTranslator
from tasks.languages import LANGUAGES
from tasks.models.spec import ModelError

_FLORES: Final = """
    ar=arb_Arab cs=ces_Latn da=dan_Latn de=deu_Latn el=ell_Grek es=spa_Latn fi=fin_Latn fr=fra_Latn
    he=heb_Hebr hi=hin_Deva hu=hun_Latn id=ind_Latn it=ita_Latn ja=jpn_Jpan km=khm_Khmr ko=kor_Hang lo=lao_Laoo
    ms=zsm_Latn nb=nob_Latn nl=nld_Latn pl=pol_Latn ro=ron_Latn ru=rus_Cyrl sv=swe_Latn th=tha_Thai
    tl=tgl_Latn tr=tur_Latn uk=ukr_Cyrl zh=zho_Hans
"""
FLORES: Final = {
    **dict(entry.split("=") for entry in _FLORES.split()),
    **{code: known.engines.nllb for code, known in LANGUAGES.items() if known.engines.nllb},
}
"""BCP 47 subtag → FLORES-200 code, which NLLB calls its languages by."""


class Nllb(SentenceTranslator):
    """Some of the directions that a model of No Language Left Behind knows."""

    def __init__(self, folder: Path, pairs: Collection[tuple[str, str]], decoding: Decoding) -> None:
        self.name = folder.name
        self.pairs = frozenset(pairs)
        known = ct2.vocabulary(folder)
        unknown = sorted({language for pair in pairs for language in pair if FLORES.get(language) not in known})
        if unknown:
            raise ModelError(f"{folder} does not know {', '.join(unknown)}: name languages that it was trained on")
        tokenizers = sorted(path for path in folder.iterdir() if path.suffix in {".model", ".spm"})
        if len(tokenizers) != 1:
            raise ModelError(f"{folder} should hold one tokenizer (*.model or *.spm) and holds {len(tokenizers)}")
        self._pieces = Pieces(tokenizers[0])
        self._model = ct2.load(folder, decoding)
        self._end = [] if self._model.adds_end else [END]
        self.fingerprint = ct2.fingerprint([folder / "model.bin", tokenizers[0]], decoding)

    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:
        """All of `pieces` in one batch, each told its language by its first token."""
        tokens = [[FLORES[source], *self._pieces.encode(piece), *self._end] for piece in pieces]
        return [self._pieces.decode(found) for found in self._model.translate(tokens, FLORES[target])]


def _load(request: LoadRequest) -> Nllb:
    decoding = Decoding(threads=request.config.threads, beam=request.config.beam)
    return Nllb(request.folder, request.offer.pairs, decoding)


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="nllb-ct2", rank=40, load=_load)

"""Argos Translate packages: CTranslate2 models of one direction, with their tokenizer.

Of the argostranslate library only the tokenizers are used; they decide how a package's text becomes tokens. Its
`translate` module cannot be imported without stanza and minisbd, which split sentences: the first brings in torch, the
second is AGPL-3.0 and fetches models while translating. Its `package` module makes folders in the user's home as it is
imported, and extracts whatever an archive holds. Here `tasks.models.archive` unpacks, our own `sentences` splits, all
sentences of a text go to CTranslate2 in one batch, and nothing is ever fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.translation import ct2
from tasks.engines.translation.ct2 import Decoding
from tasks.engines.translation.sentence_by_sentence import SentenceTranslator
from tasks.models import archive
from tasks.models.spec import ModelError

if TYPE_CHECKING:
    from argostranslate.tokenizer import Tokenizer

TOKENIZERS: Final = ("sentencepiece.model", "bpe.model")
"""A package has one of them; the first wins."""


class _Metadata(archive.Metadata, frozen=True):
    """`metadata.json`, as far as translating needs it."""

    type: str = "translate"
    target_prefix: Annotated[str, Meta(max_length=40)] = ""
    """A token that every translation begins with; models of several target languages have one."""


class Argos(SentenceTranslator):
    """One unpacked package, named like its folder.

    Raises:
        ModelError: it is no usable translation package; the message says why.
    """

    def __init__(self, folder: Path, decoding: Decoding) -> None:
        metadata = _metadata(folder)
        self.name = folder.name
        self.pairs = frozenset({(metadata.source, metadata.target)})
        self._prefix = metadata.target_prefix
        vocabulary = next(folder / name for name in TOKENIZERS if (folder / name).is_file())
        self._tokenizer = _tokenizer(vocabulary, metadata)
        self._model = ct2.load(folder / "model", decoding)
        self.fingerprint = ct2.fingerprint([folder / "model" / "model.bin", vocabulary], decoding)

    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:  # noqa: ARG002
        """All of `pieces` in one batch."""
        translated = self._model.translate([self._tokenizer.encode(piece) for piece in pieces], self._prefix)
        return [str(self._tokenizer.decode(tokens)) for tokens in translated]


def _metadata(folder: Path) -> _Metadata:
    archive.describe(folder, folder.name)
    try:
        metadata = msgspec.json.decode((folder / "metadata.json").read_bytes(), type=_Metadata)
    except msgspec.MsgspecError as error:
        raise ModelError(f"the metadata.json of {folder.name} is not what it should be: {error}") from error
    if metadata.type != "translate":
        raise ModelError(f"{folder.name} is an Argos package for {metadata.type!r}: get one for translation")
    return metadata


def _tokenizer(vocabulary: Path, metadata: _Metadata) -> Tokenizer:
    """The package's tokenizer, loaded now: by itself it would load when it is first used, on the way of a caption."""
    from argostranslate.tokenizer import BPETokenizer, SentencePieceTokenizer

    if vocabulary.name == "bpe.model":
        chosen: Tokenizer = BPETokenizer(vocabulary, metadata.from_code, metadata.to_code)
    else:
        chosen = SentencePieceTokenizer(vocabulary)
    try:
        chosen.encode("a")
    except (RuntimeError, OSError, ValueError) as error:
        raise ModelError(f"the tokenizer {vocabulary} cannot be loaded: {error}. Install it again.") from error
    return chosen


def _load(request: LoadRequest) -> Argos:
    return Argos(request.folder, Decoding(threads=request.config.threads, beam=request.config.beam))


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="argos", rank=20, load=_load)

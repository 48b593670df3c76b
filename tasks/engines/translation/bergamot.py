"""The small students of Firefox Translations (the Bergamot project), through fxtranslate, an engine in Rust.

A model is a folder with `model.bin`, `lex.bin` (which target words a source word may become) and `vocab.spm`, or
`srcvocab.spm` and `trgvocab.spm`; or with one such folder a direction, as `en-pt`.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tasks.engines.base import EngineError
from tasks.engines.description import Description, LoadRequest
from tasks.engines.kinds import Kind
from tasks.engines.translation.sentence_by_sentence import SentenceTranslator

if TYPE_CHECKING:
    from fxtranslate import Translator

Pair = tuple[str, str]


class _Students(threading.local):
    """The students of one engine, in the thread that made them: no other may use them, nor take them down."""

    def __init__(self) -> None:
        self.of: dict[Pair, Translator] = {}


_students = _Students()


class Bergamot(SentenceTranslator):
    """One or more directions. Sentences are translated one at a time: the engine keeps Python's lock meanwhile.

    Raises:
        EngineError: the folder holds no student for one of the pairs.
    """

    def __init__(self, folder: Path, pairs: Iterable[Pair]) -> None:
        self.name = folder.name
        self.pairs = frozenset(pairs)
        self.fingerprint = f"fxtranslate {version('fxtranslate')}"
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=self.name)
        for pair in sorted(self.pairs):
            self._thread.submit(_load_student, folder, pair).result()

    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:
        """One after the other; see `SentenceTranslator.translate_sentences`."""
        return self._thread.submit(_translated, tuple(pieces), (source, target)).result()


def available() -> bool:
    """Whether the engine is installed: it has a wheel for nearly every machine."""
    return importlib.util.find_spec("fxtranslate") is not None


def _load_student(folder: Path, pair: Pair) -> None:
    from fxtranslate import Translator

    own = folder / "-".join(pair)
    place = own if own.is_dir() else folder
    shared = (place / "vocab.spm").is_file()
    vocabularies = ("vocab.spm", "vocab.spm") if shared else ("srcvocab.spm", "trgvocab.spm")
    try:
        model, source, target = ((place / name).read_bytes() for name in ("model.bin", *vocabularies))
        shortlist = (place / "lex.bin").read_bytes() if (place / "lex.bin").is_file() else None
        _students.of[pair] = Translator(model, source, target, shortlist)
    except (OSError, ValueError) as error:
        raise EngineError(f"{place} holds no student that translates {'>'.join(pair)}: {error}") from error


def _translated(pieces: Sequence[str], pair: Pair) -> list[str]:
    student = _students.of[pair]
    try:
        return [student.translate(piece) for piece in pieces]
    except ValueError as error:
        raise EngineError(f"the student of {'>'.join(pair)} failed: {error}") from error
    except BaseException as error:  # a panic in Rust is no Exception, and would end the worker's thread
        raise EngineError(f"the student of {'>'.join(pair)} broke down: {error}") from error


def _load(request: LoadRequest) -> Bergamot:
    return Bergamot(request.folder, request.offer.pairs)


DESCRIPTION: Final = Description(kind=Kind.TRANSLATION, format="bergamot", rank=10, available=available, load=_load)
"""As good as Argos for its pairs, and several times faster."""

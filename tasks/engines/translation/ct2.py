"""Translation models in CTranslate2 form, loaded once a process and shared by whoever names the same folder."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tasks.engines.base import EngineError
from tasks.models.spec import ModelError

VOCABULARIES: Final = tuple(
    f"{which}_vocabulary.{form}" for which in ("shared", "source", "target") for form in ("json", "txt")
)
"""Files that may hold the vocabulary, depending on the version and on whether both languages share it."""

LENGTH_PENALTY: Final = 0.2
"""What Argos Translate uses; its packages were judged with it."""

BATCH_TOKENS: Final = 1024
"""Tokens computed at once: longer texts are split, so that memory stays bounded."""

END: Final = "</s>"
"""The token after a source, for models that do not add it themselves."""

_MOST_TOKENS_EACH: Final = 3
_MOST_TOKENS_MORE: Final = 16
"""A translation has at most 3 tokens for each of its source and 16 more: what is longer is a loop."""


@dataclass(frozen=True)
class Decoding:
    """How a model is run. Any difference makes it another loaded model."""

    threads: int
    """Threads for one request."""
    beam: int = 2
    """Hypotheses kept at a time; 1 is greedy."""
    compute_type: str = "int8"


class Ct2Model:
    """A loaded model: tokens of sentences in, tokens of their translations out. Safe to use from several threads."""

    def __init__(self, folder: Path, decoding: Decoding) -> None:
        import ctranslate2

        self._decoding = decoding
        try:
            self._translator: Any = ctranslate2.Translator(
                str(folder),
                device="cpu",
                compute_type=decoding.compute_type,
                inter_threads=1,
                intra_threads=decoding.threads,
            )
            self.adds_end: bool = bool(json.loads((folder / "config.json").read_bytes()).get("add_source_eos"))
        except (RuntimeError, ValueError, OSError, AttributeError) as error:  # the last: JSON, but no object
            raise ModelError(f"{folder} is not a usable CTranslate2 model: {error}. Install it again.") from error

    def translate(self, sentences: Sequence[Sequence[str]], prefix: str = "") -> list[list[str]]:
        """The tokens of each translation, without `prefix`.

        Args:
            sentences: tokens of each.
            prefix: a token that every translation is made to begin with; none when empty.

        Raises:
            EngineError: the model cannot translate that, as one with fewer positions than tokens.
        """
        longest = max((len(tokens) for tokens in sentences), default=0)
        try:
            results = self._translator.translate_batch(
                [list(tokens) for tokens in sentences],
                target_prefix=[[prefix]] * len(sentences) if prefix else None,
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
                beam_size=self._decoding.beam,
                length_penalty=LENGTH_PENALTY,
                replace_unknowns=True,
                max_decoding_length=_MOST_TOKENS_EACH * longest + _MOST_TOKENS_MORE,
            )
        except RuntimeError as error:
            raise EngineError(f"the model could not translate {longest} tokens: {error}") from error
        found = [list(result.hypotheses[0]) for result in results]
        return [tokens[1:] if prefix and tokens[:1] == [prefix] else tokens for tokens in found]


_loaded: dict[tuple[Path, int, int, Decoding], Ct2Model] = {}
_lock = threading.Lock()


def load(folder: Path, decoding: Decoding) -> Ct2Model:
    """The model in `folder`, loaded unless it has been: loading again and again leaks memory.

    Raises:
        ModelError: there is no usable model; the message says why.
    """
    weights = folder / "model.bin"
    if not weights.is_file():
        raise ModelError(f"{folder} holds no model.bin: it is not a CTranslate2 model. Install it again.")
    state = weights.stat()
    with _lock:
        key = (folder.resolve(), state.st_mtime_ns, state.st_size, decoding)
        if key not in _loaded:
            _loaded[key] = Ct2Model(folder, decoding)
        return _loaded[key]


def vocabulary(folder: Path) -> frozenset[str]:
    """Every token that the model in `folder` knows, of either language.

    Raises:
        ModelError: a vocabulary cannot be read, or there is none.
    """
    tokens: set[str] = set()
    for path in filter(Path.is_file, (folder / name for name in VOCABULARIES)):
        try:
            text = path.read_text(encoding="utf-8")
            tokens.update(json.loads(text) if path.suffix == ".json" else text.splitlines())
        except ValueError as error:
            raise ModelError(f"{path} cannot be read: {error}. Install the model again.") from error
    if not tokens:
        raise ModelError(f"{folder} holds no vocabulary: it is not a CTranslate2 model. Install it again.")
    return frozenset(tokens)


def fingerprint(files: Iterable[Path], decoding: Decoding) -> str:
    """What distinguishes these files, run like this, from all others."""
    digest = hashlib.sha256(repr(decoding.beam).encode() + decoding.compute_type.encode())
    for path in files:
        with path.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()

"""Sentencepiece: text to the pieces that a model knows, and back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tasks.models.spec import ModelError


class Pieces:
    """One loaded sentencepiece model."""

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        try:
            self._processor = SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise ModelError(f"the tokenizer {path} cannot be loaded: {error}. Install the model again.") from error

    def encode(self, text: str) -> list[str]:
        """The pieces of `text`."""
        return [str(piece) for piece in self._processor.encode(text, out_type=str)]

    def decode(self, pieces: Sequence[str]) -> str:
        """The text of `pieces`."""
        return str(self._processor.decode(list(pieces)))

"""The tokens of a Whisper model, by name: their numbers differ between sizes, versions and English-only models."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from tokenizers import Tokenizer

from tasks.engines.base import EngineError

HOTWORD_TOKENS: Final = 64
"""Tokens of hotwords at most, about 25 names: each costs time, and a longer list is heeded less."""

BEFORE_TOKENS: Final = 48
"""Tokens of the text before at most, some 35 words."""

_SPACE: Final = "Ġ"
"""How the byte-level alphabet of GPT-2 writes a space."""


class Vocabulary:
    """Prompts for, and texts of, one model."""

    def __init__(self, folder: Path, languages: Collection[str], *, multilingual: bool) -> None:
        self._tokenizer = _load(folder / "tokenizer.json")
        self._end = self._id("<|endoftext|>")
        self._starts = {language: self._start(language, multilingual=multilingual) for language in languages}
        self._previous = self._id("<|startofprev|>")
        self._no_timestamps = self._id("<|notimestamps|>")

    def start(self, language: str) -> list[int]:
        """The tokens that say what is to be done: transcribe `language`."""
        return self._starts[language]

    def prompt(self, language: str, hotwords: Sequence[str] = (), before: str = "") -> list[int]:
        """What the decoder goes on from: hotwords and the end of the text before, the start, no timestamps."""
        said = [*self._hints(hotwords), *(self.encode(before)[-BEFORE_TOKENS:] if before else [])]
        return [*([self._previous, *said] if said else []), *self._starts[language], self._no_timestamps]

    def encode(self, text: str) -> list[int]:
        """The tokens of a transcript, or of what somebody typed: marks like "<|endoftext|>" in it have no effect."""
        ids: list[int] = self._tokenizer.encode(f" {text}", add_special_tokens=False).ids
        return [token for token in ids if token < self._end]

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens."""
        text: str = self._tokenizer.decode(list(tokens))
        return text.strip()

    def words(self, tokens: Sequence[int]) -> list[list[int]]:
        """`tokens` grouped into words with the punctuation that touches them: a word begins where a space does."""
        grouped: list[list[int]] = []
        for token in tokens:
            if not grouped or (self._tokenizer.id_to_token(token) or "").startswith(_SPACE):
                grouped.append([])
            grouped[-1].append(token)
        return grouped

    def _hints(self, hotwords: Sequence[str]) -> list[int]:
        """The tokens of as many hotwords as there is room for, none cut in two."""
        hints: list[int] = []
        for word in filter(None, (" ".join(word.split()) for word in hotwords)):
            more = self.encode(f"{self.decode(hints)}, {word}" if hints else word)
            if len(more) > HOTWORD_TOKENS:
                break
            hints = more
        return hints

    def _start(self, language: str, *, multilingual: bool) -> list[int]:
        if multilingual:
            return [self._id(mark) for mark in ("<|startoftranscript|>", f"<|{language}|>", "<|transcribe|>")]
        if language != "en":
            raise EngineError(f"this Whisper model is English-only and does not transcribe {language}")
        return [self._id("<|startoftranscript|>")]

    def _id(self, mark: str) -> int:
        token: int | None = self._tokenizer.token_to_id(mark)
        if token is None:
            raise EngineError(f"this Whisper model does not know {mark}: it cannot be used for this")
        return token


def _load(path: Path) -> Tokenizer:
    """The tokenizer, with the merge that many published files lack.

    Their list of merges has lost its first line (whisper-base by Systran, 49,999 of 50,000), so that " the" would be
    encoded as " " and "the", which the model has never seen: hotwords and word times suffer.
    """
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        model = described["model"]
        merges = model["merges"]
        first = f"{_SPACE} t" if merges and isinstance(merges[0], str) else [_SPACE, "t"]
        if _SPACE + "t" in model["vocab"] and first not in merges:
            merges.insert(0, first)
        tokenizer: Tokenizer = Tokenizer.from_str(json.dumps(described))
    except FileNotFoundError:
        raise EngineError(
            f"{path.parent.name} has no tokenizer.json: copy it from the model it was converted from"
        ) from None
    except Exception as error:  # tokenizers raises nothing more particular
        raise EngineError(f"{path} is not a tokenizer that can be read: {error}") from error
    return tokenizer

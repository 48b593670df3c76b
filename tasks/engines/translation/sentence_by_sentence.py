"""What all translators of single sentences share: cutting a text up, putting it together, catching loops."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from tasks.engines.base import EngineError, Translator
from tasks.engines.text.repeats import restrained
from tasks.languages.sentences import clauses, joined, sentences

MAX_SENTENCE_CHARACTERS: Final = 400
"""Characters from which a sentence is translated in pieces: these models were trained on single sentences."""


class SentenceTranslator(Translator):
    """A translator whose model takes one sentence at a time, or several beside each other."""

    @abstractmethod
    def translate_sentences(self, pieces: Sequence[str], source: str, target: str) -> list[str]:
        """The translation of each of `pieces`: sentences or clauses of about `MAX_SENTENCE_CHARACTERS` at most."""

    def translate(self, text: str, source: str, target: str) -> str:
        """The translation, sentence by sentence, line breaks kept; see `Translator.translate`."""
        if (source, target) not in self.pairs:
            raise EngineError(f"{self.name} does not translate {source} into {target}")
        lines = [_pieces(line, source) for line in text.split("\n")]
        flat = [piece for line in lines for piece in line]
        done = iter(self.translate_sentences(flat, source, target) if flat else [])
        translated = "\n".join(
            joined(filter(None, (next(done).strip() for _ in line)), target) for line in lines
        ).strip()
        if not translated:
            raise EngineError(f"{self.name} gave no translation of {len(text)} characters")
        return restrained(translated, text)[0]


def _pieces(line: str, language: str) -> list[str]:
    """The sentences of `line`, the overlong ones cut at clauses."""
    pieces: list[str] = []
    for sentence in sentences(" ".join(line.split())):
        whole = len(sentence) <= MAX_SENTENCE_CHARACTERS
        pieces += [sentence] if whole else clauses(sentence, language, lengths=(MAX_SENTENCE_CHARACTERS // 2,))
    return pieces

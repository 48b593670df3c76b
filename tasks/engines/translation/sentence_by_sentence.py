"""What all translators of single sentences share: cutting a text up, putting it together, catching loops."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from tasks.engines.base import EngineError, Translator
from tasks.engines.text.repeats import restrained
from tasks.languages.sentences import clauses, joined, sentences

MAX_SENTENCE_CHARACTERS: Final = 400
"""Characters from which a sentence is translated in pieces: these models were trained on single sentences."""


_ASIDE: Final = re.compile(r"\s*[(\uff08](?:[^()\uff08\uff09]*[)\uff09]|[^()\uff08\uff09]*$)")


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
        answers = self.translate_sentences(flat, source, target) if flat else []
        done = iter([without_asides(answer, piece) for answer, piece in zip(answers, flat, strict=True)])
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


def without_asides(translated: str, source: str) -> str:
    """`translated` without brackets where `source` has none.

    Models that were trained on pages of the Web explain single names and foreign words: "Frank." became "Frank (em
    inglês)."
    """
    if "(" in source or "\uff08" in source:
        return translated
    text = _ASIDE.sub("", translated).strip()
    if not any(letter.isalnum() for letter in text):
        return translated
    mark = source.rstrip()[-1:]
    return (
        text if text == translated.strip() or mark not in ".!?" or text[-1] in ".!?…\u3002\uff01\uff1f" else text + mark
    )
